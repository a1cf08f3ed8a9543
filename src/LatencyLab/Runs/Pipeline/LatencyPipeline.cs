using LatencyLab.Analysis;
using LatencyLab.Signals;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Runs.Pipeline;

/// <summary>Edges in, latencies out: pairing, shift detection and counting in one pass. A run and its later analysis use the same one.</summary>
public sealed class LatencyPipeline : IEdgeSink
{
    private readonly IPairing _pairer;
    private readonly TrainPairer? _trains;
    private readonly ShiftFilter? _shift;
    private readonly List<Gap> _gaps = [];
    private long[] _edges = [];

    /// <param name="rules">Channels, edges, window, warm-up.</param>
    /// <param name="also">Gets every pair as the tally does: a CSV writer, a collector.</param>
    public LatencyPipeline(PairingRules rules, params IReadOnlyList<IPairSink> also)
    {
        Rules = rules;
        IPairSink sink = also.Count == 0 ? Tally : new PairFanOut([Tally, .. also]);
        if (rules.TrainLength is not null)
        {
            _pairer = _trains = new TrainPairer(rules, sink);
            return;
        }

        _shift = new ShiftFilter(sink, ShiftFilter.DefaultReach);
        _pairer = new Pairer(rules, _shift);
    }

    public PairingRules Rules { get; }

    public PairTally Tally { get; } = new();

    public CaptureHeader? Header { get; private set; }

    public IReadOnlyList<Gap> Gaps => _gaps;

    public long EndTick { get; private set; }

    /// <summary>Everything before this tick has been seen.</summary>
    public long CompleteBeforeTick { get; private set; }

    /// <summary>What became of the stimuli so far, and answers without one.</summary>
    public PairCounts Counts => Tally.Counts(_pairer.Extra, _pairer.Spurious);

    /// <summary>Edges seen, by channel index.</summary>
    public IReadOnlyList<long> EdgesSeen => _edges;

    public void Begin(CaptureHeader header)
    {
        Header = header;
        _edges = new long[header.Channels.Count];
        Tally.Begin(header.TimeBase);
        _pairer.Begin(header);
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        _edges[channel] += ticks.Length;
        _pairer.Edges(channel, firstLevel, ticks);
    }

    public void Gap(Gap gap)
    {
        _gaps.Add(gap);
        _pairer.Gap(gap);
    }

    public void Advance(long completeBeforeTick)
    {
        CompleteBeforeTick = completeBeforeTick;
        _pairer.Advance(completeBeforeTick);
        _shift?.Settle();
    }

    public void End(long endTick)
    {
        EndTick = endTick;
        _pairer.End(endTick);
        _shift?.Flush();
    }

    /// <summary>What the capture says.</summary>
    /// <param name="callbacksTotal">Interrupts that the target served, warm-up included; null where nobody counted.</param>
    /// <param name="limit">The latency whose exceedances are wanted; null for none.</param>
    public LatencyResult Result(long? callbacksTotal = null, Duration? limit = null)
    {
        var timeBase = Header?.TimeBase ?? throw new InvalidOperationException("No capture was begun.");
        var surplusCallbacks = callbacksTotal - _pairer.AnswersSeen - _pairer.AnswersLost ?? 0;
        var farBehind = IsFarBehind(callbacksTotal, surplusCallbacks);
        var unexplained = farBehind || !Explained(surplusCallbacks);
        var both = Rules.StimulusEdge == EdgeKind.Both;
        var empty = LatencySummary.Of(SortedCounts.Empty, 0);
        var report = unexplained ? null : Tally.Report(limit is { } longest ? timeBase.ToTicks(longest) : null);
        var withheld = unexplained ? Tally.Matched : Tally.Withheld;
        var why = _trains is null ? NullReasons.ShiftedPairing : NullReasons.LostInterrupts;
        return new LatencyResult(
            timeBase,
            Counts,
            callbacksTotal is { } total ? total - Tally.WarmupAnswered : null,
            (report?.Summary ?? empty).Withholding(withheld, why),
            both ? unexplained ? empty : Tally.RisingSummary() : null,
            both ? unexplained ? empty : Tally.FallingSummary() : null,
            report?.Latencies ?? SortedCounts.Empty,
            withheld,
            Tally.Worst.Values.Length > 0 && !unexplained ? Tally.Worst.Values[0] : null,
            surplusCallbacks,
            _gaps.Count,
            report,
            Tally.ResolutionTicks)
        {
            Trains = _trains?.Trains,
            IsShiftedThroughout = farBehind,
        };
    }

