namespace LatencyLab.Plots;

/// <summary>How many latencies of each length at each time, dark where there are many; shows drifts, steps and second modes that a band hides.</summary>
public static class HeatMapPlot
{
    private const int Rows = 72;
    private const int MostColumns = 120;
    private static readonly double[] Shades = [0.14, 0.28, 0.44, 0.62, 0.8, 1.0];

    public static Picture Draw(TimelineData data, PlotHeading heading, PlotStyle style)
    {
        var columns = data.Timeline.Columns.Where(c => c.Matched > 0).ToList();
        if (columns.Count == 0)
        {
            return Distributions.Nothing(heading, style, "No stimulus was answered in its window.");
        }

        var figure = new Figure(style, heading, PlotSize.Default);
        var axis = new TimeAxis(data.TimeBase, data.FromTick, Math.Max(data.ToTick, data.FromTick + 1));
        var y = LatencyAxis.For(columns, data);
        figure.SetX(axis.FromNs, axis.ToNs, Scale.Linear(axis.FromNs, axis.ToNs, figure.WidthPx / 80, axis.Unit.Nanoseconds), axis.Label);
        figure.SetY(y.Bottom, y.Top, y.Ticks(6), y.Label);

        var counts = Count(data, columns, y, out var width);
        var most = counts.Cast<double>().Max();
        DrawCells(figure, data, axis, y, counts, width, most);
        TimelineGaps.Draw(figure, data, axis, y);
        DrawKey(figure, most);
        return figure.ToPicture($"Heat map of {PlotText.Count(columns.Sum(c => c.Matched))} latencies over time, {counts.GetLength(0)} columns by {Rows} rows; the fullest cell holds {PlotText.Count(Most(most))}.");
    }

    // Steps of the timeline are finer than rows or share their count among the rows that they cover.
    private static double[,] Count(TimelineData data, List<TimelineColumn> columns, LatencyAxis y, out long width)
    {
        width = Math.Max(data.Timeline.ColumnTicks, (long)(((Int128)data.ToTick - data.FromTick + MostColumns - 1) / MostColumns));
        var counts = new double[(int)Int128.Min(MostColumns, (((Int128)data.ToTick - data.FromTick) / width) + 1), Rows];
        foreach (var column in columns)
        {
            var x = (int)Math.Clamp((column.FromTick - data.FromTick) / width, 0, counts.GetLength(0) - 1);
            foreach (var (low, high, count) in column.Distribution())
            {
                var first = Row(y, low);
                var last = Math.Max(first, Row(y, Math.Min(high, column.MaxTicks)));
                for (var row = first; row <= last; row++)
                {
                    counts[x, row] += (double)count / (last - first + 1);
                }
            }
        }

        return counts;
    }

    private static int Row(LatencyAxis y, long ticks) => (int)Math.Clamp((y.At(ticks) - y.Bottom) / (y.Top - y.Bottom) * Rows, 0, Rows - 1);

    private static void DrawCells(Figure figure, TimelineData data, TimeAxis axis, LatencyAxis y, double[,] counts, long width, double most)
    {
        var step = (y.Top - y.Bottom) / Rows;
        for (var x = 0; x < counts.GetLength(0); x++)
        {
            var (left, right) = (axis.Ns(data.FromTick + (x * width)), axis.Ns(Math.Min(data.ToTick, data.FromTick + ((x + 1) * width))));
            for (var row = 0; row < Rows;)
            {
                var shade = Shade(counts[x, row], most);
                var end = row + 1;
                while (end < Rows && Shade(counts[x, end], most) == shade)
                {
                    end++;
                }

                if (shade >= 0)
                {
                    figure.Cell(left, right, y.Bottom + (row * step), y.Bottom + (end * step), Ink.First, Shades[shade]);
                }

                row = end;
            }
        }

        figure.DrawCells();
    }

    // Log scale: one event in a thousand must still be seen.
    private static int Shade(double count, double most) =>
        count <= 0 ? -1 : most <= 1 ? Shades.Length - 1 : (int)Math.Clamp(Math.Log(Math.Max(1, count)) / Math.Log(most) * Shades.Length, 0, Shades.Length - 1);

    // An event is shared among the rows that its latency may lie in, but it stays one event.
    private static long Most(double most) => Math.Max(1, (long)Math.Round(most));

    private static void DrawKey(Figure figure, double most)
    {
        var x = figure.Frame.Right;
        var y = figure.Frame.Top - 16;
        var text = PlotText.Count(Most(most));
        figure.Text(text, x, y, Anchor.Right, Ink.Text);
        x -= PlotFonts.Width(text, Figure.TextPx) + 8;
        for (var i = Shades.Length - 1; i >= 0; i--, x -= 16)
        {
            figure.BoxPx(x - 16, x, y - 6, y + 6, Ink.First, Shades[i]);
        }

        figure.Text("events a cell: 1", x - 8, y, Anchor.Right, Ink.Text);
    }
}
