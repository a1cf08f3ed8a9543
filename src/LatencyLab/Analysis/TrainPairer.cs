using LatencyLab.Signals;

namespace LatencyLab.Analysis;

/// <summary>
/// Pairs stimuli that come in trains, so close together that an answer may come after further stimuli and interrupts get lost. What a train says
/// for sure is a count: so many stimuli, so many answers before the next train. The i-th answer is put beside the i-th stimulus, since callbacks run
/// in the order of their interrupts; its latency is given only as long as every stimulus since the start of the capture was answered. From the first
/// lost one on nobody can say whose an answer is, and every pair is flagged <see cref="PairFlags.MaybeShifted"/>. Memory doesn't grow with the capture.
/// </summary>
public sealed class TrainPairer : IPairing
{
    private readonly PairingRules _rules;
    private readonly IPairSink _sink;
    private readonly int _length;
    private readonly TickQueue _stimuli = new();
    private readonly TickQueue _responses = new();
    private readonly List<(PendingGap Gap, bool OnStimuli)> _gaps = [];
    private readonly LineLevel _stimulusLine;
    private readonly LineLevel _responseLine;
    private readonly Pair[] _pairs;
    private readonly long[] _ticks;
    private readonly bool[] _known;
    private readonly long[] _answers;
    private long _nextSequence;
    private int _count;
    private long _answered;
    private bool _excluded;
    private bool _proven = true;
    private bool _doubt;
    private long _doubtUntil = long.MinValue;

    /// <param name="rules">With the length of a train.</param>
    /// <param name="sink">Gets every stimulus once, in order.</param>
    public TrainPairer(PairingRules rules, IPairSink sink)
    {
        _rules = rules;
        _sink = sink;
        _length = rules.TrainLength ?? throw new ArgumentException("Rules without trains.", nameof(rules));
        _nextSequence = -rules.Warmup;
        _stimulusLine = new LineLevel(rules.StimulusEdge);
        _responseLine = new LineLevel(rules.ResponseEdge);
        _pairs = new Pair[_length];
        _ticks = new long[_length];
        _known = new bool[_length];
        _answers = new long[_length];
        Trains = new TrainTally(_length);
    }

    /// <summary>What the trains say, warm-up not included.</summary>
    public TrainTally Trains { get; }

    public long Extra { get; private set; }

    public long Spurious { get; private set; }

    public long AnswersSeen { get; private set; }

    public long AnswersLost => _responseLine.LostOfKind;

    public void Begin(CaptureHeader header)
    {
        foreach (var channel in header.Channels)
        {
            if (channel.Index == _rules.StimulusChannel)
            {
                _stimulusLine.Begin(channel.InitialLevel ?? false);
            }

            if (channel.Index == _rules.ResponseChannel)
            {
                _responseLine.Begin(channel.InitialLevel ?? false);
            }
        }
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        if (ticks.IsEmpty)
        {
            return;
        }

        if (channel == _rules.StimulusChannel)
        {
            _stimulusLine.Pass(firstLevel, ticks);
            EdgeFilter.Append(_stimuli, _rules.StimulusEdge, firstLevel, ticks);
        }

        if (channel == _rules.ResponseChannel)
        {
            _responseLine.Pass(firstLevel, ticks);
            EdgeFilter.Append(_responses, _rules.ResponseEdge, firstLevel, ticks);
        }
    }

    public void Gap(Gap gap)
    {
        var onStimuli = gap.Channel is null || gap.Channel == _rules.StimulusChannel;
        var onResponses = gap.Channel is null || gap.Channel == _rules.ResponseChannel;
        if (!onStimuli && !onResponses)
        {
            return;
        }

        // Only a gap of one channel can say how many of its edges are lost.
        var pending = new PendingGap(gap.FromTick, gap.ToTick, gap.Channel is null ? 0 : gap.LostEdges ?? 0);
        if (onResponses)
        {
            // Each line finds out for itself how many of its edges were lost.
            _responseLine.Expect(new PendingGap(gap.FromTick, gap.ToTick, pending.LostEdges));
        }

        if (onStimuli)
        {
            _stimulusLine.Expect(pending);
        }

        var at = _gaps.FindIndex(g => g.Gap.FromTick > gap.FromTick);
        _gaps.Insert(at < 0 ? _gaps.Count : at, (pending, onStimuli));
    }

    public void Advance(long completeBeforeTick) => Process(completeBeforeTick);

    public void End(long endTick)
    {
        Process(long.MaxValue);
        foreach (var gap in _gaps)
        {
            EnterGap(gap);
        }

        _gaps.Clear();
        var windowsAreWhole = _rules.WindowTicks is { } window && _count > 0 && _ticks[_count - 1] <= endTick - window;
        _excluded |= _answered < _count && !windowsAreWhole;
        Close();
    }

