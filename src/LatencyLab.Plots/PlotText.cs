using System.Globalization;
using System.Text;
using LatencyLab.Units;

namespace LatencyLab.Plots;

/// <summary>Texts inside pictures.</summary>
internal static class PlotText
{
    /// <summary>As everywhere in LatencyLab, but with a real micro sign: pictures bring their own font.</summary>
    public static string Time(double nanoseconds, double resolutionNs = 0) =>
        UnitText.Time(nanoseconds, resolutionNs).Replace(" us", " µs", StringComparison.Ordinal);

    /// <summary>"12 345 678": groups of three with a narrow space.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    /// <summary>Text of outside origin: no control, bidirectional or lone surrogate characters, and no longer than the room for it.</summary>
    public static string Fit(string text, float widthPx, float sizePx, bool bold = false)
    {
        var clean = Clean(text);
        if (PlotFonts.Width(clean, sizePx, bold) <= widthPx)
        {
            return clean;
        }

        var keep = clean.Length;
        while (keep > 0 && PlotFonts.Width(clean[..keep] + "…", sizePx, bold) > widthPx)
        {
            keep -= Math.Max(1, keep / 16);
        }

        // Never half a surrogate pair: it would make the SVG unreadable.
        return (keep > 0 && char.IsHighSurrogate(clean[keep - 1]) ? clean[..(keep - 1)] : clean[..keep]).TrimEnd() + "…";
    }

    /// <summary>Replaces what has no place in a line of text or in XML.</summary>
    public static string Clean(string text)
    {
        // A megabyte of name is still one line of a picture.
        var clean = new StringBuilder();
        foreach (var rune in (text.Length > 1000 ? text[..1000] : text).EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            clean.Append(category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned ? "\uFFFD" : rune.ToString());
        }

        return clean.ToString();
    }
}
