using LatencyLab.Units;

namespace LatencyLab.Samplers.Sigrok;

/// <summary>What sigrok-cli is asked for: <c>driver=fx2lafw,samplerate=24M</c>.</summary>
/// <param name="Driver">Driver with its own options, as sigrok-cli's -d takes it: "fx2lafw", "ols:conn=/dev/ttyACM0".</param>
/// <param name="SampleRateHz">Samples a second.</param>
/// <param name="Channels">Channels to switch on besides those that are recorded.</param>
/// <param name="Triggers">As sigrok-cli's --triggers takes them; null for none.</param>
/// <param name="Config">Further options of the device, as -c takes them.</param>
public sealed record SigrokOptions(string Driver, long SampleRateHz, IReadOnlyList<string> Channels, string? Triggers, IReadOnlyList<string> Config)
{
    /// <summary>Reads what follows "sigrok:".</summary>
    /// <exception cref="LatencyLabException">Driver or rate is missing, or a part makes no sense (kind usage).</exception>
    public static SigrokOptions Parse(string text)
    {
        string? driver = null, triggers = null;
        long? rate = null;
        var channels = new List<string>();
        var config = new List<string>();
        var inChannels = false;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 && inChannels && part.Length > 0)
            {
                // channels=D0,D1: the comma separates channels as well.
                channels.Add(part);
                continue;
            }

            var (name, value) = equals > 0 && equals < part.Length - 1 ? (part[..equals], part[(equals + 1)..]) : throw Refuse($"'{part}' is not NAME=VALUE.");
            inChannels = name == "channels";
            switch (name)
            {
                case "driver":
                    driver = value;
                    break;
                case "samplerate":
                    rate = UnitText.ParseHertz(value) ?? throw Refuse($"'{value}' is no sample rate.");
                    break;
                case "channels":
                    channels.Add(value);
                    break;
                case "triggers":
                    triggers = value;
                    break;
                default:
                    config.Add($"{name}={value}");
                    break;
            }
        }

        // A text that begins with a dash would be an option of sigrok-cli's.
        return driver is null || driver.StartsWith('-') ? throw Refuse("It names no driver.")
            : new SigrokOptions(driver, rate ?? throw Refuse("It says no samplerate, without which nobody can tell whether a capture is whole."), channels, triggers, config);
    }

    /// <summary>Arguments of the process.</summary>
    /// <param name="inputs">Channels to record.</param>
    /// <param name="samples">How many samples; null for as long as it runs.</param>
    internal IEnumerable<string> Arguments(IEnumerable<string> inputs, long? samples)
    {
        yield return "--driver";
        yield return Driver;
        yield return "--config";
        yield return string.Join(':', Config.Prepend($"samplerate={SampleRateHz.ToString(System.Globalization.CultureInfo.InvariantCulture)}"));
        yield return "--channels";
        yield return string.Join(',', inputs.Concat(Channels).Distinct(StringComparer.Ordinal));
        if (Triggers is not null)
        {
            yield return "--triggers";
            yield return Triggers;
            yield return "--wait-trigger";
        }

        // Without a terminal --continuous stops at once, so that an open end is a very long time: ten years in milliseconds.
        yield return samples is null ? "--time" : "--samples";
        yield return (samples ?? 315_360_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        yield return "--output-format";
        yield return "vcd";
    }

    private static LatencyLabException Refuse(string what) =>
        new(FaultKind.Usage, what, "--sampler", "Write it like sigrok:driver=fx2lafw,samplerate=24M; 'sigrok-cli --list-supported' lists the drivers.");
}