    /// <summary>Handles everything before the watermark in order of time: gaps first, then stimuli, then answers of the same tick.</summary>
    private void Process(long watermark)
    {
        _stimulusLine.Advance(watermark);
        _responseLine.Advance(watermark);
        while (true)
        {
            var waiting = _stimuli.Waiting;
            var stimulus = waiting.Length > 0 && waiting[0] < watermark ? waiting[0] : watermark;
            var gap = _gaps.Count > 0 ? _gaps[0].Gap.FromTick : long.MaxValue;
            Answer(Math.Min(stimulus, gap));
            if (gap < watermark && gap < stimulus)
            {
                var entered = _gaps[0];
                _gaps.RemoveAt(0);
                EnterGap(entered);
                continue;
            }

            if (stimulus == watermark)
            {
                return;
            }

            _stimuli.Take(1);
            Add(stimulus, known: true);
        }
    }

    private void Answer(long untilTick)
    {
        var waiting = _responses.Waiting;
        var taken = 0;
        while (taken < waiting.Length && waiting[taken] < untilTick)
        {
            var tick = waiting[taken++];
            AnswersSeen++;
            if (_count == 0 || tick < _ticks[0] + _rules.MinLatencyTicks)
            {
                Spurious += (_nextSequence > 0 || _rules.Warmup == 0) && !_doubt ? 1 : 0;
                continue;
            }

            if (_answered < _length)
            {
                _answers[_answered] = tick;
            }

            _answered++;
        }

        _responses.Take(taken);
    }

    private void Add(long tick, bool known)
    {
        if (_count == _length)
        {
            Close();
        }

        if (_count == 0)
        {
            _doubt &= tick <= _doubtUntil;
            _excluded = _doubt;
        }

        (_ticks[_count], _known[_count]) = (tick, known);
        _count++;
        _nextSequence++;
    }

    private void EnterGap((PendingGap Gap, bool OnStimuli) entered)
    {
        var gap = entered.Gap;
        // A train that was answered throughout, and whose windows were over before the doubt began, stays.
        var settled = _count == _length && _answered >= _count && _rules.WindowTicks is { } window && gap.FromTick >= _ticks[_count - 1] + window;
        _excluded |= !settled;
        _doubt = true;
        _doubtUntil = Math.Max(_doubtUntil, gap.ToTick);
        for (var i = 0L; entered.OnStimuli && i < gap.LostOfKind; i++)
        {
            Add(gap.FromTick, known: false);
            _excluded = true;
        }
    }

    private void Close()
    {
        if (_count == 0)
        {
            return;
        }

        var first = _nextSequence - _count;
        var stimuli = _ticks.AsSpan(0, _count);
        var answers = _answers.AsSpan(0, (int)Math.Min(_answered, _count));
        _proven &= !_excluded && _answered == _count && InOrder(stimuli, answers);
        for (var i = 0; i < _count; i++)
        {
            _pairs[i] = _excluded ? Excluded(first + i, i) : Paired(first + i, i, answers);
        }

        _sink.Pairs(_pairs.AsSpan(0, _count));
        if (first >= 0)
        {
            Extra += _excluded ? 0 : Math.Max(0, _answered - _count);
            Trains.Add(stimuli, answers, _answered, _excluded || _count < _length);
        }

        (_count, _answered) = (0, 0);
    }

    private bool InOrder(ReadOnlySpan<long> stimuli, ReadOnlySpan<long> answers)
    {
        for (var i = 0; i < answers.Length; i++)
        {
            if (answers[i] < stimuli[i] + _rules.MinLatencyTicks)
            {
                return false;
            }
        }

        return true;
    }

    private Pair Excluded(long sequence, int i) =>
        new(sequence, _known[i] ? _ticks[i] : 0, 0, PairStatus.Excluded, Falling | PairFlags.NoResponse | (_known[i] ? PairFlags.None : PairFlags.StimulusLost));

    private Pair Paired(long sequence, int i, ReadOnlySpan<long> answers)
    {
        var flags = Falling | (_proven ? PairFlags.None : PairFlags.MaybeShifted);
        if (i >= answers.Length)
        {
            return new Pair(sequence, _ticks[i], 0, PairStatus.Missed, flags | PairFlags.NoResponse);
        }

        var latency = answers[i] - _ticks[i];
        var status = latency < (_rules.WindowTicks ?? long.MaxValue) ? PairStatus.Matched : PairStatus.Late;
        // An answer before its stimulus belongs to an earlier one.
        return latency < 0
            ? new Pair(sequence, _ticks[i], 0, status, flags | PairFlags.NoResponse)
            : new Pair(sequence, _ticks[i], answers[i], status, flags);
    }

    private PairFlags Falling => _rules.StimulusEdge == EdgeKind.Falling ? PairFlags.Falling : PairFlags.None;
}
