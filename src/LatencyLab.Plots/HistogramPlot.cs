using LatencyLab.Statistics;
using LatencyLab.Units;
using ScottPlot;

namespace LatencyLab.Plots;

/// <summary>A value that gets a line and a label: a quantile, the mean.</summary>
public readonly record struct PlotMark(string Name, double Nanoseconds);

/// <summary>What a latency histogram shows.</summary>
/// <param name="Values">Matched latencies.</param>
/// <param name="TimeBase">Length of a tick.</param>
/// <param name="Late">Answers after their window.</param>
/// <param name="Missed">Stimuli without an answer.</param>
/// <param name="Marks">Lines with a label, such as p50 and p99.</param>
/// <param name="LimitNs">A limit that was asked for; null for none.</param>
/// <param name="LogCounts">Counts on a log axis, so that single events in the tail are seen.</param>
/// <param name="Quantity">What the values are: "latency", "period".</param>
/// <param name="Withheld">Answered stimuli without a latency, since nobody can say which answer belongs to which.</param>
public sealed record HistogramData(
    SortedCounts Values,
    TimeBase TimeBase,
    long Late = 0,
    long Missed = 0,
    IReadOnlyList<PlotMark>? Marks = null,
    double? LimitNs = null,
    bool LogCounts = false,
    string Quantity = "latency",
    long Withheld = 0);

/// <summary>How often each latency was seen; late, missed and withheld responses stand beside it as bars of their own, never left out.</summary>
public static class HistogramPlot
{
    private const int MostBins = 160;
    private const double LogFloor = 0.7;

    public static Picture Draw(HistogramData data, PlotHeading heading, PlotStyle style)
    {
        if (data.Values.Distinct == 0)
        {
            return DrawEmpty(data, heading, style);
        }

        var limitTicks = data.LimitNs is { } limit ? (long?)Math.Ceiling(limit / data.TimeBase.TickNs) : null;
        var bins = HistogramBins.Choose(data.Values, MostBins, limitTicks);
        var sides = SideBars(bins, data);
        var figure = new Figure(style, heading, PlotSize.Default);

        var (from, to) = (EdgeNs(bins.FirstTick, data.TimeBase), EdgeNs(bins.EndTick, data.TimeBase));
        var slot = (to - from) * 0.1;
        var sideStart = to + (slot * 0.15);
        var right = sides.Count == 0 ? to : sideStart + (slot * sides.Count);
        var margin = (to - from) * 0.012;
        var tallest = Math.Max(bins.Counts.Max(), sides.Count == 0 ? 0 : sides.Max(s => s.Count));
        double Height(long count) => !data.LogCounts ? count : count == 0 ? Math.Log10(LogFloor) : Math.Log10(count);
        var floor = data.LogCounts ? Math.Log10(LogFloor) : 0;
        var top = floor + ((Height(tallest) - floor) * 1.22);

        var unit = TimeUnit.For(to);
        figure.SetX(from - margin, right + margin, Scale.Linear(from, to, figure.WidthPx / 80, unit.Nanoseconds), $"{data.Quantity} ({unit.Name}), bins of {BinText(bins, data.TimeBase)}");
        figure.SetY(
            floor, top,
            data.LogCounts ? Scale.Decades(0, top, 7, v => PlotText.Count((long)v)) : Scale.Counts(tallest * 1.1, 6),
            data.LogCounts ? "events a bin (log)" : "events a bin");
        figure.HideXGrid();

        DrawBins(figure, bins, data.TimeBase, Height, floor);
        for (var i = 0; i < sides.Count; i++)
        {
            DrawSideBar(figure, sides[i], sideStart + (slot * (i + 0.5)), slot * 0.24, floor, Height(sides[i].Count));
        }

        DrawMarks(figure, data, from, to, right);
        return figure.ToPicture(AltText(data, bins));
    }

    private static void DrawBins(Figure figure, HistogramBins bins, TimeBase timeBase, Func<long, double> height, double floor)
    {
        var widthPx = figure.XPx(EdgeNs(bins.FirstTick + bins.WidthTicks, timeBase)) - figure.XPx(EdgeNs(bins.FirstTick, timeBase));
        var gapNs = widthPx >= 5 ? bins.WidthTicks * timeBase.TickNs * Math.Min(0.08, 1 / widthPx) : 0;
        var outline = new List<Coordinates>();
        for (var i = 0; i < bins.Counts.Length; i++)
        {
            var left = EdgeNs(bins.FirstTick + (i * bins.WidthTicks), timeBase) + gapNs;
            var right = EdgeNs(bins.FirstTick + ((i + 1) * bins.WidthTicks), timeBase) - gapNs;
            var top = bins.Counts[i] == 0 ? floor : height(bins.Counts[i]);
            outline.AddRange([new(left, floor), new(left, top), new(right, top), new(right, floor)]);
        }

        figure.Area([.. outline], Ink.First, 0.9);
    }

