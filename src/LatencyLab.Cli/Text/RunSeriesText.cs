using System.Globalization;
using System.Text;
using LatencyLab.Cli.Screen;
using LatencyLab.Runs.Documents;
using LatencyLab.Units;

namespace LatencyLab.Cli.Text;

/// <summary>What <c>run --repeat</c> says of the runs together: which one is made, and at the end how far they lie apart.</summary>
internal static class RunSeriesText
{
    /// <summary>Says on stderr which run of a series begins.</summary>
    public static void Announce(Output output, int index, int of)
    {
        if (of > 1)
        {
            output.Talk.WriteLine(string.Create(CultureInfo.InvariantCulture, $"run {index} of {of}"));
        }
    }

    /// <summary>The JSON document of all runs, or for people a table of a series.</summary>
    public static void Conclude(Output output, int repeat, IReadOnlyList<RunDocument> runs)
    {
        if (output.Json)
        {
            output.Result.Write(Encoding.UTF8.GetString(repeat == 1 ? RunJson.ToUtf8(runs[0]) : RunJson.ToUtf8(runs)));
        }
        else if (repeat > 1)
        {
            Write(runs, repeat, output.Result);
        }
    }

    private static void Write(IReadOnlyList<RunDocument> runs, int repeat, TextWriter writer)
    {
        writer.WriteLine();
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs.Count} of {repeat} runs{(runs.Any(r => r.Simulated) ? " (SIMULATED)" : "")}"));
        if (runs.All(r => r.Signals is null))
        {
            writer.WriteLine($"  {"run",-22} {"status",-9} {"stimuli",8} {"matched",8} {"late",6} {"missed",7} {"excluded",9} {"p50",11} {"p99",11} {"max",11}");
            foreach (var run in runs)
            {
                var (counts, numbers) = (run.Counts, run.LatencyNs);
                writer.WriteLine(TerminalText.Clean(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {run.RunId,-22} {Status(run),-9} {counts?.Stimuli,8} {counts?.Matched,8} {counts?.Late,6} {counts?.Missed,7} {counts?.Excluded,9} {Time(run, numbers?.P50),11} {Time(run, numbers?.P99),11} {Time(run, numbers?.Max),11}")));
            }

            Spread(writer, runs, ("p50", r => r.LatencyNs?.P50), ("p99", r => r.LatencyNs?.P99));
            return;
        }

        string[] names = [.. runs.SelectMany(r => r.Signals ?? []).Select(s => s.Name).Distinct()];
        writer.WriteLine(TerminalText.Clean($"  {"run",-22} {"status",-9} {string.Concat(names.Select(n => $" {n + " p50",14}"))}"));
        foreach (var run in runs)
        {
            writer.WriteLine(TerminalText.Clean($"  {run.RunId,-22} {Status(run),-9} {string.Concat(names.Select(n => $" {Time(run, Period(run, n)),14}"))}"));
        }

        Spread(writer, runs, [.. names.Select(n => ($"{n} p50", (Func<RunDocument, double?>)(r => Period(r, n))))]);
    }

    // Of what several runs differ by, their own intervals say nothing: they are of the stimuli inside of one.
    private static void Spread(TextWriter writer, IReadOnlyList<RunDocument> runs, params (string Name, Func<RunDocument, double?> Of)[] statistics)
    {
        foreach (var (name, of) in statistics)
        {
            double[] values = [.. runs.Where(r => r.Status == RunStatus.Complete).Select(of).OfType<double>()];
            if (values.Length < 2)
            {
                continue;
            }

            var mean = values.Average();
            var sd = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
            var share = mean > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({100 * sd / mean:0.##} %)") : "";
            writer.WriteLine(TerminalText.Clean(string.Create(
                CultureInfo.InvariantCulture,
                $"  between {values.Length} complete runs   {name} {UnitText.Time(values.Min(), TickNs(runs[0]))} to {UnitText.Time(values.Max(), TickNs(runs[0]))}   sd {UnitText.Time(sd)}{share}")));
        }
    }

    private static string Status(RunDocument run) => run.Status.ToString().ToLowerInvariant();

    private static double? Period(RunDocument run, string signal) => run.Signals?.FirstOrDefault(s => s.Name == signal)?.PeriodNs.P50;

    private static string Time(RunDocument run, double? ns) => ns is { } value ? UnitText.Time(value, TickNs(run)) : "-";

    private static double TickNs(RunDocument run) => run.Sampler is { TickHz: > 0 } sampler ? 1e9 / sampler.TickHz : 0;
}
