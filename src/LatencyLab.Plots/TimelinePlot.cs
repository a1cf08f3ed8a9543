using LatencyLab.Signals;
using LatencyLab.Units;
using ScottPlot;

namespace LatencyLab.Plots;

/// <summary>What the plots along the time of a run show.</summary>
/// <param name="Timeline">The latencies.</param>
/// <param name="TimeBase">Length of a tick.</param>
/// <param name="FromTick">First tick of the axis.</param>
/// <param name="ToTick">Last tick of the axis.</param>
/// <param name="Gaps">Spans in which edges may have been lost.</param>
/// <param name="LimitNs">A limit that was asked for; null for none.</param>
public sealed record TimelineData(
    LatencyTimeline Timeline, TimeBase TimeBase, long FromTick, long ToTick, IReadOnlyList<Gap> Gaps, double? LimitNs = null);

/// <summary>
/// Latency over the time of the run: each stimulus as a dot where there is room for all, otherwise the band from shortest to longest a column with
/// its median, and the outliers as dots. Missed and late responses stand on a rail of their own; gaps are hatched.
/// </summary>
public static class TimelinePlot
{
    public static Picture Draw(TimelineData data, PlotHeading heading, PlotStyle style)
    {
        var columns = data.Timeline.Columns.ToList();
        if (columns.Sum(c => c.Matched) == 0)
        {
            return Distributions.Nothing(heading, style, $"No stimulus was answered in its window: {PlotText.Count(columns.Sum(c => c.Missed))} missed, {PlotText.Count(columns.Sum(c => c.Late))} late.");
        }

        var figure = new Figure(style, heading, PlotSize.Default);
        var axis = new TimeAxis(data.TimeBase, data.FromTick, Math.Max(data.ToTick, data.FromTick + 1));
        var y = LatencyAxis.For(columns, data);
        var margin = (axis.ToNs - axis.FromNs) * 0.01;
        figure.SetX(axis.FromNs - margin, axis.ToNs + margin, Scale.Linear(axis.FromNs, axis.ToNs, figure.WidthPx / 80, axis.Unit.Nanoseconds), axis.Label);
        figure.SetY(y.Bottom, y.Top, y.Ticks(6), y.Label);
        TimelineGaps.Draw(figure, data, axis, y);

        if (data.Timeline.Points is { } points)
        {
            figure.Points([.. points.Where(p => p.LatencyTicks >= 0).Select(p => new Coordinates(axis.Ns(p.StimulusTick), y.At(p.LatencyTicks)))], Ink.First, points.Count > 500 ? 3f : 5f, 0.75);
        }
        else
        {
            DrawColumns(figure, columns, data.Timeline.ColumnTicks, axis, y);
            figure.Points([.. data.Timeline.Worst.ToArray().Select(w => new Coordinates(axis.Ns(w.AtTick), y.At(w.Value)))], Ink.Warning, 4f);
            figure.Legend(Ink.Warning, "longest 100");
            figure.Legend(Ink.First, "median", line: true);
        }

        var lost = DrawRail(figure, columns, data.Timeline.ColumnTicks, axis, y);
        DrawLabels(figure, data, axis, y);
        return figure.ToPicture(
            $"Latency over time: {PlotText.Count(data.Timeline.Count)} stimuli over {PlotText.Time(axis.ToNs - axis.FromNs)}, from {y.Text(columns.Min(c => c.MinTicks))} to {y.Text(columns.Max(c => c.MaxTicks))}; "
            + $"{lost}{data.Gaps.Count} gap{(data.Gaps.Count == 1 ? "" : "s")}.");
    }

    private static void DrawColumns(Figure figure, List<TimelineColumn> columns, long columnTicks, TimeAxis axis, LatencyAxis y)
    {
        var median = new List<Coordinates>();
        var least = (y.Top - y.Bottom) / 300;
        var end = long.MaxValue;
        foreach (var column in columns.Where(c => c.Matched > 0))
        {
            if (column.FromTick > end)
            {
                // Nothing was seen in between: the line must not go across.
                figure.Line([.. median], Ink.First, 1.6f);
                median.Clear();
            }

            var (from, to) = (axis.Ns(column.FromTick), axis.Ns(column.FromTick + columnTicks));
            var (low, high) = (y.At(column.MinTicks), y.At(column.MaxTicks));
            figure.Cell(from, to, low, Math.Max(high, low + least), Ink.First, 0.3);
            median.Add(new((from + to) / 2, y.At(column.MedianTicks()!.Value)));
            end = column.FromTick + (2 * columnTicks);
        }

        figure.DrawCells();
        figure.Line([.. median], Ink.First, 1.6f);
    }

    private static string DrawRail(Figure figure, List<TimelineColumn> columns, long columnTicks, TimeAxis axis, LatencyAxis y)
    {
        var text = "";
        var rail = figure.Frame.Top + 8;
        foreach (var (name, ink, count) in new (string, Ink, Func<TimelineColumn, long>)[]
            { ("missed", Ink.Bad, c => c.Missed), ("late", Ink.Warning, c => c.Late), ("excluded", Ink.Gap, c => c.Excluded) })
        {
            var total = columns.Sum(count);
            text += $"{PlotText.Count(total)} {name}, ";
            if (total == 0)
            {
                continue;
            }

            foreach (var column in columns.Where(c => count(c) > 0))
            {
                var x = figure.XPx(axis.Ns(column.FromTick + (columnTicks / 2)));
                figure.LinePx(ink, 1.6f, false, new Pixel(x, rail - 5), new Pixel(x, rail + 5));
            }

            figure.Legend(ink, $"{PlotText.Count(total)} {name}");
            rail += 13;
        }

        return text;
    }

    private static void DrawLabels(Figure figure, TimelineData data, TimeAxis axis, LatencyAxis y)
    {
        if (data.LimitNs is { } limit && y.AtNs(limit) < y.Top && y.AtNs(limit) > y.Bottom)
        {
            var py = figure.YPx(y.AtNs(limit));
            figure.LinePx(Ink.Mark, 1.2f, false, new Pixel(figure.Frame.Left, py), new Pixel(figure.Frame.Right, py));
            figure.TextOnPatch("limit " + PlotText.Time(limit), figure.Frame.Left + 8, py - 10, Anchor.Left, Ink.Mark);
        }

        var worst = data.Timeline.Worst[0];
        var text = "max " + y.Text(worst.Value);
        var (x, top) = (figure.XPx(axis.Ns(worst.AtTick)), figure.YPx(y.At(worst.Value)));
        var right = x + 10 + PlotFonts.Width(text, Figure.TextPx) > figure.Frame.Right;
        figure.TextOnPatch(text, right ? x - 8 : x + 8, top - 3, right ? Anchor.Right : Anchor.Left, Ink.Text);
    }
}
