using System.Globalization;
using System.Text;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Reports;

/// <summary>
/// A block to be pasted into an issue, a pull request or the summary of a CI step. Text of boards and files stands in code spans, where it
/// can't make links, mentions or markup.
/// </summary>
public static class MarkdownReport
{
    /// <summary>GitHub refuses comments above 64 KiB; the rest is for what people write around the block.</summary>
    public const int MaxBytes = 60_000;

    private const int MostGaps = 20;

    /// <param name="runs">At least one; those that don't fit any more are named at the end.</param>
    public static string Write(IReadOnlyList<ReportRun> runs)
    {
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count);
        var block = new StringBuilder();
        if (runs.Count > 1)
        {
            Overview(block, runs);
        }

        for (var i = 0; i < runs.Count; i++)
        {
            var section = Section(runs[i]);
            if (Encoding.UTF8.GetByteCount(block.ToString()) + Encoding.UTF8.GetByteCount(section) > MaxBytes - 200)
            {
                block.Append(CultureInfo.InvariantCulture, $"\n{runs.Count - i} more runs don't fit here; see the HTML report.\n");
                break;
            }

            block.Append(section);
        }

        return block.ToString();
    }

    private static void Overview(StringBuilder block, IReadOnlyList<ReportRun> runs)
    {
        block.Append("| run | firmware | status | n | missed | p50 | p99 | max |\n|---|---|---|--:|--:|--:|--:|--:|\n");
        foreach (var run in runs.Take(100).Select(r => r.Run))
        {
            block.Append(CultureInfo.InvariantCulture, $"| {Code(run.RunId)} | {Code(run.Plan.Label ?? run.Target?.Micropython ?? "–")} | {Status(run)} | {run.LatencyNs?.N ?? 0} | {run.Counts?.Missed ?? 0} ")
                .Append(CultureInfo.InvariantCulture, $"| {Value(run, run.LatencyNs?.P50)} | {Value(run, run.LatencyNs?.P99)} | {Value(run, run.LatencyNs?.Max)} |\n");
        }

        block.Append('\n');
    }

    private static string Section(ReportRun report)
    {
        var run = report.Run;
        var block = new StringBuilder();
        block.Append(CultureInfo.InvariantCulture, $"### {(run.Simulated ? "SIMULATED: " : "")}{Plain(ReportWords.Title(run))}\n\n");
        if (run.Simulated)
        {
            block.Append("> **SIMULATED**: no board was measured, these numbers come from a model.\n\n");
        }

        block.Append(CultureInfo.InvariantCulture, $"**{Status(run)}** {Plain(ReportWords.Verdict(run))}\n\n");
        foreach (var warning in run.Warnings.Take(10))
        {
            block.Append(CultureInfo.InvariantCulture, $"> warning: {Plain(warning)}\n");
        }

        if (run.LatencyNs is { } numbers)
        {
            block.Append("\n| statistic | value | 95 % interval |\n|---|--:|---|\n");
            foreach (var (name, value, remark) in ReportWords.Statistics(numbers, ReportWords.TickNs(run)))
            {
                block.Append(CultureInfo.InvariantCulture, $"| {name} | {value} | {Plain(remark)} |\n");
            }
        }

        if (run.Signals is { Count: > 0 })
        {
            block.Append(CultureInfo.InvariantCulture, $"\n| {string.Join(" | ", ReportWords.SignalColumns)} |\n|---|{string.Concat(Enumerable.Repeat("--:|", ReportWords.SignalColumns.Count - 1))}\n");
            foreach (var row in ReportWords.Signals(run))
            {
                block.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row.Select(Plain))} |\n");
            }
        }

        if (run.UncertaintyNs is { } uncertainty)
        {
            block.Append(CultureInfo.InvariantCulture, $"\nUncertainty: {ReportWords.Uncertainty(uncertainty)}\n");
        }

        if (report.TextHistogram.Count > 0)
        {
            block.Append("\n```text\n").AppendJoin('\n', report.TextHistogram.Take(40).Select(l => l.Replace("```", "'''", StringComparison.Ordinal))).Append("\n```\n");
        }

        Details(block, report);
        block.Append(CultureInfo.InvariantCulture, $"\nMake it again:\n\n{Block(ReportWords.Command(run))}\n\n");
        return block.ToString();
    }

    private static void Details(StringBuilder block, ReportRun report)
    {
        var run = report.Run;
        block.Append("\n<details><summary>Boards, wiring, counts</summary>\n\n| | |\n|---|---|\n");
        foreach (var (name, value) in ReportWords.Environment(run))
        {
            block.Append(CultureInfo.InvariantCulture, $"| {name} | {Code(value)} |\n");
        }

        foreach (var wire in (run.Wiring?.Wires ?? []).Take(16))
        {
            block.Append(CultureInfo.InvariantCulture, $"| Wire | {Code($"{wire.Name}: {wire.From} to {wire.To}, {(wire.Proven ? "proven" : "NOT proven")}{(wire.Proof is { Length: > 0 } proof ? $" ({proof})" : "")}")} |\n");
        }

        if (run.Counts is { } counts)
        {
            block.Append(CultureInfo.InvariantCulture, $"| Counts | {string.Join(", ", ReportWords.Counts(counts).Select(c => $"{c.Name} {c.Value}"))} |\n");
        }

        block.Append("\n</details>\n");
        if (report.Worst.Count > 0)
        {
            block.Append("\n<details><summary>Longest answers</summary>\n\n| stimulus | at | latency |\n|--:|--:|--:|\n");
            foreach (var worst in report.Worst.Take(10))
            {
                block.Append(CultureInfo.InvariantCulture, $"| {worst.Sequence} | {worst.AtNs / 1e9:F9} s | {ReportWords.Time(worst.LatencyNs, ReportWords.TickNs(run))} |\n");
            }

            block.Append("\n</details>\n");
        }

        if (run.Gaps.Count > 0)
        {
            var toSeconds = ReportWords.TickNs(run) / 1e9;
            block.Append(CultureInfo.InvariantCulture, $"\n<details><summary>{run.Gaps.Count} gaps</summary>\n\n| from | to | edges lost | reason |\n|--:|--:|--:|---|\n");
            foreach (var gap in run.Gaps.Take(MostGaps))
            {
                block.Append(CultureInfo.InvariantCulture, $"| {gap.FromTick * toSeconds:F6} s | {gap.ToTick * toSeconds:F6} s | {(gap.LostEdges is { } lost ? lost.ToString(CultureInfo.InvariantCulture) : "unknown")} | {Code(gap.Reason)} |\n");
            }

            block.Append("\n</details>\n");
        }
    }

    /// <summary>A code span: nothing in it is markup, whatever it is. Vertical bars would end a table's cell.</summary>
    private static string Code(string text)
    {
        var clean = ReportWords.Clean(text).Replace('`', '\'').Replace("|", "\\|", StringComparison.Ordinal).Trim();
        return clean.Length == 0 ? "–" : $"`{clean}`";
    }

    /// <summary>A block of code to copy, character by character: its fence is longer than any inside.</summary>
    private static string Block(string text)
    {
        var clean = ReportWords.Clean(text);
        var (longest, row) = (2, 0);
        foreach (var c in clean)
        {
            row = c == '`' ? row + 1 : 0;
            longest = Math.Max(longest, row);
        }

        var fence = new string('`', longest + 1);
        return $"{fence}\n{clean}\n{fence}";
    }

    // Our own sentences with words of boards and files inside: escape what could start markup, a link, a mention or a reference to an issue.
    private static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var c in ReportWords.Clean(text))
        {
            plain.Append(c switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                '@' => "&#64;",
                '#' => "&#35;",
                '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '~' => "\\" + c,
                // A bare address would become a link.
                ':' => plain.Length >= 4 && (plain.ToString().EndsWith("http", StringComparison.OrdinalIgnoreCase) || plain.ToString().EndsWith("https", StringComparison.OrdinalIgnoreCase)) ? "&#58;" : ":",
                _ => c.ToString(),
            });
        }

        return plain.ToString();
    }

    private static string Status(RunDocument run) => run.Status switch { RunStatus.Complete => "Complete.", RunStatus.Partial => "Partial.", _ => "Invalid." };

    private static string Value(RunDocument run, double? valueNs) => valueNs is { } ns ? ReportWords.Time(ns, ReportWords.TickNs(run)) : "–";
}
