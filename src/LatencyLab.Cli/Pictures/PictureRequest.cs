using LatencyLab.Plots;
using LatencyLab.Units;

namespace LatencyLab.Cli.Pictures;

/// <summary>Which picture is wanted.</summary>
internal sealed record PictureRequest(
    string Kind, Duration? From, Duration? To, IReadOnlyList<Duration> Cursors, Duration? Limit, bool LogCounts, string Statistic, int Count, string? Channel, PlotTheme Theme)
{
    /// <summary>Reads the inputs and draws; several pictures for the worst events, one otherwise.</summary>
    /// <exception cref="LatencyLabException">The inputs don't fit the kind, or can't be read.</exception>
    public IReadOnlyList<Picture> Draw(IReadOnlyList<PictureInput> inputs, CancellationToken cancellationToken)
    {
        var style = new PlotStyle(Theme, Simulated: inputs.Any(i => i.IsSimulated), SelfTimed: inputs.Any(i => i.Run is { SelfTimed: true }));
        var first = inputs[0];
        if (Kind is not ("ccdf" or "percentile" or "runs" or "shift") && inputs.Count > 1)
        {
            throw new LatencyLabException(FaultKind.Usage, $"A {Kind} shows one capture.", null, "Draw them one by one, or use --kind runs or shift; ccdf and percentile take two.");
        }

        if (Kind is "ccdf" or "percentile" && inputs.Count > 2)
        {
            throw new LatencyLabException(
                FaultKind.Usage, $"A {Kind} shows one run or two; these are {inputs.Count}.", null, "Name two runs, or use --kind runs or shift, which show all runs of a label.");
        }

        if (From is { } from && To is { } to && to <= from)
        {
            throw new LatencyLabException(FaultKind.Usage, $"The end {to} isn't after the begin {from}.", "--from, --to");
        }

        switch (Kind)
        {
            case "waveform":
                return [LatencyPictures.Waveform(first, From, To, Cursors, style, cancellationToken)];
            case "period":
                return [SignalPictures.Periods(first, Channel, From, To, Limit, LogCounts, style, cancellationToken)];
            case "tie":
                return [SignalPictures.Tie(first, Channel, From, To, style, cancellationToken)];
        }

        var captures = inputs.Select(i => (Input: i, Capture: i.Analyse(From, To, cancellationToken))).ToList();
        var capture = captures[0].Capture;
        // Of several runs the legend tells which is which.
        var heading = inputs.Count == 1 ? first.Heading(capture) : first.Heading(capture) with { Subtitle = "" };
        return Kind switch
        {
            "ccdf" => [TailPlot.Draw(RunsPictures.ToldApart(captures.Select(c => (RunsPictures.Series(c.Input, c.Capture), c.Input.Run?.RunId))), heading, style)],
            "percentile" => [PercentilePlot.Draw(RunsPictures.ToldApart(captures.Select(c => (RunsPictures.Series(c.Input, c.Capture), c.Input.Run?.RunId))), heading, style)],
            "timeline" => [TimelinePlot.Draw(Timeline(capture), heading, style)],
            "heatmap" => [HeatMapPlot.Draw(Timeline(capture), heading, style)],
            "runs" => [RunsPictures.Dots([.. captures.Select(c => c.Input.Document(c.Capture))], Statistic, style)],
            "shift" => [RunsPictures.Shift(captures, style)],
            "worst" => LatencyPictures.Worst(first, capture, Count, style, cancellationToken),
            _ => [LatencyPictures.Histogram(capture, heading, style, Limit, LogCounts)],
        };
    }

    private TimelineData Timeline(AnalysedCapture capture)
    {
        var (fromTick, toTick) = AnalysedCapture.Window(capture.TimeBase, capture.Header.StartTick, capture.EndTick, From, To);
        return new TimelineData(capture.Timeline, capture.TimeBase, fromTick, toTick, capture.Gaps, Limit?.Nanoseconds);
    }
}
