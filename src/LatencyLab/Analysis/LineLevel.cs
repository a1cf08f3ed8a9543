using LatencyLab.Signals;

namespace LatencyLab.Analysis;

/// <summary>A span of doubt on its way to the pairing, with what it hides.</summary>
internal sealed class PendingGap(long fromTick, long toTick, long lostEdges)
{
    public long FromTick { get; } = fromTick;

    public long ToTick { get; } = toTick;

    /// <summary>Edges known to be lost on the line; 0 when unknown.</summary>
    public long LostEdges { get; } = lostEdges;

    /// <summary>How many of them are of the kind that counts; known once the line's level before the gap is.</summary>
    public long LostOfKind { get; set; }
}

/// <summary>
/// Follows the level of one line, to say how many edges of one kind a gap swallowed: with known losses the polarity goes on alternating through
/// the gap. Gaps may be announced long before the edges around them.
/// </summary>
internal sealed class LineLevel(EdgeKind kind)
{
    private readonly Queue<PendingGap> _ahead = new();
    private bool _level;

    /// <summary>Edges of the kind that were lost in the gaps passed so far.</summary>
    public long LostOfKind { get; private set; }

    public void Begin(bool level) => _level = level;

    /// <summary>A gap on this line, in order of time.</summary>
    public void Expect(PendingGap gap) => _ahead.Enqueue(gap);

    /// <summary>The next edges of the line.</summary>
    public void Pass(bool firstLevel, ReadOnlySpan<long> ticks)
    {
        while (_ahead.Count > 0 && _ahead.Peek().FromTick <= ticks[^1])
        {
            var at = ticks.BinarySearch(_ahead.Peek().FromTick);
            at = at < 0 ? ~at : at;
            if (at > 0)
            {
                _level = (at & 1) == 1 ? firstLevel : !firstLevel;
            }

            Settle(_ahead.Dequeue());
        }

        _level = (ticks.Length & 1) == 1 ? firstLevel : !firstLevel;
    }

    /// <summary>No edge before this tick is missing any more.</summary>
    public void Advance(long completeBeforeTick)
    {
        while (_ahead.Count > 0 && _ahead.Peek().FromTick < completeBeforeTick)
        {
            Settle(_ahead.Dequeue());
        }
    }

    private void Settle(PendingGap gap)
    {
        gap.LostOfKind = EdgeFilter.Matching(kind, !_level, gap.LostEdges);
        LostOfKind += gap.LostOfKind;
        if ((gap.LostEdges & 1) == 1)
        {
            _level = !_level;
        }
    }
}
