using LatencyLab.Cli.Text;
using LatencyLab.Plots;
using LatencyLab.Reports;
using LatencyLab.Units;

namespace LatencyLab.Cli.Pictures;

/// <summary>What a report shows of its runs: pictures, worst events and text, made from the edges.</summary>
internal static class ReportContent
{
    private const int WorstWaveforms = 5;

    // A toggle test has six; whoever captures more makes pictures of those that matter with 'plot'.
    private const int MostSignals = 8;

    public static ReportColours Colours { get; } = new(PlotTheme.Light.ToCss(), PlotTheme.Dark.ToCss());

    /// <summary>One run.</summary>
    /// <param name="input">The run folder or capture file.</param>
    /// <param name="pictures">False where only text is wanted: drawing takes longer than all the rest.</param>
    /// <param name="idPrefix">Letters and digits that no other run of the report has.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static (ReportRun Report, PlotSeries? Series) Of(PictureInput input, bool pictures, string idPrefix, CancellationToken cancellationToken)
    {
        if (input.Run is { } recording && recording.Plan.StimulusChannel is null && input.Request.Pair is null)
        {
            // A plain recording: there is nothing to pair, but it can be looked at.
            return (new ReportRun(recording, pictures ? [.. Signals(input, idPrefix, cancellationToken), Overview(input, idPrefix, cancellationToken)] : [], [], [], []), null);
        }

        var capture = input.Analyse(null, null, cancellationToken);
        var run = input.Document(capture);
        var style = input.Style(PlotTheme.Light);
        var series = RunsPictures.Series(input, capture);
        var worst = capture.Tally.Worst.Values.ToArray()
            .Select(w => new WorstEvent(w.Sequence, capture.TimeBase.ToNanoseconds(w.AtTick), capture.TimeBase.ToNanoseconds(w.Value))).ToList();
        var text = TextHistogram.Lines(capture.Tally.Latencies(), capture.TimeBase, 76, late: capture.Tally.Late, missed: capture.Tally.Missed);
        if (!pictures)
        {
            return (new ReportRun(run, [], worst, [], text), series);
        }

        var heading = input.Heading(capture);
        var ofTheEnd = run.Live is null ? "" : " Of the end of the session, whose edges were kept.";
        var limit = (run.Live?.BreakOnNs ?? run.Plan.LimitNs) is { } most ? Duration.FromSeconds(most / 1e9) : (Duration?)null;
        var timeline = new TimelineData(capture.Timeline, capture.TimeBase, capture.Header.StartTick, capture.EndTick, capture.Gaps, limit?.Nanoseconds);
        ReportFigure[] figures = capture.Tally.Latencies().Count == 0 ? [Figure(LatencyPictures.Histogram(capture, heading, style, null, logCounts: false), idPrefix + "h", "No latency is known, so there is no other picture.")] :
        [
            Figure(LatencyPictures.Histogram(capture, heading, style, limit, logCounts: false), idPrefix + "h", "How often each latency was seen. Bins are whole ticks; what lies beyond the axis, late and missed stand as bars of their own."),
            Figure(LatencyPictures.Histogram(capture, heading, style, limit, logCounts: true), idPrefix + "l", "The same with counts on a log axis: single events in the tail are seen."),
            Figure(TailPlot.Draw([series], heading, style), idPrefix + "t", "Which share of the stimuli took longer than each time; the band is the 95 % interval of each quantile."),
            Figure(PercentilePlot.Draw([series], heading, style), idPrefix + "p", "Latency by percentile, each nine as wide as the next."),
            Figure(TimelinePlot.Draw(timeline, heading, style), idPrefix + "s", "Latency over the time of the run; missed and late responses on the rail above, gaps hatched." + ofTheEnd),
            Figure(HeatMapPlot.Draw(timeline, heading, style), idPrefix + "m", "Where most latencies lie at each time: drifts, steps and second modes." + ofTheEnd),
        ];
        var waveforms = LatencyPictures.Worst(input, capture, WorstWaveforms, style, cancellationToken)
            .Select((picture, i) => Figure(picture, $"{idPrefix}w{i}", picture.Title)).ToList();
        return (new ReportRun(run, figures, worst, waveforms, text), series);
    }

    /// <summary>Pictures that show all runs together.</summary>
    public static IReadOnlyList<ReportFigure> Together(IReadOnlyList<(ReportRun Report, PlotSeries? Series)> runs)
    {
        var style = new PlotStyle(PlotTheme.Light, Simulated: runs.Any(r => r.Report.Run.Simulated), SelfTimed: runs.Any(r => r.Report.Run.SelfTimed));
        var series = RunsPictures.ToldApart(runs.Where(r => r.Series is not null).Select(r => (r.Series!, (string?)r.Report.Run.RunId)));
        var figures = new List<ReportFigure>
        {
            Figure(RunsPictures.Dots([.. runs.Select(r => r.Report.Run)], "p50", style), "all-d", "Median of each run: if runs of one firmware differ as much as the firmwares do, nothing is proven."),
        };
        if (series.Count == 2)
        {
            var heading = new PlotHeading("Both runs", ReportWords.Title(runs[0].Report.Run));
            figures.Add(Figure(TailPlot.Draw(series, heading, style), "all-t", "Which share of the stimuli took longer than each time, both runs."));
            figures.Add(Figure(PercentilePlot.Draw(series, heading, style), "all-p", "Latency by percentile, both runs."));
        }

        return figures;
    }

    // Toggle and timer: how the periods are distributed, then how far the edges wander from an even clock.
    private static IEnumerable<ReportFigure> Signals(PictureInput input, string idPrefix, CancellationToken cancellationToken)
    {
        var style = input.Style(PlotTheme.Light);
        var names = (input.Run?.Signals ?? []).Where(s => s.PeriodNs.NMatched > 0).Take(MostSignals).Select(s => s.Name).ToList();
        foreach (var (name, i) in names.Select((n, i) => (n, i)))
        {
            yield return Figure(SignalPictures.Periods(input, name, null, null, null, logCounts: false, style, cancellationToken), $"{idPrefix}p{i}", $"How often each period of {name} was seen, warm-up left out.");
        }

        foreach (var (name, i) in names.Select((n, i) => (n, i)))
        {
            yield return Figure(SignalPictures.Tie(input, name, null, null, style, cancellationToken), $"{idPrefix}e{i}", $"How far each rising edge of {name} lies from the even clock that fits best: drift and jumps.");
        }
    }

    private static ReportFigure Overview(PictureInput input, string idPrefix, CancellationToken cancellationToken) => Figure(
        LatencyPictures.Waveform(input, null, null, [], input.Style(PlotTheme.Light), cancellationToken), idPrefix + "o", "The whole recording.");

    private static ReportFigure Figure(Picture picture, string id, string caption)
    {
        using (picture)
        {
            return new ReportFigure(caption, picture.ToInlineSvg(id));
        }
    }
}
