using LatencyLab.Statistics;

namespace LatencyLab.Comparison;

/// <summary>
/// Two sides as if all samples of all runs were independent. They aren't, so no verdict comes from here: these numbers describe how the
/// distributions differ, and let other tools' answers be checked.
/// </summary>
/// <param name="ChanceNewLonger">Chance that a latency of the new side is longer than one of the base (A12).</param>
/// <param name="HodgesLehmannTicks">Median of all differences.</param>
/// <param name="KolmogorovSmirnovD">Largest distance of the cumulative distributions.</param>
/// <param name="AndersonDarlingT">Whether the distributions differ anywhere, tails included; null where it can't be computed.</param>
/// <param name="BrunnerMunzelP">Of no tendency either way, if samples were independent.</param>
/// <param name="BrownForsytheP">Of equal spreads, if samples were independent.</param>
/// <param name="BaseRuns">How much of the base's variance lies between its runs; null below two runs.</param>
public sealed record PooledComparison(
    double ChanceNewLonger, double HodgesLehmannTicks, double KolmogorovSmirnovD, double? AndersonDarlingT, double? BrunnerMunzelP, double? BrownForsytheP,
    VarianceComponents? BaseRuns)
{
    /// <summary>Null when a side has no latency at all.</summary>
    public static PooledComparison? Of(IReadOnlyList<ComparedRun> before, IReadOnlyList<ComparedRun> after)
    {
        var (first, second) = (SortedCounts.Merge(before.Select(r => r.Latencies)), SortedCounts.Merge(after.Select(r => r.Latencies)));
        return first.Count == 0 || second.Count == 0
            ? null
            : new PooledComparison(
                MannWhitney.Of(first, second).ChanceSecondLarger, HodgesLehmann.Of(first, second).Shift, KolmogorovSmirnov.Of(first, second).D,
                AndersonDarling.Of(first, second)?.T, BrunnerMunzel.Of(first, second)?.P, BrownForsythe.Of(first, second)?.P,
                VarianceComponents.Of([.. before.Select(r => r.Latencies)]));
    }
}
