using System.Globalization;
using LatencyLab.Units;

namespace LatencyLab.Simulation;

/// <summary>What stands behind <c>sim:</c> in a device selector: <c>sim:esp32?seed=1&amp;load=gc&amp;fault=reboot@200</c>.</summary>
public sealed record SimulatedBoardOptions
{
    private static readonly string[] Loads = ["none", "gc", "cpu", "uart", "flash", "wifi"];
    private const string KnownOptions = "seed, fw, load, speed, offset, pin, response, wire, fault, pace, slow, ppm";

    /// <summary>The chip, as the pin catalog calls it.</summary>
    public required string ChipId { get; init; }

    /// <summary>Everything random follows from it; the default is 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Version of MicroPython that the board claims to run: "v1.28.0", "v1.29.0-preview.44.gabcdef".</summary>
    public string Firmware { get; init; } = "v1.28.0";

    /// <summary>Load that is on the board in every run, besides the one that the plan asks for.</summary>
    public string Load { get; init; } = "none";

    /// <summary>Factor on all latencies: 0.9 is a firmware that answers ten percent sooner.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Added to all latencies.</summary>
    public Duration Offset { get; init; }

    /// <summary>GPIO of the target that the stimulus wire reaches; null: the first pin that a script names.</summary>
    public int? Pin { get; init; }

    /// <summary>GPIO of the target that the response wire comes from; null: the second pin that a script names.</summary>
    public int? ResponsePin { get; init; }

    /// <summary>Two pins of the target that a wire joins, for boards that time themselves; null: none.</summary>
    public (int A, int B)? Wire { get; init; }

    public FaultPlan Faults { get; init; } = new();

    /// <summary>Virtual time passes at most this many times as fast as the wall clock: 1 as on a bench, 0.1 as on a slow emulator; 0: as fast as the host goes.</summary>
    public double Pace { get; init; }

    /// <summary>The board takes this many times its usual time for each answer (by the wall clock); 0: it answers at once.</summary>
    public double Slow { get; init; }

    /// <summary>Error of the sampler's crystal in parts per million; positive: it runs fast.</summary>
    public double ClockPpm { get; init; }

    /// <summary>Reads a selector; <paramref name="defaultChip"/> is meant by "sim" alone.</summary>
    /// <param name="selector">"sim", "sim:pico", "sim:esp32?seed=1&amp;load=gc".</param>
    /// <param name="defaultChip">Chip where the selector names none.</param>
    /// <exception cref="LatencyLabException">The selector isn't one, or an option isn't known (kind usage).</exception>
    public static SimulatedBoardOptions Parse(string selector, string defaultChip = "esp32")
    {
        var body = selector == "sim" ? "" : selector.StartsWith("sim:", StringComparison.Ordinal) ? selector[4..]
            : throw new LatencyLabException(FaultKind.Usage, $"'{selector}' is not a simulated board", null, "Write sim, sim:esp32 or sim:esp32?seed=1.");
        var question = body.IndexOf('?', StringComparison.Ordinal);
        var chip = question < 0 ? body : body[..question];
        var options = new SimulatedBoardOptions { ChipId = SimulatedChip.Get(chip.Length == 0 ? defaultChip : chip).Id };
        if (question < 0)
        {
            return options;
        }

        // swap&slow=10 stands inside the list of faults in some examples; a name without a value is a fault.
        foreach (var item in body[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            options = equals < 0
                ? options with { Faults = options.Faults.With(item) }
                : options.With(item[..equals], Uri.UnescapeDataString(item[(equals + 1)..]), selector);
        }

        return options;
    }

    private SimulatedBoardOptions With(string name, string value, string selector) => name switch
    {
        "seed" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) => this with { Seed = seed },
        "fw" when FirmwareVersion.TryParse(value) is { } version => this with { Firmware = version.Text },
        "load" when Loads.Contains(value, StringComparer.Ordinal) => this with { Load = value },
        "speed" when Number(value, 0.01, 1000) is { } speed => this with { Speed = speed },
        "offset" when Duration.TryParse(value, out var offset, out _) => this with { Offset = offset },
        "pin" when Gpio(value) is { } pin => this with { Pin = pin },
        "response" when Gpio(value) is { } pin => this with { ResponsePin = pin },
        "fault" => this with { Faults = Faults.With(value) },
        "wire" when value.Split(':') is [var a, var b] && Gpio(a) is { } from && Gpio(b) is { } to => this with { Wire = (from, to) },
        "pace" when value is "real" or "fast" => this with { Pace = value == "real" ? 1 : 0 },
        "pace" when Number(value, 0.001, 1000) is { } pace => this with { Pace = pace },
        "slow" when Number(value, 0, 10_000) is { } slow => this with { Slow = slow },
        "ppm" when Number(value, -100_000, 100_000) is { } ppm => this with { ClockPpm = ppm },
        _ => throw new LatencyLabException(
            FaultKind.Usage, $"'{name}={value}' is not an option of a simulated board", selector, $"Options: {KnownOptions}; load is one of {string.Join(' ', Loads)}."),
    };

    private static double? Number(string value, double min, double max) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number : null;

    private static int? Gpio(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var gpio) ? gpio : null;
}
