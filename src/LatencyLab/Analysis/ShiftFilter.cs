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

    /// <summary>Deepest scheduler queue of the supported ports (8 on esp32 and rp2, 4 on esp8266) plus one callback in flight.</summary>
    public const int DefaultReach = 9;

    /// <summary>Stimuli flagged, warm-up not included.</summary>
    public long Flagged { get; private set; }

    public void Pairs(ReadOnlySpan<Pair> pairs)
    {
        if (!HasSurplus(pairs))
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

    private static bool HasSurplus(ReadOnlySpan<Pair> pairs)
    {
        var flags = PairFlags.None;
        foreach (ref readonly var pair in pairs)
        {
            flags |= pair.Flags;
        }

        return (flags & PairFlags.Surplus) != PairFlags.None;
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
}
