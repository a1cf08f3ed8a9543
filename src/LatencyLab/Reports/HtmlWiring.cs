using System.Globalization;
using System.Net;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Reports;

/// <summary>The wires between the boards as a small drawing, with a table of how each was proven.</summary>
internal static class HtmlWiring
{
    private const int MostWires = 16;

    public static string Draw(RunDocument run)
    {
        var wires = run.Wiring?.Wires.Take(MostWires).ToList() ?? [];
        if (wires.Count == 0)
        {
            return "<p>No wiring was recorded.</p>\n";
        }

        if (run.SelfTimed)
        {
            return OneBoard(run, wires[0]) + Proof(wires);
        }

        var html = new HtmlText();
        var height = 64 + (34 * (wires.Count + 1));
        html.Raw($"<figure><svg viewBox=\"0 0 520 {Number(height)}\" role=\"img\" aria-label=\"{Attribute(string.Join("; ", wires.Select(w => $"{w.From} to {w.To}")))}; ground to ground\" class=\"wiring\">");
        Board(html, 10, height, "sampler", run.Sampler?.Kind);
        Board(html, 380, height, "target", run.Target?.Chip == MeasuredRunDocument.FreeRunningTarget.Chip ? null : run.Target?.Chip);
        for (var i = 0; i < wires.Count; i++)
        {
            Wire(html, 66 + (34 * i), wires[i]);
        }

        Line(html, 66 + (34 * wires.Count), "GND", "GND", "ground", "var(--ink-muted)", arrow: 0);
        html.Raw("</svg></figure>\n");
        return html + Proof(wires);
    }

    // The board fires at itself: one wire from one of its pins to another, and no ground to join.
    private static string OneBoard(RunDocument run, WireDocument wire)
    {
        var html = new HtmlText();
        html.Raw($"<figure><svg viewBox=\"0 0 520 132\" role=\"img\" aria-label=\"{Attribute($"{wire.From} to {wire.To}, on the same board")}\" class=\"wiring\">");
        Board(html, 10, 132, "target", run.Target?.Chip);
        var colour = wire.Proven ? "var(--ink-first)" : "var(--ink-bad)";
        html.Raw($"<path d=\"M140 66H240V100H142M152 95L142 100L152 105\" stroke=\"{colour}\" stroke-width=\"2\" fill=\"none\"/>");
        Label(html, 132, 70, "end", Pin(wire.From), "var(--ink-text)", 14);
        Label(html, 132, 104, "end", Pin(wire.To), "var(--ink-text)", 14);
        Label(html, 252, 87, "start", wire.Name, "var(--ink-muted)", 26);
        return html.Raw("</svg></figure>\n").ToString();
    }

    private static string Proof(List<WireDocument> wires) => new HtmlText().Table(
        "Proof of each wire", ["wire", "from", "to", "proven"], wires.Select(w => (IReadOnlyList<string>)
            [w.Name, w.From, w.To, w.Proven ? w.Proof is { Length: > 0 } proof ? $"yes: {proof}" : "yes" : $"no{(w.Proof is { Length: > 0 } why ? $": {why}" : "")}"])).ToString();

    private static void Board(HtmlText html, int left, int height, string role, string? kind)
    {
        html.Raw($"<rect x=\"{Number(left)}\" y=\"8\" width=\"130\" height=\"{Number(height - 16)}\" rx=\"8\" fill=\"none\" stroke=\"var(--ink-frame)\"/>");
        Label(html, left + 65, 28, "middle", kind is null ? role : $"{role}: {kind}", "var(--ink-text)", 16, bold: true);
    }

    private static void Wire(HtmlText html, int y, WireDocument wire)
    {
        var toTarget = wire.To.StartsWith("target", StringComparison.Ordinal);
        Line(html, y, Pin(toTarget ? wire.From : wire.To), Pin(toTarget ? wire.To : wire.From), wire.Name, wire.Proven ? "var(--ink-first)" : "var(--ink-bad)", toTarget ? 1 : -1);
    }

    private static void Line(HtmlText html, int y, string left, string right, string name, string colour, int arrow)
    {
        html.Raw($"<path d=\"M140 {Number(y)}H380\" stroke=\"{colour}\" stroke-width=\"2\" fill=\"none\"/>");
        if (arrow != 0)
        {
            var (tip, back) = arrow > 0 ? (378, 368) : (142, 152);
            html.Raw($"<path d=\"M{Number(back)} {Number(y - 5)}L{Number(tip)} {Number(y)}L{Number(back)} {Number(y + 5)}\" stroke=\"{colour}\" stroke-width=\"2\" fill=\"none\"/>");
        }

        Label(html, 132, y + 4, "end", left, "var(--ink-text)", 14);
        Label(html, 388, y + 4, "start", right, "var(--ink-text)", 14);
        Label(html, 260, y - 6, "middle", name, "var(--ink-muted)", 26);
    }

    private static void Label(HtmlText html, int x, int y, string anchor, string text, string colour, int most, bool bold = false)
    {
        var clean = ReportWords.Clean(text);
        html.Raw($"<text x=\"{Number(x)}\" y=\"{Number(y)}\" text-anchor=\"{anchor}\" fill=\"{colour}\" font-size=\"13\"{(bold ? " font-weight=\"600\"" : "")}>")
            .Text(clean.Length > most ? clean[..(most - 1)] + "…" : clean).Raw("</text>");
    }

    // "sampler GP2" stands in the box of the sampler: the pin is enough.
    // Of firmware of its own nobody knows the pin.
    private static string Pin(string end) => end == "target" ? "its pin" : end[(end.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static string Attribute(string text) => WebUtility.HtmlEncode(ReportWords.Clean(text));

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
