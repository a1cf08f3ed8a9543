using LatencyLab.Statistics;

namespace LatencyLab.Comparison;

/// <summary>One statistic of the runs of both sides.</summary>
public sealed record MetricComparison
{
    /// <summary>p50, p90, p99, missed, over_limit.</summary>
    public required string Name { get; init; }

    /// <summary>True for shares of stimuli, from 0 to 1; false for ticks.</summary>
    public required bool IsRate { get; init; }

    /// <summary>Mean of the base's run statistics; null where a run has none.</summary>
    public double? Base { get; init; }

    /// <summary>Mean of the new side's run statistics.</summary>
    public double? New { get; init; }

    /// <summary>New minus base.</summary>
    public double? Difference => New - Base;

    /// <summary>Lower end of the difference's 95 % interval over runs; null where there are too few.</summary>
    public double? Low { get; init; }

    public double? High { get; init; }

    /// <summary>Lower end of the 90 % interval: a one-sided 95 % bound.</summary>
    public double? LowOneSided { get; init; }

    public double? HighOneSided { get; init; }

    /// <summary>Probability of a difference at least as large without a change, by Welch's test, corrected over all metrics by Holm.</summary>
    public double? P { get; init; }

    /// <summary>The same by permuting runs, not corrected.</summary>
    public double? PermutationP { get; init; }

    /// <summary>Differences up to here don't matter.</summary>
    public double? Margin { get; init; }

    /// <summary>False for a metric that can show a change but is too uncertain to be asked for equivalence.</summary>
    public required bool MustBeEquivalent { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>More runs a side that would settle it, if the difference is what it seems to be; null when settled or unknown.</summary>
    public int? MoreRuns { get; init; }

    /// <summary>Why there is no number, or what to know about it; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Difference by base; null where the base is 0.</summary>
    public double? Change => Base is > 0 ? Difference / Base : null;

    /// <summary>True when the whole 90 % interval lies within the margin.</summary>
    public bool IsWithinMargin => LowOneSided > -Margin && HighOneSided < Margin;
}

/// <summary>A run statistic of each run of both sides, before a verdict.</summary>
/// <param name="Name">Of the metric.</param>
/// <param name="IsRate">True for shares of stimuli.</param>
/// <param name="Base">One value a run; empty when a run has none.</param>
/// <param name="New">Likewise.</param>
/// <param name="MustBeEquivalent">Whether equivalence is asked of it.</param>
/// <param name="Note">Why there are no values, or what to know.</param>
internal sealed record MetricSamples(string Name, bool IsRate, double[] Base, double[] New, bool MustBeEquivalent, string? Note = null)
{
    /// <summary>For shares without a single event: how far each may be from 0 all the same, at one-sided 95 %.</summary>
    public (double Base, double New)? BoundsWithoutEvents { get; init; }

    // Variance of a number that was rounded to whole ticks.
    private const double Rounding = 1.0 / 12;

    /// <summary>The difference of means over runs; null when a side has no spread to judge it by.</summary>
    public Welch? Difference() => (Base.Length, New.Length) switch
    {
        (>= 2, >= 2) => OfRuns(Welch.MeanAndVariance(Base), Welch.MeanAndVariance(New)),
        (>= 2, 1) => AgainstOne(Base, New[0], 1),
        (1, >= 2) => AgainstOne(New, Base[0], -1),
        _ => null,
    };

    // A single run has no spread of its own; the runs of the other side say how far one run may lie from their mean.
    private Welch AgainstOne(double[] runs, double one, int sign)
    {
        var (mean, variance) = Welch.MeanAndVariance(runs);
        return new Welch(sign * (one - mean), Math.Sqrt(Spread(variance) * (1 + (1.0 / runs.Length))), runs.Length - 1);
    }

    private Welch OfRuns((double Mean, double Variance) before, (double Mean, double Variance) after) =>
        Welch.Of(before.Mean, Spread(before.Variance), Base.Length, after.Mean, Spread(after.Variance), New.Length);

    // Quantiles are whole ticks. Where they scatter by less than one, a few runs fall on one or two values and seem to agree better than they do (all
    // equal: entirely); the interval then held what is true in 92 of 100 cases. What rounding hides is added.
    private double Spread(double variance) => IsRate || variance >= 1 ? variance : variance + Rounding;
}
