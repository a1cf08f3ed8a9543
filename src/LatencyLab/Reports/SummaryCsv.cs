using System.Globalization;
using CsvHelper;
using LatencyLab.Formats;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Reports;

/// <summary>summary.csv: one row a statistic, with its confidence interval where there is one; what can't be given is empty.</summary>
public static class SummaryCsv
{
    private static readonly string[] Columns = ["run_id", "statistic", "value", "ci_lo", "ci_hi", "conf", "n", "n_eff", "unit"];

    /// <summary>Writes the statistics of a run; those of both polarities too where both edges were stimuli. A simulated run is called so in each row.</summary>
    public static void Write(RunDocument run, Stream stream)
    {
        var name = run.Simulated ? $"{LatencyCsv.SimulatedRunId}-{run.RunId}" : run.RunId;
        using var csv = CsvWriter.Create(stream, CsvLayout.Options, leaveOpen: true);
        csv.WriteRecord(Columns);
        if (run.LatencyNs is { } all)
        {
            WriteNumbers(csv, name, "", all);
        }

        foreach (var signal in run.Signals ?? [])
        {
            WriteNumbers(csv, name, $"{signal.Name}_period_", signal.PeriodNs);
            WriteNumbers(csv, name, $"{signal.Name}_high_", signal.HighNs);
            WriteNumbers(csv, name, $"{signal.Name}_low_", signal.LowNs);
        }

        if (run.ByEdge is { } byEdge)
        {
            WriteNumbers(csv, name, "rising_", byEdge.Rising.LatencyNs);
            WriteNumbers(csv, name, "falling_", byEdge.Falling.LatencyNs);
        }
    }

    private static void WriteNumbers(CsvWriter csv, string runId, string prefix, LatencyNumbers numbers)
    {
        foreach (var (name, value) in numbers.Statistics())
        {
            var interval = numbers.Ci95.TryGetValue(name, out var ci) ? ci : (Interval?)null;
            var isQuantile = name[0] == 'p';
            csv.WriteRecord(
            [
                CsvText.Safe(runId),
                prefix + name,
                Number(value),
                Number(interval?.Low),
                Number(interval?.High),
                interval is null ? "" : "0.95",
                (isQuantile ? numbers.N : numbers.NMatched).ToString(CultureInfo.InvariantCulture),
                numbers.NEff.TryGetValue(name, out var effective) ? Number(effective) : "",
                "ns",
            ]);
        }
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
