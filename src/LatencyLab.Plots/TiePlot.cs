using LatencyLab.Units;
using ScottPlot;

namespace LatencyLab.Plots;

/// <summary>Time interval error of a clock-like signal along its time: how far each edge is from where an even clock would have it.</summary>
public static class TiePlot
{
    /// <param name="ticks">Ticks of the edges, rising.</param>
    /// <param name="tieNs">Error of each, as many as edges.</param>
    /// <param name="timeBase">Length of a tick.</param>
    /// <param name="heading">Lines above the picture.</param>
    /// <param name="style">Theme, size, stamp.</param>
    public static Picture Draw(ReadOnlySpan<long> ticks, ReadOnlySpan<double> tieNs, TimeBase timeBase, PlotHeading heading, PlotStyle style)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tieNs.Length, ticks.Length);
        if (ticks.Length < 2)
        {
            return Distributions.Nothing(heading, style, "A trend needs at least two edges.");
        }

        var figure = new Figure(style, heading, PlotSize.Default);
        var axis = new TimeAxis(timeBase, ticks[0], ticks[^1]);
        var (min, max) = (double.MaxValue, double.MinValue);
        foreach (var tie in tieNs)
        {
            (min, max) = (Math.Min(min, tie), Math.Max(max, tie));
        }

        var span = Math.Max(max - min, timeBase.TickNs);
        var (bottom, top) = (min - (span * 0.1), max + (span * 0.1));
        var unit = TimeUnit.For(Math.Max(Math.Abs(bottom), Math.Abs(top)));
        figure.SetX(axis.FromNs, axis.ToNs, Scale.Linear(axis.FromNs, axis.ToNs, figure.WidthPx / 80, axis.Unit.Nanoseconds), axis.Label);
        figure.SetY(bottom, top, Scale.Linear(bottom, top, 6, unit.Nanoseconds), $"time interval error ({unit.Name}), positive is late");
        figure.Line([new(axis.FromNs, 0), new(axis.ToNs, 0)], Ink.Frame, 1.2f);
        figure.Line(Envelope(ticks, tieNs, axis, figure.WidthPx), Ink.First, 1.3f);
        return figure.ToPicture($"Time interval error of {PlotText.Count(ticks.Length)} edges over {PlotText.Time(axis.ToNs - axis.FromNs)}, from {PlotText.Time(min)} to {PlotText.Time(max)}.");
    }

    // First, lowest, highest and last of each pixel: the line looks as if all edges had been drawn.
    private static Coordinates[] Envelope(ReadOnlySpan<long> ticks, ReadOnlySpan<double> tieNs, TimeAxis axis, int columns)
    {
        var points = new List<Coordinates>();
        var perColumn = Math.Max(1, ticks.Length / columns);
        for (var from = 0; from < ticks.Length; from += perColumn)
        {
            var part = tieNs.Slice(from, Math.Min(perColumn, ticks.Length - from));
            var (low, high) = (0, 0);
            for (var i = 1; i < part.Length; i++)
            {
                low = part[i] < part[low] ? i : low;
                high = part[i] > part[high] ? i : high;
            }

            foreach (var i in new SortedSet<int> { 0, low, high, part.Length - 1 })
            {
                points.Add(new(axis.Ns(ticks[from + i]), part[i]));
            }
        }

        return [.. points];
    }
}
