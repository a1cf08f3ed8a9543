using System.Net;
using System.Text;

namespace LatencyLab.Reports;

/// <summary>Builds HTML from parts; whatever comes from outside goes through <see cref="Text"/>, so that nothing is ever read as markup.</summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _html = new();

    public int Length => _html.Length;

    /// <summary>Markup of our own, or a picture that was made here.</summary>
    public HtmlText Raw(string markup)
    {
        _html.Append(markup);
        return this;
    }

    public HtmlText Text(string text) => Raw(Escape(text));

    public HtmlText Element(string tag, string text) => Raw($"<{tag}>").Text(text).Raw($"</{tag.Split(' ')[0]}>\n");

    /// <summary>A table with a caption for screen readers; cells are text. The style sheet knows it by the name of its class.</summary>
    public HtmlText Table(string caption, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, string className = "rows")
    {
        Raw($"<div class=\"scroll\"><table class=\"{className}\"><caption>").Text(caption).Raw("</caption><thead><tr>");
        foreach (var cell in head)
        {
            Raw("<th scope=\"col\">").Text(cell).Raw("</th>");
        }

        Raw("</tr></thead><tbody>\n");
        foreach (var row in rows)
        {
            Raw("<tr>");
            for (var i = 0; i < row.Count; i++)
            {
                Raw(i == 0 ? "<th scope=\"row\">" : "<td>").Text(row[i]).Raw(i == 0 ? "</th>" : "</td>");
            }

            Raw("</tr>\n");
        }

        return Raw("</tbody></table></div>\n");
    }

    public static string Escape(string text) => WebUtility.HtmlEncode(ReportWords.Clean(text));

    public override string ToString() => _html.ToString();
}
