namespace LatencyLab.Statistics;

/// <summary>A place where a series changed.</summary>
/// <param name="Index">First value after the change.</param>
/// <param name="Q">Weighted energy distance of the parts before and after.</param>
/// <param name="P">Share of shuffled series with a change at least as strong.</param>
public sealed record ChangePoint(int Index, double Q, double P);

/// <summary>
/// Finds changes in a series of run statistics: E-divisive means (D. S. Matteson, N. A. James, Journal of the American Statistical Association 109,
/// 2014), with seeded shuffles, so that the same history gives the same answer.
/// </summary>
public static class ChangePoints
{
    /// <summary>Fewer values on one side of a change can't show it.</summary>
    public const int SmallestSegment = 5;

    private const int Shuffles = 999;

    // A history is looked at again with each run and for each statistic, so one false alarm in twenty would be noise.
    private const double Level = 0.01;

    /// <summary>Changes at the 1 % level, in order.</summary>
    public static IReadOnlyList<ChangePoint> Find(ReadOnlySpan<double> series, ulong seed = 1)
    {
        var found = new List<ChangePoint>();
        Search(series.ToArray(), 0, new SplitMix64(seed), found);
        return [.. found.OrderBy(c => c.Index)];
    }

    /// <summary>The strongest split of a series into parts of at least <see cref="SmallestSegment"/> values; null when it is too short.</summary>
    internal static (int Index, double Q)? BestSplit(ReadOnlySpan<double> series)
    {
        var n = series.Length;
        if (n < 2 * SmallestSegment)
        {
            return null;
        }

        // The three sums of distances follow from those of the split before: each value that changes sides costs one row.
        double left = 0;
        double right = PairSum(series);
        double across = 0;
        var best = (Index: 0, Q: double.NegativeInfinity);
        for (var split = 1; split <= n - SmallestSegment; split++)
        {
            var moved = series[split - 1];
            double toLeft = 0;
            double toRight = 0;
            for (var i = 0; i < n; i++)
            {
                var distance = Math.Abs(series[i] - moved);
                toLeft += i < split - 1 ? distance : 0;
                toRight += i >= split ? distance : 0;
            }

            left += toLeft;
            right -= toRight;
            across += toRight - toLeft;
            if (split < SmallestSegment)
            {
                continue;
            }

            double m = split;
            double k = n - split;
            var energy = (2 * across / (m * k)) - (2 * left / (m * (m - 1))) - (2 * right / (k * (k - 1)));
            var q = m * k / n * energy;
            best = q > best.Q ? (split, q) : best;
        }

        return best;
    }

    private static void Search(double[] series, int offset, SplitMix64 random, List<ChangePoint> found)
    {
        if (BestSplit(series) is not { } best || best.Q <= 0)
        {
            return;
        }

        var shuffled = series.ToArray();
        var atLeast = 0;
        for (var i = 0; i < Shuffles; i++)
        {
            random.Shuffle<double>(shuffled);
            atLeast += BestSplit(shuffled)!.Value.Q >= best.Q ? 1 : 0;
        }

        var p = (atLeast + 1.0) / (Shuffles + 1);
        if (p > Level)
        {
            return;
        }

        found.Add(new ChangePoint(offset + best.Index, best.Q, p));
        Search(series[..best.Index], offset, random, found);
        Search(series[best.Index..], offset + best.Index, random, found);
    }

    private static double PairSum(ReadOnlySpan<double> series)
    {
        var sum = 0.0;
        for (var i = 0; i < series.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                sum += Math.Abs(series[i] - series[j]);
            }
        }

        return sum;
    }
}
