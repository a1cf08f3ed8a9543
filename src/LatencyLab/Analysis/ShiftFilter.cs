namespace LatencyLab.Analysis;

/// <summary>
/// Flags stretches in which the pairing may be shifted by one: an answer that comes after the next stimulus looks like a short latency of
/// that one. The trace of it is a missed stimulus with a surplus answer soon after. How soon is bounded by the target's scheduler: no more
/// callbacks can wait than its queue holds, plus the one that runs.
/// </summary>
/// <param name="next">Gets every pair, in order.</param>
/// <param name="reach">How many stimuli an answer can be behind: queue depth + 1.</param>
public sealed class ShiftFilter(IPairSink next, int reach) : IPairSink
{
    // What a surplus answer can still flag: a block and, before it, as many stimuli as an answer can be behind.
    private Pair[] _held = new Pair[1024];
    private int _count;
    private readonly MissedStimuli _missed = new();
    private long _seen;

    /// <summary>Deepest scheduler queue of the supported ports (8 on esp32 and rp2, 4 on esp8266) plus one callback in flight.</summary>
    public const int DefaultReach = 9;

    /// <summary>Stimuli flagged, warm-up not included.</summary>
    public long Flagged { get; private set; }

    /// <summary>
    /// True once a surplus answer came for which no stimulus was missed within reach, but one further back: if nothing but stimuli made the target answer,
    /// all answers between belong to earlier stimuli, and none of them is flagged.
    /// </summary>
    public bool IsFarBehind { get; private set; }

    public void Pairs(ReadOnlySpan<Pair> pairs)
    {
        var flags = FlagsOf(pairs);
        if ((flags & (PairFlags.Surplus | PairFlags.NoResponse)) != PairFlags.None)
        {
            Follow(pairs);
        }

        _seen += pairs.Length;
        if ((flags & PairFlags.Surplus) == PairFlags.None)
        {
            PassOn(pairs);
            return;
        }

        foreach (ref readonly var pair in pairs)
        {
            Hold(pair);
            if ((pair.Flags & PairFlags.Surplus) != PairFlags.None)
            {
                FlagSinceLastMiss();
            }
        }

        Release(_count - reach);
    }

    /// <summary>
    /// Hands on what no later answer can put in doubt: everything before the first missed stimulus that an answer to come could still reach. Where
    /// nothing is missed that is all, so that whoever looks on sees each stimulus as soon as it is paired.
    /// </summary>
    public void Settle()
    {
        for (var i = Math.Max(0, _count - reach); i < _count; i++)
        {
            if (_held[i].Status == PairStatus.Missed)
            {
                Release(i);
                return;
            }
        }

        Release(_count);
    }

    /// <summary>Hands on what is still held; the capture is over.</summary>
    public void Flush() => Release(_count);

    private void FlagSinceLastMiss()
    {
        var first = -1;
        for (var i = _count - 1; i >= Math.Max(0, _count - 1 - reach); i--)
        {
            first = _held[i].Status == PairStatus.Missed ? i : first;
        }

        if (first < 0)
        {
            return;
        }

        for (var i = first + 1; i < _count; i++)
        {
            if (_held[i].Status == PairStatus.Matched && (_held[i].Flags & PairFlags.MaybeShifted) == PairFlags.None)
            {
                _held[i] = _held[i] with { Flags = _held[i].Flags | PairFlags.MaybeShifted };
                Flagged += _held[i].Sequence >= 0 ? 1 : 0;
            }
        }
    }

    private void Follow(ReadOnlySpan<Pair> pairs)
    {
        for (var i = 0; i < pairs.Length; i++)
        {
            if (pairs[i].Status == PairStatus.Missed)
            {
                _missed.Push(_seen + i);
            }
            else if ((pairs[i].Flags & PairFlags.Surplus) != PairFlags.None && _missed.Pop() is { } missed)
            {
                IsFarBehind |= _seen + i - missed > reach;
            }
        }
    }

    private static PairFlags FlagsOf(ReadOnlySpan<Pair> pairs)
    {
        var flags = PairFlags.None;
        foreach (ref readonly var pair in pairs)
        {
            flags |= pair.Flags;
        }

        return flags;
    }

    // The ordinary block isn't copied: only its last pairs may still be flagged by the next one.
    private void PassOn(ReadOnlySpan<Pair> pairs)
    {
        if (pairs.Length >= reach)
        {
            Release(_count);
            next.Pairs(pairs[..^reach]);
            pairs = pairs[^reach..];
        }

        foreach (ref readonly var pair in pairs)
        {
            Hold(pair);
        }

        Release(_count - reach);
    }

    private void Hold(in Pair pair)
    {
        if (_count == _held.Length)
        {
            Array.Resize(ref _held, 2 * _count);
        }

        _held[_count++] = pair;
    }

    private void Release(int count)
    {
        if (count <= 0)
        {
            return;
        }

        next.Pairs(_held.AsSpan(0, count));
        _held.AsSpan(count, _count - count).CopyTo(_held);
        _count -= count;
    }

    /// <summary>The latest missed stimuli whose answers didn't come yet; the oldest are forgotten first.</summary>
    private sealed class MissedStimuli
    {
        // The deepest queue of a board, many times over.
        private readonly long[] _positions = new long[256];
        private int _next;
        private int _count;

        public void Push(long position)
        {
            _positions[_next] = position;
            _next = (_next + 1) % _positions.Length;
            _count = Math.Min(_count + 1, _positions.Length);
        }

        public long? Pop()
        {
            if (_count == 0)
            {
                return null;
            }

            _count--;
            _next = (_next + _positions.Length - 1) % _positions.Length;
            return _positions[_next];
        }
    }
}
