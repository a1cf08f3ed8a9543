using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LatencyLab.Cli.Tests.Plots;

/// <summary>A text of a picture and the rectangle that it fills.</summary>
internal sealed record SvgLabel(string Text, double Left, double Right, double Top, double Bottom)
{
    public bool Overlaps(SvgLabel other) => Left < other.Right - 0.5 && other.Left < Right - 0.5 && Top < other.Bottom - 0.5 && other.Top < Bottom - 0.5;
}

/// <summary>Reads the texts of an SVG back, as a viewer would place them.</summary>
internal static partial class SvgLabels
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>All level texts; the tilted SIMULATED stamp lies across the picture on purpose.</summary>
    public static List<SvgLabel> Of(string svg) =>
        [.. XElement.Parse(svg).DescendantsAndSelf(Svg + "text").Where(t => t.Value.Length > 0 && !((string?)t.Attribute("transform") ?? "").Contains("rotate", StringComparison.Ordinal)
            && !((string?)t.Attribute("transform") ?? "").StartsWith("matrix", StringComparison.Ordinal)).Select(Place)];

    public static (double Width, double Height) Size(string svg)
    {
        var box = ((string)XElement.Parse(svg).Attribute("viewBox")!).Split(' ');
        return (Number(box[2]), Number(box[3]));
    }

    private static SvgLabel Place(XElement text)
    {
        var (dx, dy) = (0.0, 0.0);
        if (Translate().Match((string?)text.Attribute("transform") ?? "") is { Success: true } match)
        {
            (dx, dy) = (Number(match.Groups["x"].Value), match.Groups["y"].Success ? Number(match.Groups["y"].Value) : 0);
        }

        var size = Number((string)text.Attribute("font-size")!);
        var x = dx + Number((string)text.Attribute("x")!);
        var y = dy + Number((string)text.Attribute("y")!);
        return new SvgLabel(text.Value, x, x + Number((string)text.Attribute("textLength")!), y - (size * 0.73), y + (size * 0.05));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^translate\((?<x>[-\d.e]+)(?:[ ,]+(?<y>[-\d.e]+))?\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Translate();
}
