using LatencyLab.Signals;

namespace LatencyLab.Analysis;

/// <summary>
/// Joins stimuli with their answers while edges stream in, by <see cref="PairingRules"/>. Memory holds only the edges above the watermark, so a
/// capture may be longer than memory. Every stimulus leaves as one <see cref="Pair"/>, in order.
/// </summary>
public sealed partial class Pairer(PairingRules rules, IPairSink sink) : IPairing
{
    private readonly TickQueue _stimuli = new();
    private readonly TickQueue _responses = new();
    private readonly Queue<(PendingGap Gap, bool OnStimuli)> _gaps = new();
    // 32 KiB: a batch is written and read again before it leaves the first cache.
    private readonly Pair[] _batch = new Pair[1024];
    private readonly long _window = rules.WindowTicks ?? long.MaxValue;
    private int _batched;

    private readonly StimulusPolarity _polarity = new(rules.StimulusEdge);
    private readonly LineLevel _stimulusLine = new(rules.StimulusEdge);
    private readonly LineLevel _responseLine = new(rules.ResponseEdge);

    private long _nextSequence = -rules.Warmup;
    private OpenStimulus _open;
    private long _doubtUntil = long.MinValue;
    private bool _doubt;
    private long _extra;
    private long _spurious;
    private bool _gapsSorted = true;

    /// <summary>Further answers inside the window of a matched stimulus, warm-up not included.</summary>
    public long Extra => _extra;

    /// <summary>All other answers without a stimulus, warm-up not included.</summary>
    public long Spurious => _spurious;

    /// <summary>Answers seen, paired or not, warm-up included: what the target's callback counter is compared with.</summary>
    public long AnswersSeen { get; private set; }

    /// <summary>Answers known to be lost in gaps of the response channel, warm-up included.</summary>
    public long AnswersLost => _responseLine.LostOfKind;

