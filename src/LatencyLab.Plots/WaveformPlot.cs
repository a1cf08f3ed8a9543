using LatencyLab.Signals;
using ScottPlot;

namespace LatencyLab.Plots;

/// <summary>A vertical line that a person put somewhere.</summary>
public readonly record struct WaveformCursor(long Tick, string Name);

/// <summary>A measured span, drawn as an arrow from one edge to another.</summary>
public readonly record struct WaveformArrow(int FromChannel, long FromTick, int ToChannel, long ToTick, string Label);

/// <summary>Which part of a capture is shown, and what is pointed at.</summary>
/// <param name="FromTick">First tick shown.</param>
/// <param name="ToTick">Last tick shown, later than the first.</param>
/// <param name="Cursors">Vertical lines; null for none.</param>
/// <param name="Arrows">Measured spans; null for none.</param>
public sealed record WaveformWindow(
    long FromTick, long ToTick, IReadOnlyList<WaveformCursor>? Cursors = null, IReadOnlyList<WaveformArrow>? Arrows = null);

/// <summary>The levels of all channels over a window of time. Cost follows the width of the picture, not the number of edges.</summary>
public static class WaveformPlot
{
    private const double Low = 0.14;
    private const double High = 0.66;
    private const double ArrowLane = 0.84;

    /// <exception cref="LatencyLabException">The window is empty, or the capture has no channel (kind usage).</exception>
    public static Picture Draw(Capture capture, WaveformWindow window, PlotHeading heading, PlotStyle style)
    {
        if (window.ToTick <= window.FromTick || capture.Traces.Count == 0)
        {
            throw new LatencyLabException(FaultKind.Usage, "There is nothing to draw: the window holds no time, or the capture no channel.");
        }

        var names = capture.Traces.Select(t => PlotText.Fit(t.Channel.Name, 140, Figure.TextPx + 1, bold: true)).ToArray();
        var left = 30 + names.Max(n => PlotFonts.Width(n, Figure.TextPx + 1, bold: true));
        var rowPx = Math.Clamp(1200 / capture.Traces.Count, 34, 92);
        var figure = new Figure(style, heading, new PlotSize(960, 156 + (rowPx * capture.Traces.Count)), Math.Max(46, left));

        var timeAxis = new TimeAxis(capture.TimeBase, window.FromTick, window.ToTick);
        figure.SetX(timeAxis.FromNs, timeAxis.ToNs, Scale.Linear(timeAxis.FromNs, timeAxis.ToNs, figure.WidthPx / 80, timeAxis.Unit.Nanoseconds), timeAxis.Label);
        figure.SetY(0, capture.Traces.Count, [], "");
        figure.HideYAxis();

        for (var row = 0; row < capture.Traces.Count; row++)
        {
            DrawChannel(figure, capture, row, window, timeAxis, names[row]);
        }

        DrawCursors(figure, window, timeAxis);
        DrawArrows(figure, capture, window, timeAxis);
        return figure.ToPicture(AltText(capture, window, timeAxis));
    }

    private static void DrawChannel(Figure figure, Capture capture, int row, WaveformWindow window, TimeAxis axis, string name)
    {
        var trace = capture.Traces[row];
        var bottom = capture.Traces.Count - 1 - row;
        var middle = figure.YPx(bottom + ((Low + High) / 2));
        figure.Text(name, figure.Frame.Left - 16, middle, Anchor.Right, Ink.Text, Figure.TextPx + 1, bold: true);
        if (row > 0)
        {
            figure.Line([new(axis.FromNs, bottom + 1), new(axis.ToNs, bottom + 1)], Ink.Grid, 1);
        }

        var strokes = WaveformStrokes.Trace(capture, row, window.FromTick, window.ToTick, figure.WidthPx);
        foreach (var line in strokes.Lines)
        {
            figure.Line([.. line.Select(p => new Coordinates(axis.Ns(p.Tick), bottom + (p.High ? High : Low)))], Ink.First, 1.6f);
        }

        foreach (var (from, to) in strokes.Busy)
        {
            figure.Box(axis.Ns(from), axis.Ns(to), bottom + Low, bottom + High, Ink.First, 0.6);
        }

        foreach (var (from, to) in strokes.Unknown)
        {
            var y = bottom + ((Low + High) / 2);
            figure.Line([new(axis.Ns(from), y), new(axis.Ns(to), y)], Ink.Gap, 1.2f, dashed: true);
        }

        foreach (var gap in WaveformStrokes.Doubts(capture, trace.Channel.Index, window.FromTick, window.ToTick, figure.WidthPx))
        {
            DrawDoubt(figure, axis, window, gap.FromTick, gap.ToTick, bottom, row == 0 || gap.Channel is not null ? PlotText.Clean(gap.Reason) : "");
        }

        if (window.ToTick > capture.EndTick)
        {
            DrawDoubt(figure, axis, window, capture.EndTick, window.ToTick, bottom, row == 0 ? "end of the capture" : "");
        }

        if (window.FromTick < capture.Header.StartTick)
        {
            DrawDoubt(figure, axis, window, window.FromTick, capture.Header.StartTick, bottom, row == 0 ? "before the capture" : "");
        }
    }

