using System.Text;
using ScottPlot;

namespace LatencyLab.Plots;

/// <summary>A finished picture, ready to be written in either format. Equal input gives equal bytes on every machine.</summary>
public sealed class Picture : IDisposable
{
    /// <summary>Dots of a PNG for one CSS pixel: sharp on a screen of today and in print.</summary>
    public const int PngScale = 2;

    private readonly Plot _plot;
    private readonly PlotTheme _theme;

    internal Picture(Plot plot, PlotSize size, PlotTheme theme, string title, string altText)
    {
        _plot = plot;
        _theme = theme;
        Size = size;
        Title = title;
        AltText = altText;
    }

    public PlotSize Size { get; }

    public string Title { get; }

    /// <summary>What the picture says, for those who can't see it.</summary>
    public string AltText { get; }

    public byte[] ToPng()
    {
        _plot.ScaleFactor = PngScale;
        using var image = _plot.GetImage(Size.WidthPx * PngScale, Size.HeightPx * PngScale);
        return image.GetImageBytes(ImageFormat.Png, 100);
    }

    /// <summary>A standalone SVG document.</summary>
    public string ToSvg() => SvgText.Standalone(RawSvg(), Title, AltText);

    /// <summary>
    /// An element to be put into a page. Colours are CSS variables (--ink-text, --ink-first and so on), so that the page decides about light and dark.
    /// </summary>
    /// <param name="idPrefix">Letters and digits that no other picture of the page has.</param>
    public string ToInlineSvg(string idPrefix) => SvgText.Inline(RawSvg(), idPrefix, AltText, _theme);

    /// <summary>Writes the file; its suffix decides: .svg, or .png for anything else.</summary>
    /// <exception cref="LatencyLabException">The file can't be written (kind storage).</exception>
    public void Save(string path)
    {
        try
        {
            if (Path.GetExtension(path).Equals(".svg", StringComparison.OrdinalIgnoreCase))
            {
                File.WriteAllText(path, ToSvg(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            }
            else
            {
                File.WriteAllBytes(path, ToPng());
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The picture can't be written: {e.Message}", path, "Choose another place with -o.", e);
        }
    }

    public void Dispose() => _plot.Dispose();

    private string RawSvg()
    {
        _plot.ScaleFactor = 1;
        return _plot.GetSvgXml(Size.WidthPx, Size.HeightPx);
    }
}
