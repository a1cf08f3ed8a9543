using ScottPlot;
using SkiaSharp;

namespace LatencyLab.Plots;

/// <summary>Where a text stands relative to its point.</summary>
internal enum Anchor
{
    Left,
    Middle,
    Right,
}

/// <summary>Texts and small marks at fixed pixels, drawn last and unclipped: headings, legends, labels of lines.</summary>
internal sealed class Overlay : IPanel
{
    // DejaVu Sans: 1493 of 2048 units.
    private const float CapitalHeight = 0.729f;

    private readonly List<Action<RenderPack>> _drawings = [];

    public bool IsVisible { get; set; } = true;

    public float MinimumSize { get; set; }

    public float MaximumSize { get; set; } = float.MaxValue;

    public ScottPlot.Edge Edge => ScottPlot.Edge.Top;

    public bool ShowDebugInformation { get; set; }

    /// <summary>Queues a line of text whose middle height is at <paramref name="y"/>.</summary>
    public void Text(string text, float x, float y, Anchor anchor, Color colour, float sizePx, bool bold = false, float rotation = 0)
    {
        _drawings.Add(pack =>
        {
            using var font = PlotFonts.Create(sizePx, bold);
            using var paint = new SKPaint { Color = colour.ToSKColor(), IsAntialias = true };
            var align = anchor switch { Anchor.Left => SKTextAlign.Left, Anchor.Right => SKTextAlign.Right, _ => SKTextAlign.Center };
            pack.Canvas.Save();
            pack.Canvas.Translate(x, y);
            pack.Canvas.RotateDegrees(rotation);
            // Half the height of a capital letter below the middle is the base line.
            pack.Canvas.DrawText(text, 0, sizePx * CapitalHeight / 2, align, font, paint);
            pack.Canvas.Restore();
        });
    }

    /// <summary>Draws filled rectangles of one colour as one path, with sharp edges so that neighbours leave no seam.</summary>
    public void Boxes(IReadOnlyList<PixelRect> boxes, Color colour)
    {
        _drawings.Add(pack =>
        {
            using var path = new SKPath();
            foreach (var box in boxes)
            {
                path.AddRect(new SKRect(box.Left, box.Top, box.Right, box.Bottom));
            }

            using var paint = new SKPaint { Color = colour.ToSKColor(), IsAntialias = boxes.Count == 1 };
            pack.Canvas.DrawPath(path, paint);
        });
    }

    /// <summary>Draws polylines of one style as one path.</summary>
    public void Lines(IReadOnlyList<Pixel[]> lines, Color colour, float widthPx, bool dashed = false)
    {
        _drawings.Add(pack =>
        {
            using var path = new SKPath();
            foreach (var line in lines)
            {
                path.AddPoly([.. line.Select(p => p.ToSKPoint())], close: false);
            }

            using var paint = Paint.NewDisposablePaint();
            Drawing.DrawPath(pack.Canvas, paint, path, new LineStyle
            {
                Color = colour,
                Width = widthPx,
                Pattern = dashed ? LinePattern.DenselyDashed : LinePattern.Solid,
                AntiAlias = true,
            });
        });
    }

    public float Measure(Paint paint) => 0;

    public PixelRect GetPanelRect(PixelRect dataRect, float size, float offset, Paint paint) => dataRect;

    public void Render(RenderPack rp, float size, float offset)
    {
        foreach (var drawing in _drawings)
        {
            drawing(rp);
        }
    }
}
