using System.Globalization;
using System.Net;
using LatencyLab.Runs;

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

        return run.Sampler?.BiasNs is null ? Boards(run, wires) : OneBoard(run, wires);
    }

    private static string Boards(RunDocument run, List<WireDocument> wires)
    {
        var html = new HtmlText();
        var height = 64 + (34 * (wires.Count + 1));
        html.Raw($"<figure><svg viewBox=\"0 0 520 {Number(height)}\" role=\"img\" aria-label=\"{Attribute(string.Join("; ", wires.Select(w => $"{w.From} to {w.To}")))}; ground to ground\" class=\"wiring\">");
        Board(html, 10, height, "sampler", run.Sampler?.Kind);
        Board(html, 380, height, "target", run.Target?.Chip);
        for (var i = 0; i < wires.Count; i++)
        {
            Wire(html, 66 + (34 * i), wires[i]);
        }

        Line(html, 66 + (34 * wires.Count), "GND", "GND", "ground", "var(--ink-muted)", arrow: 0);
        html.Raw("</svg></figure>\n");
        Proofs(html, wires);
        return html.ToString();
    }

    // A board that times itself: its wires go from one of its pins to another.
    private static string OneBoard(RunDocument run, List<WireDocument> wires)
    {
        var html = new HtmlText();
        var height = 40 + (68 * wires.Count);
        html.Raw($"<figure><svg viewBox=\"0 0 520 {Number(height)}\" role=\"img\" aria-label=\"{Attribute(string.Join("; ", wires.Select(w => $"{w.From} to {w.To}")))}\" class=\"wiring\">");
        Board(html, 10, height, "target", run.Target?.Chip);
        for (var i = 0; i < wires.Count; i++)
        {
            var (from, to) = (56 + (68 * i), 90 + (68 * i));
            var colour = Colour(wires[i]);
            html.Raw($"<path d=\"M140 {Number(from)}H220V{Number(to)}H142\" stroke=\"{colour}\" stroke-width=\"2\" fill=\"none\"/>");
            html.Raw($"<path d=\"M152 {Number(to - 5)}L142 {Number(to)}L152 {Number(to + 5)}\" stroke=\"{colour}\" stroke-width=\"2\" fill=\"none\"/>");
            Label(html, 132, from + 4, "end", Pin(wires[i].From), "var(--ink-text)", 14);
            Label(html, 132, to + 4, "end", Pin(wires[i].To), "var(--ink-text)", 14);
            Label(html, 232, from + 21, "start", wires[i].Name, "var(--ink-muted)", 26);
        }

        html.Raw("</svg></figure>\n");
        Proofs(html, wires);
        return html.ToString();
    }

    private static void Proofs(HtmlText html, List<WireDocument> wires) =>
        html.Table("Proof of each wire", ["wire", "from", "to", "proven"], wires.Select(w => (IReadOnlyList<string>)
            [w.Name, w.From, w.To, w.Proven ? w.Proof is { Length: > 0 } proof ? $"yes: {proof}" : "yes" : $"no{(w.Proof is { Length: > 0 } why ? $": {why}" : "")}"]));

    private static void Board(HtmlText html, int left, int height, string role, string? kind)
    {
        html.Raw($"<rect x=\"{Number(left)}\" y=\"8\" width=\"130\" height=\"{Number(height - 16)}\" rx=\"8\" fill=\"none\" stroke=\"var(--ink-frame)\"/>");
        Label(html, left + 65, 28, "middle", kind is null ? role : $"{role}: {kind}", "var(--ink-text)", 18, bold: true);
    }

    private static void Wire(HtmlText html, int y, WireDocument wire)
    {
        var toTarget = wire.To.StartsWith("target", StringComparison.Ordinal);
        Line(html, y, Pin(toTarget ? wire.From : wire.To), Pin(toTarget ? wire.To : wire.From), wire.Name, Colour(wire), toTarget ? 1 : -1);
    }

    private static string Colour(WireDocument wire) => wire.Proven ? "var(--ink-first)" : "var(--ink-bad)";

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
    private static string Pin(string end) => end[(end.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static string Attribute(string text) => WebUtility.HtmlEncode(ReportWords.Clean(text));

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