    public void Begin(CaptureHeader header)
    {
        foreach (var channel in header.Channels)
        {
            if (channel.Index == rules.StimulusChannel)
            {
                _stimulusLine.Begin(channel.InitialLevel ?? false);
            }

            if (channel.Index == rules.ResponseChannel)
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

        if (channel == rules.StimulusChannel)
        {
            _polarity.Pass(firstLevel, ticks);
            _stimulusLine.Pass(firstLevel, ticks);
            EdgeFilter.Append(_stimuli, rules.StimulusEdge, firstLevel, ticks);
        }

        if (channel == rules.ResponseChannel)
        {
            _responseLine.Pass(firstLevel, ticks);
            EdgeFilter.Append(_responses, rules.ResponseEdge, firstLevel, ticks);
        }
    }

    public void Gap(Gap gap)
    {
        var onStimuli = gap.Channel is null || gap.Channel == rules.StimulusChannel;
        var onResponses = gap.Channel is null || gap.Channel == rules.ResponseChannel;
        if (!onStimuli && !onResponses)
        {
            return;
        }

        // Only a gap of one channel can say how many of its edges are lost.
        var lostEdges = gap.Channel is null ? 0 : gap.LostEdges ?? 0;
        var pending = new PendingGap(gap.FromTick, gap.ToTick, lostEdges);
        if (onResponses)
        {
            // Each line finds out for itself how many of its edges were lost.
            _responseLine.Expect(new PendingGap(gap.FromTick, gap.ToTick, lostEdges));
        }

        if (onStimuli)
        {
            _stimulusLine.Expect(pending);
        }

        _gaps.Enqueue((pending, onStimuli));
        _gapsSorted = _gaps.Count <= 1;
    }

    public void Advance(long completeBeforeTick)
    {
        Process(completeBeforeTick);
        // Heartbeats and chunks come some ten times a second: whoever looks on shall not wait for a full batch.
        Flush();
    }

    public void End(long endTick)
    {
        Process(long.MaxValue);
        while (_gaps.Count > 0)
        {
            EnterGap(_gaps.Dequeue());
        }

        if (_open.IsOpen)
        {
            var windowIsWhole = rules.WindowTicks is { } window && _open.Tick <= endTick - window;
            Close(_open.Excluded || (!_open.Answered && !windowIsWhole) ? PairStatus.Excluded : null);
        }

        Flush();
    }

    /// <summary>Handles everything before the watermark in order of time: gaps first, then stimuli, then answers of the same tick.</summary>
    private void Process(long watermark)
    {
        _stimulusLine.Advance(watermark);
        _responseLine.Advance(watermark);
        var stimuli = _stimuli.Waiting;
        var responses = _responses.Waiting;
        int s = 0, r = 0;
        if (!_gapsSorted)
        {
            var sorted = _gaps.OrderBy(g => g.Gap.FromTick).ToArray();
            _gaps.Clear();
            Array.ForEach(sorted, _gaps.Enqueue);
            _gapsSorted = true;
        }

        while (true)
        {
            var nextStimulus = s < stimuli.Length && stimuli[s] < watermark ? stimuli[s] : watermark;
            var nextGap = _gaps.Count > 0 ? _gaps.Peek().Gap.FromTick : long.MaxValue;
            var until = Math.Min(nextStimulus, nextGap);
            r = Answer(responses, r, Math.Min(until, watermark));
            if (nextGap < watermark && nextGap < nextStimulus)
            {
                EnterGap(_gaps.Dequeue());
                continue;
            }

            if (s == stimuli.Length || nextStimulus == watermark)
            {
                break;
            }

            if (_open.IsOpen)
            {
                Close(_open.Excluded ? PairStatus.Excluded : null);
            }

            Open(stimuli[s++]);
            if (!_doubt)
            {
                FastForward(stimuli, ref s, responses, ref r, Math.Min(watermark, Math.Min(nextGap, _polarity.NextChangeTick)));
            }
        }

        _stimuli.Take(s);
        _responses.Take(r);
    }

    /// <summary>Gives the answers before <paramref name="untilTick"/> to the open stimulus; returns the index of the first one left.</summary>
    private int Answer(ReadOnlySpan<long> responses, int r, long untilTick)
    {
        while (r < responses.Length && responses[r] < untilTick)
        {
            var tick = responses[r++];
            AnswersSeen++;
            if (_doubt)
            {
                continue;
            }

            if (!_open.IsOpen)
            {
                _spurious += _nextSequence > 0 || rules.Warmup == 0 ? 1 : 0;
                continue;
            }

            var latency = tick - _open.Tick;
            if (!_open.Answered && latency >= rules.MinLatencyTicks)
            {
                _open.Answered = true;
                _open.ResponseTick = tick;
                continue;
            }

            _open.Flags |= PairFlags.Surplus;
            if (_open.Sequence < 0)
            {
                continue;
            }

            var isExtra = _open.Answered && latency < _window && _open.ResponseTick - _open.Tick < _window;
            _extra += isExtra ? 1 : 0;
            _spurious += isExtra ? 0 : 1;
        }

        return r;
    }

    private void Open(long tick)
    {
        if (tick > _doubtUntil)
        {
            _doubt = false;
        }

        _open = new OpenStimulus { IsOpen = true, Tick = tick, Sequence = _nextSequence++, Excluded = _doubt };
        if (_polarity.IsFalling(tick))
        {
            _open.Flags |= PairFlags.Falling;
        }
    }

    private void EnterGap((PendingGap Gap, bool OnStimuli) entered)
    {
        var gap = entered.Gap;
        if (_open.IsOpen)
        {
            // A matched stimulus whose window was over before the doubt began keeps its answer. Without an answer nobody can say whether it was late or missed.
            var settled = _open.Answered && rules.WindowTicks is { } window && gap.FromTick >= _open.Tick + window;
            _open.Excluded |= !settled;
        }

        _doubt = true;
        _doubtUntil = Math.Max(_doubtUntil, gap.ToTick);
        if (entered.OnStimuli && gap.LostOfKind > 0)
        {
            if (_open.IsOpen)
            {
                Close(_open.Excluded ? PairStatus.Excluded : null);
            }

            for (var i = 0L; i < gap.LostOfKind; i++)
            {
                Add(new Pair(_nextSequence++, 0, 0, PairStatus.Excluded, PairFlags.StimulusLost | PairFlags.NoResponse));
            }
        }
    }

    private void Close(PairStatus? forced)
    {
        var answered = _open.Answered;
        var status = forced ?? (!answered ? PairStatus.Missed : _open.ResponseTick - _open.Tick < _window ? PairStatus.Matched : PairStatus.Late);
        Add(new Pair(_open.Sequence, _open.Tick, answered ? _open.ResponseTick : 0, status, answered ? _open.Flags : _open.Flags | PairFlags.NoResponse));
        _open = default;
    }

    private void Add(Pair pair)
    {
        // The tight loop leaves a full batch to whoever comes next.
        if (_batched == _batch.Length)
        {
            Flush();
        }

        _batch[_batched++] = pair;
    }

    private void Flush()
    {
        if (_batched > 0)
        {
            // Handed on once, also where the sink's disk is full: what a stopped sampler still sends must find room here.
            var count = _batched;
            _batched = 0;
            sink.Pairs(_batch.AsSpan(0, count));
        }
    }

    private struct OpenStimulus
    {
        public bool IsOpen;
        public bool Answered;
        public bool Excluded;
        public PairFlags Flags;
        public long Tick;
        public long ResponseTick;
        public long Sequence;
    }
}