    /// <summary>
    /// Each stimulus was served once, and no answer was made up: what looks like a missed stimulus and a surplus answer far behind it is a run of answers
    /// that each came after the next stimulus.
    /// </summary>
    private bool IsFarBehind(long? callbacksTotal, long surplusCallbacks) =>
        _shift is { IsFarBehind: true } && callbacksTotal == Tally.Total && surplusCallbacks >= 0 && _gaps.Count == 0;

    /// <summary>More callbacks than answers: answers were not seen. Fewer: answers without a callback. Both leave traces in the counts.</summary>
    private bool Explained(long surplusCallbacks) => surplusCallbacks >= 0
        ? surplusCallbacks <= Tally.Missed + Tally.Excluded + Rules.Warmup - Tally.WarmupAnswered
        : -surplusCallbacks <= _pairer.Extra + _pairer.Spurious + Rules.Warmup;

    private sealed class PairFanOut(IReadOnlyList<IPairSink> sinks) : IPairSink
    {
        public void Pairs(ReadOnlySpan<Pair> pairs)
        {
            foreach (var sink in sinks)
            {
                sink.Pairs(pairs);
            }
        }
    }
}

/// <summary>Counts and statistics of one capture, in ticks.</summary>
/// <param name="TimeBase">Ticks per second.</param>
/// <param name="Counts">Stimuli by status, and answers without one.</param>
/// <param name="Callbacks">Interrupts served, without those answered in warm-up; null where nobody counted.</param>
/// <param name="Summary">Of all stimuli.</param>
/// <param name="Rising">Of rising stimuli, where both edges are stimuli.</param>
/// <param name="Falling">Of falling stimuli, where both edges are stimuli.</param>
/// <param name="Latencies">Of matched stimuli, in ticks.</param>
/// <param name="Withheld">Matched stimuli without a latency since the pairing may be shifted.</param>
/// <param name="Longest">The longest latency with the tick of its stimulus; null where nothing matched.</param>
/// <param name="SurplusCallbacks">Callbacks that the target counted beyond the answers seen and known to be lost; negative when there were fewer.</param>
/// <param name="Gaps">How many gaps the capture has.</param>
/// <param name="Report">What else is said about the latencies; null where the pairing may be shifted throughout.</param>
/// <param name="ResolutionTicks">Multiple of ticks that the longest latencies were rounded up to; 1 where all are exact.</param>
public sealed record LatencyResult(
    TimeBase TimeBase, PairCounts Counts, long? Callbacks, LatencySummary Summary, LatencySummary? Rising, LatencySummary? Falling, SortedCounts Latencies,
    long Withheld, TimedValue? Longest, long SurplusCallbacks, int Gaps,
    LatencyReport? Report, long ResolutionTicks = 1)
{
    /// <summary>Counts of trains; null where stimuli are single.</summary>
    public TrainTally? Trains { get; init; }

    /// <summary>True where answers came after the next stimulus for so long that no latency can be given at all.</summary>
    public bool IsShiftedThroughout { get; init; }

    /// <summary>What the reader of the numbers must be told.</summary>
    public IEnumerable<string> Warnings
    {
        get
        {
            if (SurplusCallbacks > 0)
            {
                yield return $"The target served {SurplusCallbacks} interrupts more than answers were seen: pairing may be shifted where stimuli are missed, and no latency is given there. Look at the response wire.";
            }
            else if (SurplusCallbacks < 0)
            {
                yield return $"{-SurplusCallbacks} answers more were seen than the target served interrupts: pairing may be shifted where answers are extra or spurious.";
            }

            if (ResolutionTicks > 1)
            {
                yield return $"Latencies above {UnitText.Time(TimeBase.ToNanoseconds(CountTable.WindowTicks))} have more than {CountTable.MaxSparseValues} different values: they are counted in steps of {UnitText.Time(TimeBase.ToNanoseconds(ResolutionTicks))}, rounded up.";
            }

            if (Withheld > 0 && Trains is not null)
            {
                yield return $"Interrupts were lost in trains, and from the first of them on nobody can say to which stimulus an answer belongs: {Withheld} latencies are withheld.";
            }
            else if (IsShiftedThroughout)
            {
                yield return $"Pairing may be shifted throughout: each stimulus was served, but answers came after the next one; {Withheld} latencies are withheld. Use a longer --gap.";
            }
            else if (Withheld > 0)
            {
                yield return $"Pairing may be shifted: missed stimuli are followed by surplus answers; {Withheld} latencies are withheld.";
            }
        }
    }
}
