using System.Runtime.CompilerServices;

namespace LatencyLab.Statistics;

/// <summary>Latencies far above the bulk, by Tukey's outer fence: p75 + 3 (p75 - p25).</summary>
/// <param name="FenceTicks">Values above it are outliers.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Worst">The worst of them with their times, the largest first.</param>
public sealed record Outliers(long FenceTicks, long Count, IReadOnlyList<TimedValue> Worst)
{
    /// <summary>The outliers of a sample; null below 20 values, where the fence means nothing.</summary>
    public static Outliers? Of(SortedCounts sample, WorstSamples worst)
    {
        if (sample.Count < 20)
        {
            return null;
        }

        var low = sample.ValueAtRank(Quantiles.Rank(sample.Count, 0.25));
        var high = sample.ValueAtRank(Quantiles.Rank(sample.Count, 0.75));

        var fenceTicks = Fence(low, high);
        var kept = 0;
        while (kept < worst.Values.Length && worst.Values[kept].Value > fenceTicks)
        {
            kept++;
        }

        return new Outliers(fenceTicks, sample.CountAbove(fenceTicks), worst.Values[..kept].ToArray());
    }

    // With ties the quartiles can coincide; two ticks of quantisation are no outlier then.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Fence(long low, long high)
    {
        var fence = (Int128)high + (3 * Int128.Max(2, (Int128)high - low));
        return fence > long.MaxValue ? long.MaxValue : (long)fence;
    }
}
