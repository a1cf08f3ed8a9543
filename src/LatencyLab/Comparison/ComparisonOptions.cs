namespace LatencyLab.Comparison;

/// <summary>How large a change must be to matter, and what is looked at.</summary>
public sealed record ComparisonOptions
{
    /// <summary>Fewer runs a side can't tell a firmware from a run: the smallest probability of their permutations is above 0.05.</summary>
    public const int SmallestRuns = 4;

    /// <summary>Samples a run below which its p99 is too uncertain to demand equivalence of.</summary>
    public const long SamplesForP99 = 3000;

    /// <summary>
    /// Margin within which p50, p90 and p99 count as equal, in ticks; null for the defaults: 2 % of the base's p50, 3 % of its p90, 5 % of its p99,
    /// but at least two ticks, which is what two asynchronous stamps can differ by.
    /// </summary>
    public double? MarginTicks { get; init; }

    /// <summary>The same as a share of the base; null for the defaults.</summary>
    public double? MarginShare { get; init; }

    /// <summary>Margin of the shares of missed stimuli and of those over the limit: one in a thousand.</summary>
    public double MarginRate { get; init; } = 0.001;

    /// <summary>A latency over which stimuli are counted; null for none.</summary>
    public long? LimitTicks { get; init; }

    /// <summary>Conditions that may differ since they are what is compared, such as the handler.</summary>
    public IReadOnlyCollection<string> MayDiffer { get; init; } = [];

    /// <summary>How many comparisons are made at once, one a condition: each is held to its part of the 5 %.</summary>
    public int Comparisons { get; init; } = 1;

    /// <summary>Seed of the permutations, where there are too many to look at all.</summary>
    public ulong Seed { get; init; } = 1;

    internal double Margin(string metric, double baseTicks)
    {
        if (MarginTicks is { } ticks)
        {
            return ticks;
        }

        var share = MarginShare ?? metric switch { "p50" => 0.02, "p90" => 0.03, _ => 0.05 };
        return Math.Max(2, share * Math.Abs(baseTicks));
    }
}
