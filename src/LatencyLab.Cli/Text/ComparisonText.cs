using System.Globalization;
using LatencyLab.Cli.Screen;
using LatencyLab.Comparison;
using LatencyLab.Units;

namespace LatencyLab.Cli.Text;

/// <summary>A comparison as a table and one sentence.</summary>
internal static class ComparisonText
{
    public static void Write(TextWriter writer, ComparisonResult result, GateResult? gate, bool simulated)
    {
        if (simulated)
        {
            writer.WriteLine("SIMULATED: synthetic latencies, no board was measured.");
        }

        writer.WriteLine(TerminalText.Clean(string.Join("   ", result.Base[0].Conditions.Where(c => c.Key is "chip" or "pin" or "irq" or "handler" or "load").Select(c => $"{c.Key} {c.Value}"))));
        writer.WriteLine(TerminalText.Clean($"base  {Side(result.BaseInWords, result.Base)}"));
        writer.WriteLine(TerminalText.Clean($"new   {Side(result.NewInWords, result.New)}"));
        if (result.Metrics.Count > 0)
        {
            writer.WriteLine();
            writer.WriteLine($"{"metric",-11}{"base",12}{"new",12}{"difference",14}  {"95 % interval",-30}{"p",8}{"margin",12}  verdict");
            foreach (var metric in result.Metrics)
            {
                Line(writer, result, metric);
            }

            Shifts(writer, result);
        }

        foreach (var note in result.Metrics.Where(m => m.Note is not null))
        {
            writer.WriteLine($"note: {note.Name}: {note.Note}");
        }

        foreach (var warning in result.Warnings)
        {
            writer.WriteLine(TerminalText.Clean($"warning: {warning}"));
        }

        foreach (var finding in gate?.Findings ?? [])
        {
            writer.WriteLine(TerminalText.Clean($"gate: {finding.Outcome.ToString().ToLowerInvariant(),-12} {finding.Limit.Text}   ({finding.Why})"));
        }

        if (!result.HasEnoughRuns && result.Verdict != Verdict.NotComparable)
        {
            writer.WriteLine($"more runs: latencylab run --repeat {Math.Max(ComparisonOptions.SmallestRuns + 1, result.MoreRuns ?? 0)} --label NAME … for each firmware");
        }

        writer.WriteLine();
        writer.WriteLine(TerminalText.Clean((simulated ? "SIMULATED: " : "") + result.Sentence()));
    }

    private static string Side(string name, IReadOnlyList<ComparedRun> runs) =>
        $"{name}: {runs.Count} run{(runs.Count == 1 ? "" : "s")}, {runs.Sum(r => r.Stimuli)} stimuli, {runs.Sum(r => r.Censored)} missed or late";

    private static void Line(TextWriter writer, ComparisonResult result, MetricComparison metric)
    {
        var interval = metric is { Low: { } low, High: { } high } ? $"[{result.Size(metric, low, true)}, {result.Size(metric, high, true)}]" : "-";
        var p = metric.P is { } value ? value.ToString(value < 0.001 ? "0.#e-0" : "0.000", CultureInfo.InvariantCulture) : "-";
        writer.WriteLine(
            $"{metric.Name,-11}{Size(metric.Base),12}{Size(metric.New),12}{Size(metric.Difference, true),14}  {interval,-30}{p,8}{Size(metric.Margin),12}  {metric.Verdict.Word()}{(metric.IsWithinMargin && metric.Verdict is Verdict.Improved or Verdict.Regressed ? " (within the margin)" : "")}");

        string Size(double? size, bool withSign = false) => size is { } s ? result.Size(metric, s, withSign) : "-";
    }

    private static void Shifts(TextWriter writer, ComparisonResult result)
    {
        var shifts = ShiftFunction.Of(result.Base, result.New);
        if (shifts.Count == 0)
        {
            return;
        }

        writer.WriteLine();
        writer.WriteLine("shift by quantile  " + string.Join("  ", shifts.Select(s =>
            string.Create(CultureInfo.InvariantCulture, $"p{s.Probability * 100:0.#} {(s.Shift > 0 ? "+" : "")}{UnitText.Time(result.TimeBase.ToNanoseconds(s.Shift))}"))));
    }
}
