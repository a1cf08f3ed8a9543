using LatencyLab.Plots;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Signals;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Cli.Pictures;

/// <summary>Pictures of the latencies of one capture.</summary>
internal static class LatencyPictures
{
    public static Picture Histogram(AnalysedCapture capture, PlotHeading heading, PlotStyle style, Duration? limit, bool logCounts) => HistogramPlot.Draw(
        new HistogramData(capture.Tally.Latencies(), capture.TimeBase, capture.Tally.Late, capture.Tally.Missed, Marks(capture), limit?.Nanoseconds, logCounts, Withheld: capture.Tally.Withheld), heading, style);

    /// <summary>The longest answers with their waveforms, the longest first.</summary>
    /// <param name="input">Read once more for the edges around them.</param>
    /// <param name="capture">Its latencies.</param>
    /// <param name="count">So many at most.</param>
    /// <param name="style">Theme, size, stamp.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static IReadOnlyList<Picture> Worst(PictureInput input, AnalysedCapture capture, int count, PlotStyle style, CancellationToken cancellationToken)
    {
        var worst = capture.Tally.Worst.Values.ToArray().Take(count).ToArray();
        if (worst.Length == 0)
        {
            return [];
        }

        var rules = input.Rules(capture.Header);
        var windows = worst.Select(w => Around(w, capture)).ToArray();
        var parts = input.ReadWindows(windows, cancellationToken);
        return [.. worst.Select((answer, i) => WaveformPlot.Draw(
            parts[i],
            new WaveformWindow(windows[i].FromTick, windows[i].ToTick, null, [new WaveformArrow(rules.StimulusChannel, answer.AtTick, rules.ResponseChannel, answer.AtTick + answer.Value, Time(answer.Value, capture.TimeBase))]),
            new PlotHeading(
                $"{Ordinal(i)} answer of {capture.Tally.Matched}: {Time(answer.Value, capture.TimeBase)}",
                $"stimulus {answer.Sequence} at {(capture.TimeBase.ToNanoseconds(answer.AtTick) / 1e9).ToString("F6", System.Globalization.CultureInfo.InvariantCulture)} s; {input.Heading(capture).Title}"),
            style))];
    }

    /// <summary>Any window of a capture; answers are measured in it where the channels are known and the picture has room for them.</summary>
    public static Picture Waveform(PictureInput input, Duration? from, Duration? to, IReadOnlyList<Duration> cursors, PlotStyle style, CancellationToken cancellationToken)
    {
        var (header, endTick) = CaptureExtent.Of(input.Reopen([]), headerOnly: from is not null && to is not null, cancellationToken);
        var window = AnalysedCapture.Window(header.TimeBase, header.StartTick, endTick, from, to);
        var part = input.ReadWindows([window], cancellationToken)[0];
        return WaveformPlot.Draw(
            part,
            new WaveformWindow(window.FromTick, window.ToTick, [.. cursors.Select((c, i) => new WaveformCursor(header.TimeBase.ToTicks(c), ((char)('A' + (i % 26))).ToString()))], Arrows(input, part)),
            input.Heading(null), style);
    }

    private static List<WaveformArrow> Arrows(PictureInput input, Capture part)
    {
        const int most = 40;
        Analysis.PairingRules rules;
        try
        {
            rules = input.Rules(part.Header);
        }
        catch (LatencyLabException)
        {
            // Nobody said which channels belong together: a waveform without arrows is all that was asked for.
            return [];
        }

        if (rules.TrainLength is not null || input.Run is { LatencyNs.NMatched: 0 })
        {
            // A part of a capture doesn't show where its trains begin; nor is shown what the run withholds.
            return [];
        }

        var pairs = new PairList(most);
        part.CopyTo(new LatencyPipeline(rules with { Warmup = 0 }, pairs));
        return pairs.Found.Count > most
            ? []
            : [.. pairs.Found.Select(p => new WaveformArrow(rules.StimulusChannel, p.StimulusTick, rules.ResponseChannel, p.ResponseTick, Time(p.ResponseTick - p.StimulusTick, part.TimeBase)))];
    }

    private static (long FromTick, long ToTick) Around(TimedValue answer, AnalysedCapture capture)
    {
        // A fifth before the question and half as much again behind the answer, so that both pulses are seen.
        var span = Math.Max(answer.Value, 50);
        return (Math.Max(capture.Header.StartTick, answer.AtTick - (span / 5)), Math.Min(capture.EndTick, answer.AtTick + answer.Value + (span * 3 / 5)));
    }

    private static List<PlotMark> Marks(AnalysedCapture capture) =>
    [
        .. capture.Tally.Summary().Quantiles.Take(3).Where(q => q.Quantile.Value is not null).Select(q => new PlotMark(q.Name, capture.TimeBase.ToNanoseconds(q.Quantile.Value!.Value))),
    ];

    private static string Ordinal(int index) => index switch { 0 => "Longest", 1 => "Second longest", 2 => "Third longest", _ => $"{index + 1}th longest" };

    private static string Time(long ticks, TimeBase timeBase) => Reports.ReportWords.Time(timeBase.ToNanoseconds(ticks), timeBase.TickNs);

    private sealed class PairList(int most) : Analysis.IPairSink
    {
        public List<Analysis.Pair> Found { get; } = [];

        public void Pairs(ReadOnlySpan<Analysis.Pair> pairs)
        {
            foreach (ref readonly var pair in pairs)
            {
                // One more than wanted tells that there are too many.
                if (pair.Status == Analysis.PairStatus.Matched && Found.Count <= most)
                {
                    Found.Add(pair);
                }
            }
        }
    }
}
