using LatencyLab.Statistics;

namespace LatencyLab.Plots;

/// <summary>
/// Bins of a whole number of ticks with edges at half ticks: any other width beats against the comb of the ticks and shows teeth that aren't
/// in the data. What lies beyond the last bin is counted, never dropped.
/// </summary>
/// <param name="FirstTick">First tick of the first bin.</param>
/// <param name="WidthTicks">Ticks a bin.</param>
/// <param name="Counts">Values a bin.</param>
/// <param name="Overflow">Values above the last bin.</param>
/// <param name="MaxTicks">Largest value of all.</param>
public sealed record HistogramBins(long FirstTick, long WidthTicks, long[] Counts, long Overflow, long MaxTicks)
{
    /// <summary>First tick above the last bin.</summary>
    public long EndTick => FirstTick + (WidthTicks * Counts.Length);

    /// <summary>
    /// Width by Freedman and Diaconis (2 IQR n^(-1/3)), within the number of bins that a picture can show. A long tail would squeeze the body into
    /// a few bins, so the picture ends two body lengths above p95, and the rest is overflow.
    /// </summary>
    /// <param name="values">At least one.</param>
    /// <param name="mostBins">As many bins as the picture has room for.</param>
    /// <param name="showTicks">A value that should be inside if it isn't far away, such as a limit; null for none.</param>
    public static HistogramBins Choose(SortedCounts values, int mostBins, long? showTicks = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Distinct);
        var (min, max) = (values.Values[0], values.Values[^1]);
        // Three times the body, but never fewer ticks than make a readable axis.
        var room = Math.Max(3 * (Quantile(values, 0.95) - min), 15);
        // A few values just outside aren't worth an overflow bin.
        var end = max - min <= 2 * room ? max : min + room;
        if (showTicks is { } show && show > end && show - min <= 2.5 * Math.Max(1, end - min))
        {
            end = show + ((show - min) / 20);
        }

        // A constant is a thin bar in the middle, not a wall.
        var pad = Math.Max(0, (15 - (end - min)) / 2);
        // Nothing is shorter than nothing: below zero there is no axis unless the data are there.
        (min, end) = (min < 0 ? min - pad : Math.Max(0, min - pad), end + pad);
        var span = end - min + 1;
        var iqr = Quantile(values, 0.75) - Quantile(values, 0.25);
        var width = (long)Math.Round(2 * iqr / Math.Cbrt(values.Count));
        width = Math.Clamp(width, DivideUp(span, mostBins), Math.Max(DivideUp(span, mostBins), span / 30));
        width = Math.Max(1, width);
        var first = FloorTo(min, width);
        var counts = new long[DivideUp(end - first + 1, width)];
        long overflow = 0;
        for (var i = 0; i < values.Distinct; i++)
        {
            var bin = (values.Values[i] - first) / width;
            if (bin < counts.Length)
            {
                counts[bin] += values.CountAt(i);
            }
            else
            {
                overflow += values.CountAt(i);
            }
        }

        return new HistogramBins(first, width, counts, overflow, max);
    }

    private static long Quantile(SortedCounts values, double probability) => values.ValueAtRank(Quantiles.Rank(values.Count, probability));

    private static long DivideUp(long value, long by) => (value + by - 1) / by;

    // Towards minus infinity, so that bins of two runs with the same width have the same edges.
    private static long FloorTo(long value, long step) => (value >= 0 ? value / step : -DivideUp(-value, step)) * step;
}
