using LatencyLab.Analysis;
using LatencyLab.Formats;
using LatencyLab.Plots;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Cli.Pictures;

/// <summary>A capture after one pass over it: what pictures and reports need of its latencies. Memory doesn't follow its length.</summary>
/// <param name="Header">Time base and channels.</param>
/// <param name="Gaps">Spans of doubt.</param>
/// <param name="EndTick">First tick about which nothing is known.</param>
/// <param name="Result">Counts and statistics of the whole capture.</param>
/// <param name="Tally">Counts and latencies of the window that was asked for.</param>
/// <param name="Timeline">Latencies along time, of the same window.</param>
internal sealed record AnalysedCapture(
    CaptureHeader Header, IReadOnlyList<Gap> Gaps, long EndTick, LatencyResult Result, PairTally Tally, LatencyTimeline Timeline)
{
    public TimeBase TimeBase => Header.TimeBase;

    /// <summary>Reads a capture and pairs two of its channels.</summary>
    /// <param name="source">The capture.</param>
    /// <param name="rulesOf">Finds the channels once the header is known.</param>
    /// <param name="from">Stimuli before it are left out; null for none.</param>
    /// <param name="to">Stimuli after it are left out; null for none.</param>
    /// <param name="callbacks">Interrupts that the target served, warm-up left out; null where nobody counted.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static AnalysedCapture Read(
        ICaptureSource source, Func<CaptureHeader, PairingRules> rulesOf, Duration? from, Duration? to, long? callbacks, CancellationToken cancellationToken)
    {
        var sink = new LateRules(rulesOf, from, to);
        source.Read(sink, cancellationToken);
        var pipeline = sink.Pipeline ?? throw new InvalidOperationException("A reader ended without a header.");
        var result = pipeline.Result(callbacks + pipeline.Tally.WarmupAnswered);
        var tally = sink.Tally ?? pipeline.Tally;
        if (result.Report is not null)
        {
            return new AnalysedCapture(pipeline.Header!, pipeline.Gaps, pipeline.EndTick, result, tally, sink.Timeline);
        }

        // The pairing may be shifted throughout: what run.json doesn't say, no picture may show.
        var counted = new PairTally();
        counted.Merge(tally, 0, 0, withheld: true);
        return new AnalysedCapture(pipeline.Header!, pipeline.Gaps, pipeline.EndTick, result, counted, new LatencyTimeline());
    }

    /// <summary>The window in ticks that times on a command line mean; whole capture where they are null.</summary>
    public static (long FromTick, long ToTick) Window(TimeBase timeBase, long startTick, long endTick, Duration? from, Duration? to)
    {
        var window = (From: from is { } f ? timeBase.ToTicks(f) : startTick, To: to is { } t ? timeBase.ToTicks(t) : endTick);
        return window.To > window.From
            ? window
            : throw new LatencyLabException(
                FaultKind.Usage, "The window holds no time.", "--from, --to",
                // Of a long capture only the window is read: then nobody knows where it ends.
                endTick == long.MaxValue
                    ? $"A tick is {UnitText.Time(timeBase.TickNs)}: leave at least one between begin and end."
                    : $"The capture lasts from {UnitText.Time(timeBase.ToNanoseconds(startTick))} to {UnitText.Time(timeBase.ToNanoseconds(endTick))}.");
    }

    private sealed class LateRules(Func<CaptureHeader, PairingRules> rulesOf, Duration? from, Duration? to) : IEdgeSink
    {
        public LatencyPipeline? Pipeline { get; private set; }

        /// <summary>Of the window; null where that is the whole capture, which the pipeline counts anyway.</summary>
        public PairTally? Tally { get; } = from is null && to is null ? null : new PairTally();

        public LatencyTimeline Timeline { get; } = new();

        public void Begin(CaptureHeader header)
        {
            var (fromTick, toTick) = (from is { } f ? header.TimeBase.ToTicks(f) : long.MinValue, to is { } t ? header.TimeBase.ToTicks(t) : long.MaxValue);
            Pipeline = new LatencyPipeline(rulesOf(header), Tally is null ? Timeline : new PairsBetween(fromTick, toTick, [Tally, Timeline]));
            Pipeline.Begin(header);
        }

        public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => Pipeline!.Edges(channel, firstLevel, ticks);

        public void Gap(Gap gap) => Pipeline!.Gap(gap);

        public void Advance(long completeBeforeTick) => Pipeline!.Advance(completeBeforeTick);

        public void End(long endTick) => Pipeline!.End(endTick);
    }

    private sealed class PairsBetween(long fromTick, long toTick, IReadOnlyList<IPairSink> next) : IPairSink
    {
        public void Pairs(ReadOnlySpan<Pair> pairs)
        {
            // Nearly always a whole block is inside: stimuli come in order.
            for (var start = 0; start < pairs.Length;)
            {
                while (start < pairs.Length && !Inside(pairs[start]))
                {
                    start++;
                }

                var end = start;
                while (end < pairs.Length && Inside(pairs[end]))
                {
                    end++;
                }

                foreach (var sink in next)
                {
                    sink.Pairs(pairs[start..end]);
                }

                start = end;
            }
        }

        // A stimulus whose edge was lost has no tick; it belongs to the whole capture only.
        private bool Inside(in Pair pair) =>
            (pair.Flags & PairFlags.StimulusLost) == PairFlags.None && pair.StimulusTick >= fromTick && pair.StimulusTick <= toTick;
    }
}