    private static void DrawDoubt(Figure figure, TimeAxis axis, WaveformWindow window, long fromTick, long toTick, int bottom, string reason)
    {
        var (from, to) = (axis.Ns(Math.Max(fromTick, window.FromTick)), axis.Ns(Math.Min(toTick, window.ToTick)));
        // A gap narrower than a pixel is still a gap.
        var least = (axis.ToNs - axis.FromNs) / figure.WidthPx * 3;
        to = Math.Max(to, from + least);
        figure.Hatch(from, to, bottom + 0.02, bottom + 0.98, Ink.Gap);
        if (reason.Length > 0 && PlotFonts.Width(reason, Figure.TextPx - 1) + 8 < figure.XPx(to) - figure.XPx(from))
        {
            figure.TextOnPatch(reason, figure.XPx((from + to) / 2), figure.YPx(bottom + ArrowLane), Anchor.Middle, Ink.Muted, Figure.TextPx - 1);
        }
    }

    private static void DrawCursors(Figure figure, WaveformWindow window, TimeAxis axis)
    {
        var rows = new LabelRows(figure.Frame.Left, figure.Frame.Right, figure.Frame.Top - 16, -16);
        foreach (var cursor in (window.Cursors ?? []).Where(c => c.Tick >= window.FromTick && c.Tick <= window.ToTick).OrderBy(c => c.Tick))
        {
            var text = PlotText.Fit($"{cursor.Name} {PlotText.Time(axis.Ns(cursor.Tick), axis.TickNs)}", 220, Figure.TextPx);
            var x = figure.XPx(axis.Ns(cursor.Tick));
            var width = PlotFonts.Width(text, Figure.TextPx);
            var (left, y) = rows.Place(x - (width / 2), width);
            figure.LinePx(Ink.Mark, 1.2f, false, new Pixel(x, y + 9), new Pixel(x, figure.Frame.Bottom));
            figure.TextOnPatch(text, left, y, Anchor.Left, Ink.Mark);
        }
    }

    // The arrow runs in the free lane above the row of its end; its feet are the edges that it measures.
    private static void DrawArrows(Figure figure, Capture capture, WaveformWindow window, TimeAxis axis)
    {
        var arrows = (window.Arrows ?? []).Where(a => a.ToTick >= window.FromTick && a.FromTick <= window.ToTick).OrderBy(a => a.FromTick).ToList();
        var taken = figure.Frame.Left;
        for (var i = 0; i < arrows.Count; i++)
        {
            var arrow = arrows[i];
            var (fromBottom, toBottom) = (capture.Traces.Count - 1 - arrow.FromChannel, capture.Traces.Count - 1 - arrow.ToChannel);
            var lane = figure.YPx(toBottom + ArrowLane);
            var (x0, x1) = (figure.XPx(axis.Ns(arrow.FromTick)), figure.XPx(axis.Ns(arrow.ToTick)));
            var (shown0, shown1) = (Math.Max(x0, figure.Frame.Left), Math.Min(x1, figure.Frame.Right));
            if (x0 >= figure.Frame.Left)
            {
                figure.LinePx(Ink.Second, 1, true, new Pixel(x0, figure.YPx(fromBottom + (fromBottom > toBottom ? Low : High))), new Pixel(x0, lane));
            }

            if (x1 <= figure.Frame.Right)
            {
                figure.LinePx(Ink.Second, 1, true, new Pixel(x1, lane), new Pixel(x1, figure.YPx(toBottom + High)));
            }

            figure.LinePx(Ink.Second, 1.4f, false, new Pixel(shown0, lane), new Pixel(shown1, lane));
            if (shown1 - shown0 >= 12)
            {
                DrawHead(figure, shown0, lane, 6);
                DrawHead(figure, shown1, lane, -6);
            }

            // A label that would cover another arrow is left out: whoever wants it looks closer.
            var label = PlotText.Clean(arrow.Label);
            var width = PlotFonts.Width(label, Figure.TextPx, bold: true);
            var fits = width + 24 < shown1 - shown0;
            var left = fits ? ((shown0 + shown1) / 2) - (width / 2) : shown1 + 7;
            var free = i + 1 < arrows.Count ? figure.XPx(axis.Ns(arrows[i + 1].FromTick)) - 4 : float.PositiveInfinity;
            left = left + width > figure.Frame.Right ? shown0 - 7 - width : left;
            if (left + width < free && left > taken)
            {
                figure.TextOnPatch(label, left, lane, Anchor.Left, Ink.Second, bold: true);
            }

            taken = Math.Max(shown1, left + width) + 4;
        }
    }

    private static void DrawHead(Figure figure, float x, float y, float back) =>
        figure.LinePx(Ink.Second, 1.4f, false, new Pixel(x + back, y - 3.5f), new Pixel(x, y), new Pixel(x + back, y + 3.5f));

    private static string AltText(Capture capture, WaveformWindow window, TimeAxis axis)
    {
        var arrows = string.Concat((window.Arrows ?? []).Take(5).Select(a => $" {capture.Traces[a.FromChannel].Channel.Name} to {capture.Traces[a.ToChannel].Channel.Name}: {a.Label}."));
        var gaps = capture.Gaps.Count(g => g.FromTick <= window.ToTick && g.ToTick >= window.FromTick);
        return $"Waveform of {string.Join(", ", capture.Traces.Select(t => t.Channel.Name))} over {PlotText.Time(axis.ToNs - axis.FromNs, axis.TickNs)} "
            + $"from {PlotText.Time(capture.TimeBase.ToNanoseconds(window.FromTick), axis.TickNs)}; {gaps} gap{(gaps == 1 ? "" : "s")}.{arrows}";
    }
}
