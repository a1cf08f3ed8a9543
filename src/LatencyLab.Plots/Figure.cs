using System.Diagnostics.CodeAnalysis;
using ScottPlot;

namespace LatencyLab.Plots;

/// <summary>
/// One picture while it is made: a ScottPlot with a fixed frame, so that every pixel is known before anything is drawn and labels can be
/// placed without overlapping. Data in axis coordinates, texts in pixels.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "ToPicture hands the plot over to the picture, which disposes of it.")]
internal sealed class Figure
{
    public const float TitlePx = 17;
    public const float TextPx = 12;
    private const float Left = 74;
    private const float Right = 26;
    private const float Top = 92;
    private const float Bottom = 52;

    private readonly Plot _plot = new();
    private readonly Overlay _overlay = new();
    private readonly Dictionary<(Ink Ink, double Alpha), List<PixelRect>> _cells = [];
    private readonly PlotStyle _style;
    private readonly PlotSize _size;
    private readonly string _title;
    private float _legendLeft;

    public Figure(PlotStyle style, PlotHeading heading, PlotSize suitable, float leftPx = Left, float rightPx = Right)
    {
        _style = style;
        _size = style.Size ?? suitable;
        _title = PlotText.Clean(heading.Title);
        Frame = new PixelRect(leftPx, _size.WidthPx - rightPx, _size.HeightPx - Bottom, Top);
        _legendLeft = Frame.Right;
        _plot.Layout.Fixed(new PixelPadding(leftPx, rightPx, Bottom, Top));
        _plot.FigureBackground.Color = _plot.DataBackground.Color = Colour(Ink.Background);
        _plot.Axes.Title.IsVisible = false;
        foreach (var axis in new IAxis[] { _plot.Axes.Bottom, _plot.Axes.Left, _plot.Axes.Top, _plot.Axes.Right })
        {
            axis.FrameLineStyle.Color = Colour(Ink.Frame);
            axis.FrameLineStyle.Width = axis == _plot.Axes.Bottom || axis == _plot.Axes.Left ? 1 : 0;
            axis.MajorTickStyle.Color = axis.MinorTickStyle.Color = Colour(Ink.Frame);
            axis.TickLabelStyle.IsVisible = false;
            axis.TickGenerator = new ScottPlot.TickGenerators.NumericManual();
        }

        _plot.Grid.MajorLineColor = Colour(Ink.Grid);
        _plot.Axes.AddPanel(_overlay);
        DrawHeading(heading);
    }

    /// <summary>The data area in pixels.</summary>
    public PixelRect Frame { get; }

    public int WidthPx => (int)Frame.Width;

    public Color Colour(Ink ink, double alpha = 1) => Color.FromHex(_style.Theme.Colours[ink]).WithAlpha(alpha);

    public void SetX(double min, double max, IEnumerable<AxisTick> ticks, string label)
    {
        _plot.Axes.SetLimitsX(min, max);
        var spaced = Spaced([.. ticks.OrderBy(t => t.At)]);
        _plot.Axes.Bottom.TickGenerator = Generator(spaced);
        foreach (var tick in spaced)
        {
            Text(tick.Label, XPx(tick.At), Frame.Bottom + 15, Anchor.Middle, Ink.Muted);
        }

        _overlay.Text(PlotText.Clean(label), (Frame.Left + Frame.Right) / 2, Frame.Bottom + 38, Anchor.Middle, Colour(Ink.Muted), TextPx);
    }

    /// <summary>The label stands above the axis, level: nobody has to tilt the head.</summary>
    public void SetY(double min, double max, IEnumerable<AxisTick> ticks, string label)
    {
        _plot.Axes.SetLimitsY(min, max);
        AxisTick[] all = [.. ticks];
        _plot.Axes.Left.TickGenerator = Generator(all);
        foreach (var tick in all)
        {
            Text(tick.Label, Frame.Left - 9, YPx(tick.At), Anchor.Right, Ink.Muted);
        }

        _overlay.Text(PlotText.Clean(label), 12, Frame.Top - 16, Anchor.Left, Colour(Ink.Muted), TextPx);
    }

