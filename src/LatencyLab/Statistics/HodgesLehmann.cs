using MathNet.Numerics.Distributions;

namespace LatencyLab.Statistics;

/// <summary>By how much the second sample is shifted: the median of all pairwise differences (J. L. Hodges, E. L. Lehmann, 1963).</summary>
/// <param name="Shift">Second minus first, in ticks.</param>
/// <param name="Low">Lower end of the 95 % interval; null when the samples are too small.</param>
/// <param name="High">Upper end.</param>
/// <param name="Rank">Rank of the ends among all differences.</param>
public sealed record HodgesLehmann(double Shift, long? Low, long? High, long Rank)
{
    /// <summary>The shift between two samples that aren't empty.</summary>
    public static HodgesLehmann Of(SortedCounts first, SortedCounts second, double confidence = 0.95)
    {
        var pairs = (Int128)first.Count * second.Count;
        var sd = MannWhitney.Of(first, second).StandardDeviation;
        var rank = (Int128)Math.Floor(((double)pairs / 2) + 0.5 - (Normal.InvCDF(0, 1, 1 - ((1 - confidence) / 2)) * sd));
        var shift = ((double)DifferenceAtRank(first, second, (pairs + 1) / 2) + (double)DifferenceAtRank(first, second, (pairs / 2) + 1)) / 2;
        return rank < 1
            ? new HodgesLehmann(shift, null, null, 0)
            : new HodgesLehmann(shift, Saturate(DifferenceAtRank(first, second, rank)), Saturate(DifferenceAtRank(first, second, pairs + 1 - rank)), Saturate(rank));
    }

    // Differences are whole numbers, so their order statistics are found by halving the range; counting those at or below one number takes a
    // single walk over both tables.
    private static Int128 DifferenceAtRank(SortedCounts first, SortedCounts second, Int128 rank)
    {
        var low = (Int128)second.Values[0] - first.Values[^1];
        var high = (Int128)second.Values[^1] - first.Values[0];
        while (low < high)
        {
            var middle = low + ((high - low) >> 1);
            if (CountAtOrBelow(first, second, middle) >= rank)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private static Int128 CountAtOrBelow(SortedCounts first, SortedCounts second, Int128 difference)
    {
        Int128 count = 0;
        var j = 0;
        for (var i = 0; i < first.Distinct; i++)
        {
            while (j < second.Distinct && (Int128)second.Values[j] - first.Values[i] <= difference)
            {
                j++;
            }

            count += (Int128)first.CountAt(i) * (j == 0 ? 0 : second.Cumulative[j - 1]);
        }

        return count;
    }

    private static long Saturate(Int128 value) => (long)Int128.Clamp(value, (Int128)long.MinValue, (Int128)long.MaxValue);
}
