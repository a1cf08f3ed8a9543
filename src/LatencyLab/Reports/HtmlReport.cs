using System.Globalization;
using System.Text;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Reports;

/// <summary>A picture of a report.</summary>
/// <param name="Caption">What to look for in it.</param>
/// <param name="InlineSvg">An svg element whose colours are the CSS variables --ink-….</param>
public sealed record ReportFigure(string Caption, string InlineSvg);

/// <summary>One of the longest latencies.</summary>
/// <param name="Sequence">Number of the stimulus.</param>
/// <param name="AtNs">Time of the stimulus in the capture.</param>
/// <param name="LatencyNs">How long the answer took.</param>
public sealed record WorstEvent(long Sequence, double AtNs, double LatencyNs);

/// <summary>A run with what a report shows of it.</summary>
/// <param name="Run">Content of run.json.</param>
/// <param name="Figures">Plots of the run.</param>
/// <param name="Worst">Longest latencies, the longest first.</param>
/// <param name="WorstFigures">Their waveforms.</param>
/// <param name="TextHistogram">The histogram as lines of text.</param>
public sealed record ReportRun(
    RunDocument Run, IReadOnlyList<ReportFigure> Figures, IReadOnlyList<WorstEvent> Worst, IReadOnlyList<ReportFigure> WorstFigures, IReadOnlyList<string> TextHistogram);

/// <summary>Colours as CSS declarations of the --ink-… variables, for a light and a dark page.</summary>
public sealed record ReportColours(string Light, string Dark);

/// <summary>
/// One self-contained page that somebody who wasn't there can judge: verdict first, then what was measured, on what, how wired, numbers, pictures,
/// doubts, and the command that makes it again. No script and nothing from elsewhere, so it opens from disk and from any archive.
/// </summary>
public static class HtmlReport
{
    /// <summary>No page is larger; pictures that don't fit are left out, and the page says so.</summary>
    public const int MaxBytes = 1_500_000;

    private const int MostGaps = 40;

    // Room for the tables behind the last picture.
    private const int PictureBudget = MaxBytes - 250_000;

    /// <param name="runs">One section each; at least one.</param>
    /// <param name="comparison">Pictures that show all runs together; empty for one run.</param>
    /// <param name="colours">Of the page and its pictures.</param>
    public static string Write(IReadOnlyList<ReportRun> runs, IReadOnlyList<ReportFigure> comparison, ReportColours colours)
    {
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count);
        var simulated = runs.Any(r => r.Run.Simulated);
        var title = runs.Count == 1 ? ReportWords.Title(runs[0].Run) : $"{runs.Count.ToString(CultureInfo.InvariantCulture)} runs: {ReportWords.Title(runs[0].Run)}";
        var html = new HtmlText();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n")
            .Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n")
            .Element("title", $"{(simulated ? "SIMULATED: " : "")}{title}")
            .Raw($"<style>\n{HtmlStyle.Css(colours)}</style>\n</head>\n<body>\n");
        if (simulated)
        {
            html.Raw("<div class=\"stamp\" aria-hidden=\"true\">SIMULATED</div>\n<p class=\"simulated\" role=\"note\"><strong>SIMULATED</strong> No board was measured: these numbers come from a model.</p>\n");
        }

        html.Raw("<main>\n");
        if (runs.Count > 1)
        {
            html.Element("h1", title);
            Overview(html, runs);
            Figures(html, comparison);
        }

        foreach (var run in runs)
        {
            Section(html, run, runs.Count == 1 ? "h1" : "h2");
        }

