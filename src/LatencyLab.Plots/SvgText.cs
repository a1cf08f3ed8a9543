using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LatencyLab.Plots;

/// <summary>
/// Makes Skia's SVG fit for people and pages: alt text, a view box, whole texts in place of one coordinate a letter, no empty groups,
/// and half the size. Skia offers no choice in any of these.
/// </summary>
internal static partial class SvgText
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static string Standalone(string raw, string title, string altText)
    {
        var root = Tidy(raw, "p", altText);
        root.AddFirst(new XElement(Svg + "title", title));
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + root.ToString(SaveOptions.DisableFormatting) + "\n";
    }

    public static string Inline(string raw, string idPrefix, string altText, PlotTheme theme)
    {
        var root = Tidy(raw, idPrefix, altText);
        root.SetAttributeValue("width", null);
        root.SetAttributeValue("height", null);
        var variables = theme.Colours.ToDictionary(c => c.Value, c => $"var({PlotTheme.CssName(c.Key)})", StringComparer.OrdinalIgnoreCase);
        foreach (var attribute in root.Descendants().SelectMany(e => e.Attributes()).Where(a => a.Name == "fill" || a.Name == "stroke"))
        {
            attribute.Value = variables.GetValueOrDefault(Hex(attribute.Value), attribute.Value);
        }

        return root.ToString(SaveOptions.DisableFormatting);
    }

    private static XElement Tidy(string raw, string idPrefix, string altText)
    {
        var root = XElement.Parse(raw);
        root.SetAttributeValue("viewBox", $"0 0 {(string?)root.Attribute("width")} {(string?)root.Attribute("height")}");
        root.SetAttributeValue("role", "img");
        root.SetAttributeValue("aria-label", altText);
        root.SetAttributeValue(XNamespace.Xmlns + "xlink", root.Descendants().Any(e => e.Attributes().Any(a => a.Name.NamespaceName.EndsWith("xlink", StringComparison.Ordinal)))
            ? "http://www.w3.org/1999/xlink" : null);

        foreach (var text in root.Descendants(Svg + "text"))
        {
            JoinLetters(text);
        }

        foreach (var path in root.Descendants(Svg + "path"))
        {
            var outline = (string?)path.Attribute("d") ?? "";
            path.SetAttributeValue("d", LongDecimals().Replace(outline, m => float.Parse(m.Value, CultureInfo.InvariantCulture).ToString("0.##", CultureInfo.InvariantCulture)));
        }

        root.Descendants(Svg + "g").Where(g => !g.HasElements).ToList().ForEach(g => g.Remove());
        ShareClips(root, idPrefix);
        return root;
    }

    // Skia gives each letter a place of its own. One place and one length keep the layout whatever font the viewer has, and the text can be searched.
    private static void JoinLetters(XElement text)
    {
        var words = text.Value.Trim();
        var size = float.Parse((string?)text.Attribute("font-size") ?? "12", CultureInfo.InvariantCulture);
        var bold = text.Attribute("font-weight") is not null;
        text.Value = words;
        text.SetAttributeValue("x", ((string?)text.Attribute("x") ?? "0").Split(',')[0].Trim());
        text.SetAttributeValue("y", ((string?)text.Attribute("y") ?? "0").Split(',')[0].Trim());
        text.SetAttributeValue("textLength", PlotFonts.Width(words, size, bold).ToString("0.##", CultureInfo.InvariantCulture));
        text.SetAttributeValue("lengthAdjust", "spacingAndGlyphs");
        text.SetAttributeValue("font-family", "DejaVu Sans, Verdana, sans-serif");
    }

    // ScottPlot clips each plottable alike: one definition of each rectangle is enough, and names are unique in a page of many pictures.
    private static void ShareClips(XElement root, string idPrefix)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var byOldId = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var clip in root.Descendants(Svg + "clipPath").ToList())
        {
            var shape = string.Concat(clip.Elements().Select(e => e.ToString(SaveOptions.DisableFormatting)));
            var first = names.TryAdd(shape, $"{idPrefix}-clip{names.Count}");
            byOldId[(string?)clip.Attribute("id") ?? ""] = names[shape];
            if (first)
            {
                clip.SetAttributeValue("id", names[shape]);
            }
            else
            {
                clip.Remove();
            }
        }

        foreach (var attribute in root.Descendants().Select(e => e.Attribute("clip-path")).OfType<XAttribute>())
        {
            attribute.Value = $"url(#{byOldId[attribute.Value[5..^1]]})";
        }
    }

    private static string Hex(string colour) => colour switch { "white" => "#FFFFFF", "black" => "#000000", _ => colour };

    [GeneratedRegex(@"-?\d+\.\d{3,}(?:e-?\d+)?", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LongDecimals();
}
