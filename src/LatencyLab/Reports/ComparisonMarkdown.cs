using System.Globalization;
using System.Text;
using LatencyLab.Comparison;

namespace LatencyLab.Reports;

/// <summary>A comparison as a Markdown block for a pull request, and its gate as JUnit cases.</summary>
public static class ComparisonMarkdown
{
    public static string Write(IReadOnlyList<ComparisonResult> comparisons, IReadOnlyList<GateResult>? gates, bool simulated)
    {
        var block = new StringBuilder();
        if (simulated)
        {
            block.Append("> **SIMULATED**: no board was measured, these numbers come from a model.\n\n");
        }

        for (var i = 0; i < comparisons.Count; i++)
        {
            var result = comparisons[i];
            block.Append(CultureInfo.InvariantCulture, $"**{result.Verdict.Word().Replace('_', ' ')}** {Escape(result.Sentence())}\n\n");
            if (result.Metrics.Count > 0)
            {
                block.Append("| metric | base | new | difference | p | margin | verdict |\n|---|--:|--:|---|--:|--:|---|\n");
                foreach (var metric in result.Metrics)
                {
                    block.Append(CultureInfo.InvariantCulture, $"| {metric.Name} | {Size(metric.Base)} | {Size(metric.New)} | {Escape(result.Describe(metric))} ")
                        .Append(CultureInfo.InvariantCulture, $"| {(metric.P is { } p ? p.ToString("0.###", CultureInfo.InvariantCulture) : "–")} | {Size(metric.Margin)} | {metric.Verdict.Word()} |\n");

                    string Size(double? value) => value is { } v ? result.Size(metric, v) : "–";
                }

                block.Append('\n');
            }

            foreach (var warning in result.Warnings)
            {
                block.Append(CultureInfo.InvariantCulture, $"> warning: {Escape(warning)}\n");
            }

            foreach (var finding in gates?[i].Findings ?? [])
            {
                block.Append(CultureInfo.InvariantCulture, $"- {finding.Outcome.ToString().ToLowerInvariant()}: {Escape(finding.Limit.Text)} ({Escape(finding.Why)})\n");
            }
        }

        return block.ToString();
    }

    /// <summary>One case a limit of the gate, and one that says whether the runs were comparable at all.</summary>
    public static IReadOnlyList<JUnitCase> Cases(IReadOnlyList<ComparisonResult> comparisons, IReadOnlyList<GateResult>? gates, bool simulated)
    {
        var stamp = simulated ? "SIMULATED. " : "";
        var cases = new List<JUnitCase>();
        for (var i = 0; i < comparisons.Count; i++)
        {
            var result = comparisons[i];
            var suite = JUnitReport.SuiteOf(result.Base[0].Conditions);
            cases.Add(new JUnitCase(
                suite, $"{result.NewName} is comparable with {result.BaseName}", result.Verdict == Verdict.NotComparable ? JUnitOutcome.Error : JUnitOutcome.Passed, stamp + result.Sentence()));
            if (result.Verdict == Verdict.NotComparable)
            {
                continue;
            }

            cases.AddRange((gates?[i].Findings ?? []).Select(f => new JUnitCase(
                suite, $"not {f.Limit.Text}",
                f.Outcome switch { GateOutcome.Passed => JUnitOutcome.Passed, GateOutcome.Failed => JUnitOutcome.Failure, _ => JUnitOutcome.Skipped },
                stamp + (f.Outcome == GateOutcome.Inconclusive && result.Verdict == Verdict.Inconclusive ? $"{f.Why}; {result.Remedy()}" : f.Why))));
        }

        return cases;
    }

    private static string Escape(string text) => string.Concat(
        ReportWords.Clean(text).Select(c => c is '|' or '<' or '>' or '`' or '*' or '_' or '[' or ']' or '@' or '#' or '\\' ? "\\" + c : c.ToString()));
}