    public void HideXGrid() => _plot.Grid.XAxisStyle.IsVisible = false;

    public void HideYAxis()
    {
        _plot.Axes.Left.FrameLineStyle.Width = 0;
        _plot.Grid.YAxisStyle.IsVisible = false;
    }

    public float XPx(double x) => _plot.Axes.Bottom.GetPixel(x, Frame);

    public float YPx(double y) => _plot.Axes.Left.GetPixel(y, Frame);

    public void Line(Coordinates[] points, Ink ink, float widthPx = 1.5f, bool dashed = false, double alpha = 1)
    {
        if (points.Length < 2)
        {
            return;
        }

        var line = _plot.Add.ScatterLine(points, Colour(ink, alpha));
        line.LineWidth = widthPx;
        line.LinePattern = dashed ? LinePattern.DenselyDashed : LinePattern.Solid;
    }

    public void Points(Coordinates[] points, Ink ink, float sizePx, double alpha = 1, MarkerShape shape = MarkerShape.FilledCircle)
    {
        if (points.Length > 0)
        {
            _plot.Add.Markers(points, shape, sizePx, Colour(ink, alpha));
        }
    }

    public void Area(Coordinates[] outline, Ink ink, double alpha)
    {
        if (outline.Length >= 3)
        {
            var area = _plot.Add.Polygon(outline);
            area.FillColor = Colour(ink, alpha);
            area.LineWidth = 0;
            area.MarkerStyle.IsVisible = false;
        }
    }

    public void Box(double left, double right, double bottom, double top, Ink ink, double alpha) =>
        Area([new(left, bottom), new(left, top), new(right, top), new(right, bottom)], ink, alpha);

    /// <summary>Queues a cell of a map; cells of one shade become one path when <see cref="DrawCells"/> is called.</summary>
    public void Cell(double left, double right, double bottom, double top, Ink ink, double alpha)
    {
        if (!_cells.TryGetValue((ink, alpha), out var cells))
        {
            _cells[(ink, alpha)] = cells = [];
        }

        cells.Add(new PixelRect(XPx(left), XPx(right), YPx(bottom), YPx(top)));
    }

    public void DrawCells()
    {
        foreach (var ((ink, alpha), cells) in _cells)
        {
            _overlay.Boxes(cells, Colour(ink, alpha));
        }

        _cells.Clear();
    }

    public void BoxPx(float left, float right, float top, float bottom, Ink ink, double alpha = 1) =>
        _overlay.Boxes([new PixelRect(left, right, bottom, top)], Colour(ink, alpha));

    /// <summary>Slanting lines over a box: a span about which nothing is known. As lines, since an SVG of Skia draws no hatch.</summary>
    public void Hatch(double left, double right, double bottom, double top, Ink ink)
    {
        Box(left, right, bottom, top, ink, 0.16);
        var (x0, x1, y0, y1) = (XPx(left), XPx(right), YPx(top), YPx(bottom));
        const float stepPx = 9;
        var height = y1 - y0;
        var lines = new List<Pixel[]>();
        for (var start = x0 - height; start < x1; start += stepPx)
        {
            var (from, to) = (Math.Max(start, x0), Math.Min(start + height, x1));
            if (to > from)
            {
                lines.Add([new(from, y1 - (from - start)), new(to, y1 - (to - start))]);
            }
        }

        _overlay.Lines(lines, Colour(ink, 0.55), 1);
    }

    public void LinePx(Ink ink, float widthPx, bool dashed, params Pixel[] points) => _overlay.Lines([points], Colour(ink), widthPx, dashed);

    public void Text(string text, float x, float y, Anchor anchor, Ink ink, float sizePx = TextPx, bool bold = false)
    {
        if (text.Length > 0)
        {
            _overlay.Text(text, x, y, anchor, Colour(ink), sizePx, bold);
        }
    }

