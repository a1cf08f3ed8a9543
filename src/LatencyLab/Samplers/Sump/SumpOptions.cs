using LatencyLab.Units;

namespace LatencyLab.Samplers.Sump;

/// <summary>What the user asks of a SUMP analyser.</summary>
/// <param name="SampleRateHz">Samples a second; null for the fastest at which the duration fits the memory, or 1 MHz without a duration.</param>
/// <param name="Rle">True to let the device count equal samples; the highest channel of the enabled groups is lost to it.</param>
/// <param name="Trigger">What starts the capture; null for at once.</param>
/// <param name="TriggerWait">How long to wait for the trigger.</param>
public sealed record SumpOptions(long? SampleRateHz, bool Rle, SumpTrigger? Trigger, TimeSpan TriggerWait)
{
    private static readonly string[] Names = ["samplerate", "rle", "trigger", "wait"];

    /// <summary>Reads what stands behind the question mark of a selector.</summary>
    /// <exception cref="LatencyLabException">An option isn't known or makes no sense (kind usage).</exception>
    public static SumpOptions Parse(IReadOnlyDictionary<string, string> options)
    {
        SamplerOptions.RefuseUnknown(options, "sump", Names);
        return new SumpOptions(
            SamplerOptions.Hertz(options, "samplerate"), SamplerOptions.Switch(options, "rle"),
            options.TryGetValue("trigger", out var trigger) ? SumpTrigger.Parse(trigger) : null,
            options.TryGetValue("wait", out var wait) ? Duration.Parse(wait).ToTimeSpan() : TimeSpan.FromMinutes(1));
    }
}

/// <summary>A condition that starts a capture: a level, or an edge as one level after the other.</summary>
/// <param name="Channel">Channel of the device.</param>
/// <param name="First">The level that is waited for.</param>
/// <param name="Then">The level after it, where an edge is meant.</param>
public sealed record SumpTrigger(int Channel, bool First, bool? Then)
{
    /// <summary>Reads "rising:0", "falling:D3", "high:1" or "low:1".</summary>
    /// <exception cref="LatencyLabException">It is none (kind usage).</exception>
    public static SumpTrigger Parse(string text)
    {
        var parts = text.Split(':');
        return parts is [var kind, var channel] && SumpSettings.ChannelOf(channel) is { } number
            ? kind switch
            {
                "rising" => new SumpTrigger(number, false, true),
                "falling" => new SumpTrigger(number, true, false),
                "high" => new SumpTrigger(number, true, null),
                "low" => new SumpTrigger(number, false, null),
                _ => throw Refuse(text),
            }
            : throw Refuse(text);
    }

    private static LatencyLabException Refuse(string text) => new(
        FaultKind.Usage, $"'{text}' is no trigger.", "--sampler", "Write trigger=rising:0, falling:0, high:0 or low:0 with the number of a channel.");
}
