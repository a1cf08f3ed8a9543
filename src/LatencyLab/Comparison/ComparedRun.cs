using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Comparison;

/// <summary>One run as a comparison sees it: numbers, and the conditions under which they were measured.</summary>
public sealed record ComparedRun
{
    public required string RunId { get; init; }

    /// <summary>The firmware: the user's label, or the MicroPython version.</summary>
    public required string Firmware { get; init; }

    public required DateTimeOffset CreatedUtc { get; init; }

    public required TimeBase TimeBase { get; init; }

    /// <summary>Latencies of the matched stimuli.</summary>
    public required SortedCounts Latencies { get; init; }

    public required long Late { get; init; }

    public required long Missed { get; init; }

    /// <summary>Independent stimuli that the run is worth; null where that wasn't estimated.</summary>
    public EffectiveSize? Effective { get; init; }

    /// <summary>What must be equal for two runs to be comparable, by name: chip, cpu_hz, load, sampler, wiring, pin, irq, handler.</summary>
    public IReadOnlyDictionary<string, string> Conditions { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What should be equal, but may differ under a warning: the individual boards.</summary>
    public IReadOnlyDictionary<string, string> Individuals { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Late and missed stimuli: longer than the window.</summary>
    public long Censored => Late + Missed;

    /// <summary>Stimuli that count: matched, late and missed.</summary>
    public long Stimuli => Latencies.Count + Censored;
}