    /// <summary>Text on a patch of background, for places where lines run behind it.</summary>
    public void TextOnPatch(string text, float x, float y, Anchor anchor, Ink ink, float sizePx = TextPx, bool bold = false)
    {
        var width = PlotFonts.Width(text, sizePx, bold);
        var left = anchor switch { Anchor.Left => x, Anchor.Right => x - width, _ => x - (width / 2) };
        _overlay.Boxes([new PixelRect(left - 3, left + width + 3, y + (sizePx * 0.7f), y - (sizePx * 0.7f))], Colour(Ink.Background, 0.86));
        Text(text, x, y, anchor, ink, sizePx, bold);
    }

    /// <summary>Adds an entry at the right end of the line above the data area; entries are added from right to left.</summary>
    public void Legend(Ink ink, string text, bool line = false)
    {
        var clean = PlotText.Fit(text, Frame.Width / 2, TextPx);
        var width = PlotFonts.Width(clean, TextPx);
        var y = Frame.Top - 16;
        Text(clean, _legendLeft, y, Anchor.Right, Ink.Text);
        var swatch = _legendLeft - width - 8;
        _overlay.Boxes([line ? new PixelRect(swatch - 16, swatch, y + 1, y - 1) : new PixelRect(swatch - 12, swatch, y + 5, y - 5)], Colour(ink));
        _legendLeft = swatch - 16 - 18;
    }

    public Picture ToPicture(string altText)
    {
        if (_style.Simulated)
        {
            _overlay.Text("SIMULATED", (Frame.Left + Frame.Right) / 2, (Frame.Top + Frame.Bottom) / 2, Anchor.Middle,
                Colour(Ink.Bad, 0.13), Math.Min(Frame.Width / 9, Frame.Height / 3), bold: true, rotation: -12);
        }

        return new Picture(_plot, _size, _style.Theme, _title, (_style.Simulated ? "SIMULATED. " : "") + (_style.SelfTimed ? "SELF-TIMED. " : "") + PlotText.Clean(altText));
    }

    // A label that would touch its left neighbour or the picture's edge becomes a minor tick.
    private AxisTick[] Spaced(AxisTick[] ticks)
    {
        var free = 0f;
        for (var i = 0; i < ticks.Length; i++)
        {
            var half = PlotFonts.Width(ticks[i].Label, TextPx) / 2;
            var at = XPx(ticks[i].At);
            if (ticks[i].Label.Length > 0 && at - half > free && at + half < _size.WidthPx)
            {
                free = at + half + 10;
            }
            else
            {
                ticks[i] = ticks[i] with { Label = "" };
            }
        }

        return ticks;
    }

    private static ScottPlot.TickGenerators.NumericManual Generator(IEnumerable<AxisTick> ticks) =>
        new([.. ticks.Select(t => new Tick(t.At, t.Label, t.Label.Length > 0))]);

    private void DrawHeading(PlotHeading heading)
    {
        var room = _size.WidthPx - 24f;
        foreach (var (word, ink) in new[] { (_style.Simulated ? "SIMULATED" : null, Ink.Bad), (_style.SelfTimed ? "SELF-TIMED" : null, Ink.Warning) })
        {
            if (word is not null)
            {
                var (width, right) = (PlotFonts.Width(word, TextPx, bold: true) + 16, room + 12);
                _overlay.Boxes([new PixelRect(right - width, right, 35, 15)], Colour(ink));
                Text(word, right - (width / 2), 25, Anchor.Middle, Ink.Background, TextPx, bold: true);
                room -= width + 8;
            }
        }

        Text(PlotText.Fit(heading.Title, room, TitlePx, bold: true), 12, 25, Anchor.Left, Ink.Text, TitlePx, bold: true);
        Text(PlotText.Fit(heading.Subtitle, _size.WidthPx - 24f, TextPx), 12, 47, Anchor.Left, Ink.Muted);
    }
}
