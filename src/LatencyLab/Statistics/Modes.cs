namespace LatencyLab.Statistics;

/// <summary>One heap of a distribution.</summary>
/// <param name="Low">5 % of the heap's values lie below.</param>
/// <param name="Peak">Where it is densest.</param>
/// <param name="High">5 % of the heap's values lie above.</param>
/// <param name="Share">Part of the sample that belongs to it, from 0 to 1.</param>
public sealed record Mode(long Low, long Peak, long High, double Share);

/// <summary>
/// Finds the heaps of a distribution: "70 % at 650 to 668 ticks, 30 % at 1300 to 1328" is often the most useful thing to know about a latency.
/// </summary>
/// <remarks>
/// Peaks of a smoothed histogram count when they stand out of the valley to the next higher one by more than chance and by height (topological
/// persistence). The sample is then cut in the valleys and each part looked at again with its own, finer width.
/// </remarks>
public static class Modes
{
    // Less than this is a tail, not a heap.
    private const double SmallestShare = 0.01;
    private const long SmallestCount = 20;

    // A valley is one when it is lower than this part of the smaller peak, and lower by so many standard deviations of the counts.
    private const double ValleyDepth = 0.6;
    private const double ValleySignificance = 4;
    private const int CoarsestBins = 16;
    private const int MaxBins = 8192;
    private const int MaxDepth = 4;

    /// <summary>The heaps in rising order; one for most samples, none for fewer than 20 values.</summary>
    public static IReadOnlyList<Mode> Find(SortedCounts sample)
    {
        if (sample.Count < SmallestCount)
        {
            return [];
        }

        var needed = Math.Max(SmallestCount, (long)(sample.Count * SmallestShare));
        return Split(sample, 0, sample.Distinct, needed, MaxDepth);
    }

    private static List<Mode> Split(SortedCounts sample, int from, int to, long needed, int depth)
    {
        var cuts = depth == 0 || CountOf(sample, from, to) < 2 * needed ? [] : Valleys(sample, from, to, needed);
        if (cuts.Count == 0)
        {
            return [Describe(sample, from, to)];
        }

        var modes = new List<Mode>();
        cuts.Add(to);
        foreach (var cut in cuts)
        {
            modes.AddRange(Split(sample, from, cut, needed, depth - 1));
            from = cut;
        }

        return modes;
    }

    // Indices of the values at which the sample is to be cut. Coarse bins come first: they show a broad heap beside a narrow one, which in the
    // fine bins of the narrow one would be dust.
    private static List<int> Valleys(SortedCounts sample, int from, int to, long needed)
    {
        var n = CountOf(sample, from, to);

        // Values of the outer half percent can be far away; they make no heap, and go with the outermost ones.
        var origin = ValueAt(sample, from, Math.Max(1, n / 200));
        var last = ValueAt(sample, from, n - (n / 200));
        var range = (Int128)last - origin + 1;
        var finest = BinWidth(sample, from, n, range);
        var width = finest;
        while (width * 4 <= range / CoarsestBins)
        {
            width *= 4;
        }

        for (; width >= finest; width /= 4)
        {
            var cuts = Valleys(sample, from, to, needed, origin, width, (int)((range + width - 1) / width));
            if (cuts.Count > 0)
            {
                return cuts;
            }
        }

        return [];
    }

    private static List<int> Valleys(SortedCounts sample, int from, int to, long needed, long origin, Int128 width, int bins)
    {
        var counts = new double[bins];
        for (var i = from; i < to; i++)
        {
            var bin = ((Int128)sample.Values[i] - origin) / width;
            if (sample.Values[i] >= origin && bin < bins)
            {
                counts[(int)bin] += sample.CountAt(i);
            }
        }

        var smooth = Smooth(Smooth(counts));
        var cuts = new List<int>();
        foreach (var valley in Persistence(smooth))
        {
            var cut = FirstAtOrAbove(sample, origin + (valley * width), from, to);
            var start = cuts.Count == 0 ? from : cuts[^1];
            if (cut > start && CountOf(sample, start, cut) >= needed && CountOf(sample, cut, to) >= needed)
            {
                cuts.Add(cut);
            }
        }

        return cuts;
    }

