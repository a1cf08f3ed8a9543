using SkiaSharp;

namespace LatencyLab.Plots;

/// <summary>
/// The fonts that come with LatencyLab. On a machine without fonts ScottPlot draws no text at all and says nothing, so every text of a
/// picture is drawn with these and never with one of the system's; pictures are then the same bytes everywhere.
/// </summary>
internal static class PlotFonts
{
    private static readonly SKTypeface Regular = Load("DejaVuSans.ttf");
    private static readonly SKTypeface Bold = Load("DejaVuSans-Bold.ttf");

    public static SKFont Create(float sizePx, bool bold) => new(bold ? Bold : Regular, sizePx)
    {
        // Hinting rounds the width of each letter to whole pixels: uneven in a picture that is scaled.
        Hinting = SKFontHinting.None,
        LinearMetrics = true,
        Subpixel = true,
        Edging = SKFontEdging.Antialias,
    };

    /// <summary>Width of a text in pixels as it will be drawn.</summary>
    public static float Width(string text, float sizePx, bool bold = false)
    {
        using var font = Create(sizePx, bold);
        return font.MeasureText(text);
    }

    private static SKTypeface Load(string file)
    {
        using var stream = typeof(PlotFonts).Assembly.GetManifestResourceStream("fonts/" + file)
            ?? throw new InvalidOperationException($"The font {file} is not embedded.");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }
}
