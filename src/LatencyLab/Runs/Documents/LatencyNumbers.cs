using System.Text.Json.Serialization;

namespace LatencyLab.Runs.Documents;

/// <summary>
/// Member <c>latency_ns</c> of run.json and of analysis documents: everything in nanoseconds. Quantiles are over matched, late and missed
/// stimuli, the rest over matched ones. What the sample can't support is null and stands in <see cref="NullReasons"/>.
/// </summary>
public sealed record LatencyNumbers
{
    /// <summary>Stimuli that count for quantiles: matched + late + missed.</summary>
    public required long N { get; init; }

    /// <summary>Stimuli with an answer in their window.</summary>
    public required long NMatched { get; init; }

    public double? Min { get; init; }

    public double? P50 { get; init; }

    public double? P90 { get; init; }

    public double? P99 { get; init; }

    [JsonPropertyName("p99_9")]
    public double? P999 { get; init; }

    [JsonPropertyName("p99_99")]
    public double? P9999 { get; init; }

    public double? Max { get; init; }

    public double? Mean { get; init; }

    public double? Sd { get; init; }

    /// <summary>Median of absolute deviations from the median, not scaled.</summary>
    public double? Mad { get; init; }

    /// <summary>95 % confidence interval by name of the statistic ("p50", "p99_9", "mean").</summary>
    [JsonPropertyName("ci95")]
    public IReadOnlyDictionary<string, Interval> Ci95 { get; init => field = value ?? new Dictionary<string, Interval>(); } = new Dictionary<string, Interval>();

    /// <summary>A one-sided 97.5 % bound from below, by name of a quantile that can't be given itself; missing where there is no bound.</summary>
    public IReadOnlyDictionary<string, double> AtLeast { get; init => field = value ?? new Dictionary<string, double>(); } = new Dictionary<string, double>();

    /// <summary>Effective sample size by name of the statistic, where it was estimated.</summary>
    public IReadOnlyDictionary<string, double> NEff { get; init => field = value ?? new Dictionary<string, double>(); } = new Dictionary<string, double>();

    /// <summary>Why a statistic is null, by its name: "needs n = 2995", "beyond the window".</summary>
    public IReadOnlyDictionary<string, string> NullReasons { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Names of all statistics, in their order in files.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. new LatencyNumbers { N = 0, NMatched = 0 }.Statistics().Select(s => s.Name)];

    /// <summary>Every statistic with the name that it has in files, in their order there.</summary>
    public IReadOnlyList<NamedLatency> Statistics() =>
    [
        new("min", Min), new("p50", P50), new("p90", P90), new("p99", P99), new("p99_9", P999), new("p99_99", P9999), new("max", Max), new("mean", Mean), new("sd", Sd),
        new("mad", Mad),
    ];
}

/// <summary>One statistic of the latencies.</summary>
/// <param name="Name">As in files.</param>
/// <param name="ValueNs">Nanoseconds; null where the sample can't support it.</param>
public sealed record NamedLatency(string Name, double? ValueNs);

/// <summary>A confidence interval, written <c>[low, high]</c>; an open end is null.</summary>
[JsonConverter(typeof(IntervalConverter))]
public readonly record struct Interval(double? Low, double? High);

/// <summary>Latencies of stimuli of one polarity.</summary>
public sealed record EdgeLatencies
{
    public required LatencyNumbers LatencyNs { get; init; }
}

/// <summary>Member <c>by_edge</c>: latencies by polarity of the stimulus, where both edges are stimuli.</summary>
public sealed record LatenciesByEdge
{
    public required EdgeLatencies Rising { get; init; }

    public required EdgeLatencies Falling { get; init; }
}

/// <summary>Standard uncertainties (k = 1) in nanoseconds.</summary>
public sealed record UncertaintyNumbers
{
    /// <summary>Of one latency.</summary>
    public required double Single { get; init; }

    /// <summary>Of what all latencies of the run share; no number of samples reduces it.</summary>
    public required double Systematic { get; init; }
}
