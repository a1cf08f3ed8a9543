using LatencyLab.Plots;
using LatencyLab.Reports;
using LatencyLab.Runs;
using LatencyLab.Statistics;

namespace LatencyLab.Cli.Pictures;

/// <summary>Pictures that show several runs together.</summary>
internal static class RunsPictures
{
    private static readonly double[] ShiftProbabilities = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

    public static PlotSeries Series(PictureInput input, AnalysedCapture capture) =>
        new(input.Name, capture.Tally.Latencies(), capture.Tally.Late + capture.Tally.Missed, capture.TimeBase);

    /// <summary>One dot a run of a statistic that run.json has, such as p50.</summary>
    public static Picture Dots(IReadOnlyList<RunDocument> runs, string statistic, PlotStyle style) => RunsPlot.Draw(
        [
            .. from run in runs
               where run.LatencyNs is not null
               let valueNs = run.LatencyNs!.Statistics().FirstOrDefault(s => s.Name == statistic).ValueNs
               where valueNs is not null
               let interval = run.LatencyNs!.Ci95.TryGetValue(statistic, out var ci) ? ci : new Interval(valueNs, valueNs)
               select new RunDot(GroupOf(run), run.RunId, valueNs!.Value, interval.Low, interval.High),
        ],
        statistic, new PlotHeading($"{statistic} run by run", runs.Count == 0 ? "" : ReportWords.Title(runs[0])), style);

    /// <summary>
    /// By how much each quantile moved. With at least two runs a side the band is Welch's 95 % interval over runs; with one run a side it is made of
    /// the two quantiles' own intervals, which leaves out what differs from run to run.
    /// </summary>
    /// <exception cref="LatencyLabException">Not two groups (kind usage).</exception>
    public static Picture Shift(IReadOnlyList<(PictureInput Input, AnalysedCapture Capture)> runs, PlotStyle style)
    {
        var groups = runs.GroupBy(r => r.Input.Name, StringComparer.Ordinal).Select(g => (Name: g.Key, Runs: g.Select(r => Series(r.Input, r.Capture)).ToList())).ToList();
        if (groups.Count == 1 && runs.Count == 2)
        {
            groups = [.. runs.Select(r => (r.Input.Run?.RunId ?? r.Input.Path, new List<PlotSeries> { Series(r.Input, r.Capture) }))];
        }

        if (groups.Count != 2)
        {
            throw new LatencyLabException(FaultKind.Usage, $"A shift function compares two firmwares; these runs are of {groups.Count}.", null, "Name runs with two different labels or MicroPython versions.");
        }

        var (base_, new_) = (groups[0], groups[1]);
        var byRuns = base_.Runs.Count > 1 && new_.Runs.Count > 1;
        return ShiftPlot.Draw(
            [.. ShiftProbabilities.Select(p => byRuns ? OverRuns(base_.Runs, new_.Runs, p) : OfTwo(base_.Runs[0], new_.Runs[0], p)).OfType<ShiftPoint>()],
            base_.Name, new_.Name,
            new PlotHeading($"Shift of each quantile, {new_.Name} minus {base_.Name}", byRuns
                ? $"{base_.Runs.Count} and {new_.Runs.Count} runs; band: 95 % over runs"
                : "one run a side; the band doesn't know what differs from run to run"),
            style);
    }

    private static ShiftPoint? OverRuns(List<PlotSeries> base_, List<PlotSeries> new_, double probability)
    {
        double[] before = [.. base_.Select(s => Quantile(s, probability)).OfType<double>()];
        double[] after = [.. new_.Select(s => Quantile(s, probability)).OfType<double>()];
        if (before.Length < 2 || after.Length < 2)
        {
            return null;
        }

        var welch = Welch.Of(before, after);
        var diffNs = after.Average() - before.Average();
        var (low, high) = welch.Interval(0.95);
        var half = (high - low) / 2;
        return new ShiftPoint(probability, diffNs, double.IsFinite(half) ? diffNs - half : null, double.IsFinite(half) ? diffNs + half : null);
    }

    private static ShiftPoint? OfTwo(PlotSeries base_, PlotSeries new_, double probability)
    {
        var before = Quantiles.Estimate(base_.Values, base_.Censored, probability);
        var after = Quantiles.Estimate(new_.Values, new_.Censored, probability);
        return before.Value is null || after.Value is null
            ? null
            : new ShiftPoint(
                probability, Ns(new_, after.Value) - Ns(base_, before.Value) ?? 0,
                Ns(new_, after.Low) - Ns(base_, before.High), Ns(new_, after.High) - Ns(base_, before.Low));
    }

    private static double? Quantile(PlotSeries series, double probability) => Ns(series, Quantiles.Estimate(series.Values, series.Censored, probability).Value);

    private static double? Ns(PlotSeries series, long? ticks) => ticks is { } t ? series.TimeBase.ToNanoseconds(t) : null;

    private static string GroupOf(RunDocument run) => run.Plan.Label ?? (run.Target?.Micropython is { } version ? "MicroPython " + version : run.RunId);
}