    // Half of Freedman and Diaconis, since smoothing widens it again; in whole ticks, since any other width beats against their comb.
    private static Int128 BinWidth(SortedCounts sample, int from, long n, Int128 range)
    {
        var quartiles = (double)ValueAt(sample, from, Math.Max(1, n * 3 / 4)) - ValueAt(sample, from, Math.Max(1, n / 4));
        return Int128.Max(Int128.Max(1, (range + MaxBins - 1) / MaxBins), (Int128)(quartiles / Math.Cbrt(n)));
    }

    private static double[] Smooth(double[] counts)
    {
        var smooth = new double[counts.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            smooth[i] = (i > 0 ? counts[i - 1] : 0) + counts[i] + (i < counts.Length - 1 ? counts[i + 1] : 0);
        }

        return smooth;
    }

    // The bins with the deepest point between neighbouring peaks that stand out.
    private static List<int> Persistence(double[] heights)
    {
        var peaks = new List<int>();
        for (var i = 0; i < heights.Length; i++)
        {
            if (heights[i] > 0 && (i == 0 || heights[i] > heights[i - 1]) && IsTop(heights, i))
            {
                peaks.Add(i);
            }
        }

        var valleys = new List<int>();
        for (var i = 1; i < peaks.Count; i++)
        {
            valleys.Add(Lowest(heights, peaks[i - 1], peaks[i]));
        }

        // The shallowest valley goes first, together with the lower of its peaks, until all that are left are real.
        while (valleys.Count > 0)
        {
            var weakest = 0;
            var least = double.PositiveInfinity;
            for (var i = 0; i < valleys.Count; i++)
            {
                var strength = Strength(Math.Min(heights[peaks[i]], heights[peaks[i + 1]]), heights[valleys[i]]);
                if (strength < least)
                {
                    (least, weakest) = (strength, i);
                }
            }

            if (least >= 1)
            {
                break;
            }

            var lower = heights[peaks[weakest]] < heights[peaks[weakest + 1]] ? weakest : weakest + 1;
            peaks.RemoveAt(lower);
            valleys.RemoveAt(weakest);
            if (lower > 0 && lower < peaks.Count)
            {
                valleys[lower - 1] = Lowest(heights, peaks[lower - 1], peaks[lower]);
            }
        }

        return valleys;
    }

    // At least 1 where a valley is deep enough by proportion and by chance; heights are sums of nine counts with weights 1 2 3 2 1.
    private static double Strength(double peak, double valley)
    {
        var byChance = (peak - valley) / (ValleySignificance * Math.Sqrt(2 * (peak + valley)));
        var byDepth = (1 - (valley / peak)) / (1 - ValleyDepth);
        return Math.Min(byChance, byDepth);
    }

    private static bool IsTop(double[] heights, int i)
    {
        var next = i + 1;
        while (next < heights.Length && heights[next] == heights[i])
        {
            next++;
        }

        return next == heights.Length || heights[next] < heights[i];
    }

    private static int Lowest(double[] heights, int from, int to)
    {
        var lowest = from;
        var lastLowest = from;
        for (var i = from; i <= to; i++)
        {
            if (heights[i] < heights[lowest])
            {
                lowest = i;
                lastLowest = i;
            }
            else if (heights[i] == heights[lowest])
            {
                lastLowest = i;
            }
        }

        return (lowest + lastLowest) / 2;
    }

    private static Mode Describe(SortedCounts sample, int from, int to)
    {
        var n = CountOf(sample, from, to);
        var peak = from;
        for (var i = from; i < to; i++)
        {
            peak = sample.CountAt(i) > sample.CountAt(peak) ? i : peak;
        }

        return new Mode(
            ValueAt(sample, from, Math.Max(1, Quantiles.Rank(n, 0.05))), sample.Values[peak], ValueAt(sample, from, Quantiles.Rank(n, 0.95)),
            (double)n / sample.Count);
    }

    private static long CountOf(SortedCounts sample, int from, int to) =>
        to <= from ? 0 : sample.Cumulative[to - 1] - (from == 0 ? 0 : sample.Cumulative[from - 1]);

    private static long ValueAt(SortedCounts sample, int from, long rank) =>
        sample.ValueAtRank(rank + (from == 0 ? 0 : sample.Cumulative[from - 1]));

    private static int FirstAtOrAbove(SortedCounts sample, Int128 value, int from, int to)
    {
        while (from < to && sample.Values[from] < value)
        {
            from++;
        }

        return from;
    }
}