    private static void DrawSideBar(Figure figure, SideBar side, double at, double half, double floor, double top)
    {
        figure.Box(at - half, at + half, floor, top, side.Ink, 0.9);
        var x = figure.XPx(at);
        figure.Text(PlotText.Count(side.Count), x, figure.YPx(top) - 10, Anchor.Middle, side.Ink, bold: true);
        figure.Text(side.Name, x, figure.Frame.Bottom + 15, Anchor.Middle, side.Ink);
        figure.Text(side.Remark, x, figure.Frame.Bottom + 30, Anchor.Middle, side.Ink, Figure.TextPx - 2);
    }

    private static void DrawMarks(Figure figure, HistogramData data, double from, double to, double right)
    {
        var rows = new LabelRows(figure.Frame.Left, figure.Frame.Right, figure.Frame.Top + 9, 16);
        var marks = (data.Marks ?? []).Select(m => (m.Name, m.Nanoseconds, Ink: Ink.Text));
        if (data.LimitNs is { } limit)
        {
            marks = marks.Append(("limit", limit, Ink.Mark));
        }

        foreach (var (name, ns, ink) in marks.OrderBy(m => m.Nanoseconds))
        {
            var text = $"{name} {PlotText.Time(ns, data.TimeBase.TickNs)}";
            if (ns < from || ns > to)
            {
                // Beyond the axis there is no place to point at; the label says the value all the same.
                var (edgeX, edgeY) = rows.Place(figure.XPx(ns > to ? to : from), PlotFonts.Width(text + " →", Figure.TextPx));
                figure.TextOnPatch(ns > to ? text + " →" : "← " + text, edgeX, edgeY, Anchor.Left, ink);
                continue;
            }

            var x = figure.XPx(ns);
            var (left, y) = rows.Place(x + 4, PlotFonts.Width(text, Figure.TextPx));
            figure.LinePx(ink, 1, ink == Ink.Text, new Pixel(x, y - 7), new Pixel(x, figure.Frame.Bottom));
            figure.TextOnPatch(text, left, y, Anchor.Left, ink);
        }
    }

    private static List<SideBar> SideBars(HistogramBins bins, HistogramData data)
    {
        var sides = new List<SideBar>();
        if (bins.Overflow > 0)
        {
            sides.Add(new SideBar("> " + Scale.RoundTime(EdgeNs(bins.EndTick, data.TimeBase)), "max " + PlotText.Time(data.TimeBase.ToNanoseconds(bins.MaxTicks), data.TimeBase.TickNs), bins.Overflow, Ink.Warning));
        }

        if (data.Late > 0)
        {
            sides.Add(new SideBar("late", "", data.Late, Ink.Warning));
        }

        if (data.Missed > 0)
        {
            sides.Add(new SideBar("missed", "", data.Missed, Ink.Bad));
        }

        if (data.Withheld > 0)
        {
            sides.Add(new SideBar("withheld", "pair unsure", data.Withheld, Ink.Gap));
        }

        return sides;
    }

    private static Picture DrawEmpty(HistogramData data, PlotHeading heading, PlotStyle style)
    {
        var figure = new Figure(style, heading, PlotSize.Default);
        figure.SetX(0, 1, [], data.Quantity);
        figure.SetY(0, 1, [], "events a bin");
        var lost = $"{PlotText.Count(data.Missed)} missed, {PlotText.Count(data.Late)} late";
        var text = data.Quantity != "latency" ? $"There is no {data.Quantity} to show."
            : data.Withheld > 0 ? $"No latency is given: nobody can say to which stimuli {PlotText.Count(data.Withheld)} answers belong."
            : data.Missed + data.Late == 0 ? "There was no stimulus."
            : $"No stimulus was answered in its window: {lost}.";
        figure.Text(text, (figure.Frame.Left + figure.Frame.Right) / 2, (figure.Frame.Top + figure.Frame.Bottom) / 2, Anchor.Middle, Ink.Text, 15);
        return figure.ToPicture("Empty histogram. " + text);
    }

    private static string AltText(HistogramData data, HistogramBins bins)
    {
        var marks = string.Concat((data.Marks ?? []).Select(m => $", {m.Name} {PlotText.Time(m.Nanoseconds, data.TimeBase.TickNs)}"));
        return $"Histogram of {data.Values.Count} values of {data.Quantity} from {PlotText.Time(data.TimeBase.ToNanoseconds(data.Values.Values[0]), data.TimeBase.TickNs)} to "
            + $"{PlotText.Time(data.TimeBase.ToNanoseconds(bins.MaxTicks), data.TimeBase.TickNs)}{marks}; "
            + $"{bins.Overflow} above the last bin, {data.Late} late, {data.Missed} missed{(data.Withheld > 0 ? $", {data.Withheld} withheld" : "")}.";
    }

    private static string BinText(HistogramBins bins, TimeBase timeBase) =>
        $"{Scale.RoundTime(bins.WidthTicks * timeBase.TickNs)} = {bins.WidthTicks} tick{(bins.WidthTicks == 1 ? "" : "s")}";

    private static double EdgeNs(long tick, TimeBase timeBase) => (tick - 0.5) * timeBase.TickNs;

    private sealed record SideBar(string Name, string Remark, long Count, Ink Ink);
}
