using LatencyLab.Comparison;
using LatencyLab.Plots;
using LatencyLab.Reports;
using LatencyLab.Runs.Documents;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Cli.Pictures;

/// <summary>Pictures that show several runs together.</summary>
internal static class RunsPictures
{
    private static readonly double[] ShiftProbabilities = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

    public static PlotSeries Series(PictureInput input, AnalysedCapture capture) =>
        new(input.Name, capture.Tally.Latencies(), capture.Tally.Late + capture.Tally.Missed, capture.TimeBase, capture.Tally.Summary().NEffective);

    /// <summary>What legends are made of: where two runs have the same name, their ids tell them apart.</summary>
    public static IReadOnlyList<PlotSeries> ToldApart(IEnumerable<(PlotSeries Series, string? RunId)> runs)
    {
        var all = runs.ToArray();
        return [.. all.Select(one => one.RunId is { } id && id != one.Series.Name && all.Count(other => other.Series.Name == one.Series.Name) > 1
            ? one.Series with { Name = $"{one.Series.Name} {id}" }
            : one.Series)];
    }

    /// <summary>One dot a run of a statistic that run.json has, such as p50.</summary>
    public static Picture Dots(IReadOnlyList<RunDocument> runs, string statistic, PlotStyle style) => RunsPlot.Draw(
        [
            .. from run in runs
               where run.LatencyNs is not null
               let valueNs = run.LatencyNs!.Statistics().FirstOrDefault(s => s.Name == statistic)?.ValueNs
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
        var groups = runs.GroupBy(r => r.Input.Name, StringComparer.Ordinal).Select(g => (Name: g.Key, Runs: g.ToList())).ToList();
        if (groups.Count == 1 && runs.Count == 2)
        {
            groups = [.. runs.Select(r => (r.Input.Run?.RunId ?? r.Input.Path, new List<(PictureInput Input, AnalysedCapture Capture)> { r }))];
        }

        if (groups.Count != 2)
        {
            throw new LatencyLabException(FaultKind.Usage, $"A shift function compares two firmwares; these runs are of {groups.Count}.", null, "Name runs with two different labels or MicroPython versions.");
        }

        var (before, after) = (groups[0], groups[1]);
        var timeBase = before.Runs[0].Capture.TimeBase;
        if (runs.Any(r => r.Capture.TimeBase.TickHz != timeBase.TickHz))
        {
            throw new LatencyLabException(FaultKind.Usage, "The runs were stamped with different ticks.", null, "Compare runs of one kind of sampler.");
        }

        var byRuns = before.Runs.Count > 1 && after.Runs.Count > 1;
        IEnumerable<ShiftPoint> points = byRuns
            ? ShiftFunction.Of([.. before.Runs.Select(r => Compared(r.Input, r.Capture))], [.. after.Runs.Select(r => Compared(r.Input, r.Capture))])
                .Select(s => new ShiftPoint(s.Probability, timeBase.ToNanoseconds(s.Shift), Ns(timeBase, s.Low), Ns(timeBase, s.High)))
            : ShiftProbabilities.Select(p => OfTwo(Series(before.Runs[0].Input, before.Runs[0].Capture), Series(after.Runs[0].Input, after.Runs[0].Capture), p)).OfType<ShiftPoint>();
        return ShiftPlot.Draw(
            [.. points], before.Name, after.Name,
            new PlotHeading($"Shift of each quantile, {after.Name} minus {before.Name}", byRuns
                ? $"{before.Runs.Count} and {after.Runs.Count} runs; band: 95 % over runs"
                : "one run a side; the band doesn't know what differs from run to run"),
            style);
    }

    private static ComparedRun Compared(PictureInput input, AnalysedCapture capture) => new()
    {
        RunId = input.Run?.RunId ?? input.Path,
        Firmware = input.Name,
        CreatedUtc = input.Run?.CreatedUtc ?? default,
        TimeBase = capture.TimeBase,
        Latencies = capture.Tally.Latencies(),
        Late = capture.Tally.Late,
        Missed = capture.Tally.Missed,
    };

    private static ShiftPoint? OfTwo(PlotSeries base_, PlotSeries new_, double probability)
    {
        var before = Quantiles.Estimate(base_.Values, base_.Censored, probability, base_.Effective?.At(probability));
        var after = Quantiles.Estimate(new_.Values, new_.Censored, probability, new_.Effective?.At(probability));
        return before.Value is null || after.Value is null
            ? null
            : new ShiftPoint(
                probability, Ns(new_, after.Value) - Ns(base_, before.Value) ?? 0,
                Ns(new_, after.Low) - Ns(base_, before.High), Ns(new_, after.High) - Ns(base_, before.Low));
    }

    private static double? Ns(TimeBase timeBase, double? ticks) => ticks is { } t && double.IsFinite(t) ? timeBase.ToNanoseconds(t) : null;

    private static double? Ns(PlotSeries series, long? ticks) => ticks is { } t ? series.TimeBase.ToNanoseconds(t) : null;

    private static string GroupOf(RunDocument run) => run.Plan.Label ?? (run.Target?.Micropython is { } version ? "MicroPython " + version : run.RunId);
}