        return html.Raw("</main>\n</body>\n</html>\n").ToString();
    }

    private static void Overview(HtmlText html, IReadOnlyList<ReportRun> runs) => html.Table(
        "All runs", ["run", "firmware", "status", "n", "missed", "p50", "p90", "p99", "max"], runs.Select(r => (IReadOnlyList<string>)
        [
            r.Run.RunId, r.Run.Plan.Label ?? r.Run.Target?.Micropython ?? "", Status(r.Run),
            r.Run.LatencyNs is { } n ? ReportWords.Count(n.N) : "–", r.Run.Counts is { } c ? ReportWords.Count(c.Missed) : "–",
            Value(r.Run, r.Run.LatencyNs?.P50), Value(r.Run, r.Run.LatencyNs?.P90), Value(r.Run, r.Run.LatencyNs?.P99), Value(r.Run, r.Run.LatencyNs?.Max),
        ]), "runs");

    private static void Section(HtmlText html, ReportRun report, string heading)
    {
        var run = report.Run;
        html.Raw("<section>\n").Element(heading, heading == "h1" ? ReportWords.Title(run) : $"{run.RunId}: {ReportWords.Title(run)}");
        html.Raw($"<div class=\"verdict {Status(run)}\"><span class=\"chip\">{Status(run)}</span><p>").Text(ReportWords.Verdict(run)).Raw("</p></div>\n");
        if (run.Warnings.Count > 0)
        {
            html.Raw("<ul class=\"warnings\">");
            foreach (var warning in run.Warnings.Take(20))
            {
                html.Element("li", warning);
            }

            html.Raw("</ul>\n");
        }

        KeyNumbers(html, run);
        if (report.Figures.Count > 0)
        {
            Figures(html, [report.Figures[0]]);
        }

        html.Raw("<div class=\"columns\"><div>\n").Element("h3", "What was measured, and on what");
        html.Table("Plan and boards", ["", ""], ReportWords.Environment(run).Select(r => (IReadOnlyList<string>)[r.Name, r.Value]));
        html.Raw("</div><div>\n").Element("h3", "How it was wired");
        html.Raw(HtmlWiring.Draw(run));
        if (run.Counts is { } counts)
        {
            html.Element("h3", "What became of the stimuli").Table("Counts", ["", "", ""], ReportWords.Counts(counts).Select(c => (IReadOnlyList<string>)[c.Name, c.Value, c.Meaning]));
        }

        html.Raw("</div></div>\n");
        Numbers(html, run);
        if (report.Figures.Count > 1)
        {
            html.Element("h3", "Pictures");
            Figures(html, [.. report.Figures.Skip(1)]);
        }

        Worst(html, report);
        Doubts(html, run);
        html.Element("h3", "Make it again").Raw("<pre>").Text(ReportWords.Command(run)).Raw("</pre>\n</section>\n");
    }

    private static void KeyNumbers(HtmlText html, RunDocument run)
    {
        if (run.LatencyNs is not { } numbers || run.Counts is not { } counts)
        {
            return;
        }

        html.Raw("<dl class=\"key\">");
        foreach (var (name, value) in new[]
        {
            ("median", Value(run, numbers.P50)), ("p99", Value(run, numbers.P99)), ("longest", Value(run, numbers.Max)),
            ("missed", $"{ReportWords.Count(counts.Missed)} of {ReportWords.Count(counts.Stimuli)}"),
        })
        {
            html.Raw("<div>").Element("dt", name).Element("dd", value).Raw("</div>");
        }

        html.Raw("</dl>\n");
    }

    private static void Numbers(HtmlText html, RunDocument run)
    {
        if (run.Signals is { Count: > 0 })
        {
            html.Element("h3", "Signals");
            html.Table("Signals", ReportWords.SignalColumns, ReportWords.Signals(run));
        }

        if (run.LatencyNs is not { } numbers)
        {
            return;
        }

        html.Element("h3", "Numbers");
        html.Element("p", $"Quantiles are observed values over {ReportWords.Count(numbers.N)} stimuli, in which {ReportWords.Count(numbers.N - numbers.NMatched)} late or missed ones count as longer than the window; the rest is over the {ReportWords.Count(numbers.NMatched)} matched ones.");
        Statistics(html, "Latency", numbers, run);
        if (run.ByEdge is { } byEdge)
        {
            Statistics(html, "Latency after rising stimuli", byEdge.Rising.LatencyNs, run);
            Statistics(html, "Latency after falling stimuli", byEdge.Falling.LatencyNs, run);
        }

        if (run.UncertaintyNs is { } uncertainty)
        {
            html.Raw("<p><strong>Uncertainty.</strong> ").Text(ReportWords.Uncertainty(uncertainty)).Raw("</p>\n");
        }
    }

    private static void Statistics(HtmlText html, string caption, LatencyNumbers numbers, RunDocument run) => html.Table(
        caption, ["statistic", "value", "95 % interval"], ReportWords.Statistics(numbers, ReportWords.TickNs(run)).Select(s => (IReadOnlyList<string>)[s.Name, s.Value, s.Remark]));

    private static void Worst(HtmlText html, ReportRun report)
    {
        if (report.Worst.Count == 0)
        {
            return;
        }

        var tickNs = ReportWords.TickNs(report.Run);
        html.Element("h3", "Longest answers").Table("Longest answers", ["stimulus", "at", "latency"], report.Worst.Select(w => (IReadOnlyList<string>)
            [w.Sequence.ToString(CultureInfo.InvariantCulture), (w.AtNs / 1e9).ToString("F9", CultureInfo.InvariantCulture) + " s", ReportWords.Time(w.LatencyNs, tickNs)]));
        Figures(html, report.WorstFigures);
    }

    private static void Doubts(HtmlText html, RunDocument run)
    {
        html.Element("h3", "Gaps and exclusions");
        if (run.Gaps.Count == 0)
        {
            html.Element("p", "No edge is known to be lost.");
            return;
        }

        var toSeconds = ReportWords.TickNs(run) / 1e9;
        html.Element("p", "Edges may have been lost in these spans. No number depends on them: every stimulus whose window meets one is excluded.");
        html.Table("Gaps", ["from", "to", "channel", "edges lost", "reason"], run.Gaps.Take(MostGaps).Select(g => (IReadOnlyList<string>)
        [
            (g.FromTick * toSeconds).ToString("F6", CultureInfo.InvariantCulture) + " s", (g.ToTick * toSeconds).ToString("F6", CultureInfo.InvariantCulture) + " s",
            g.Channel is { } channel ? run.Sampler?.Channels.FirstOrDefault(c => c.Index == channel)?.Name ?? channel.ToString(CultureInfo.InvariantCulture) : "all",
            g.LostEdges is { } lost ? ReportWords.Count(lost) : "unknown", g.Reason,
        ]));
        if (run.Gaps.Count > MostGaps)
        {
            html.Element("p", $"And {ReportWords.Count(run.Gaps.Count - MostGaps)} more; run.json has all of them.");
        }
    }

    private static void Figures(HtmlText html, IReadOnlyList<ReportFigure> figures)
    {
        for (var i = 0; i < figures.Count; i++)
        {
            if (html.Length + Encoding.UTF8.GetByteCount(figures[i].InlineSvg) > PictureBudget)
            {
                html.Element("p", $"{(figures.Count - i).ToString(CultureInfo.InvariantCulture)} more pictures are left out to keep the page small: make them with 'latencylab plot'.");
                return;
            }

            html.Raw("<figure>").Raw(figures[i].InlineSvg).Element("figcaption", figures[i].Caption).Raw("</figure>\n");
        }
    }

    private static string Status(RunDocument run) => run.Status switch { RunStatus.Complete => "complete", RunStatus.Partial => "partial", _ => "invalid" };

    private static string Value(RunDocument run, double? valueNs) => valueNs is { } ns ? ReportWords.Time(ns, ReportWords.TickNs(run)) : "–";
}
