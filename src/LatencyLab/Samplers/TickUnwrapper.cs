namespace LatencyLab.Samplers;

/// <summary>
/// Counter values of one channel to 64-bit ticks. The counter wraps every 2^32 ticks (68.7 s at 62.5 MHz); heartbeats say below which tick
/// no later word can lie, so silence of any length is bridged exactly as long as heartbeats come (docs/protocol.md section 3).
/// </summary>
public sealed class TickUnwrapper
{
    private const long Wrap = 1L << 32;

    // A sampler that promises words which never come must not fill the memory; without its oldest anchors only bridging suffers.
    private const int MaxAnchors = 4096;

    private readonly Queue<(long WordIndex, long NotBeforeTick)> _anchors = new();
    private uint _lastCount;
    private bool _hasLast;

    // What the anchors that were passed have said: it holds for all later words, also after a block that was refused.
    private long _notBefore;

    /// <summary>Tick of the last word; 0 before the first.</summary>
    public long LastTick { get; private set; }

    /// <summary>Every word with this index or a higher one lies at or after the tick.</summary>
    public void Anchor(long wordIndex, long notBeforeTick)
    {
        if (_anchors.Count > 0 && _anchors.Last().WordIndex == wordIndex)
        {
            ReplaceLast(wordIndex, notBeforeTick);
            return;
        }

        if (_anchors.Count == MaxAnchors)
        {
            _anchors.Dequeue();
        }

        _anchors.Enqueue((wordIndex, notBeforeTick));
    }

    /// <summary>Unwraps a block of counter values X (count = 0xFFFFFFFF − X) into rising ticks.</summary>
    /// <param name="firstIndex">Index of the block's first word.</param>
    /// <param name="values">Values as the sampler sent them.</param>
    /// <param name="ticks">As many ticks.</param>
    /// <param name="completeBeforeTick">No word that is still to come can lie before this tick.</param>
    /// <returns>False where the ticks don't rise, or begin too early: no counter stands still between two edges, so the block can't be true, and nothing of it counts.</returns>
    public bool Unwrap(long firstIndex, ReadOnlySpan<uint> values, Span<long> ticks, long completeBeforeTick)
    {
        var tick = LastTick;
        var last = _lastCount;
        var nextAnchor = _anchors.Count > 0 ? _anchors.Peek().WordIndex : long.MaxValue;
        var fits = true;
        for (var i = 0; i < values.Length; i++)
        {
            var count = ~values[i];
            var before = tick;
            unchecked
            {
                // Modulo 2^32 on purpose: the counter wraps.
                tick += count - last;
            }

            last = count;
            if (firstIndex + i >= nextAnchor || tick < _notBefore)
            {
                tick = LiftAbove(firstIndex + i, tick);
                nextAnchor = _anchors.Count > 0 ? _anchors.Peek().WordIndex : long.MaxValue;
            }

            fits &= (tick > before || (i == 0 && !_hasLast)) && tick >= completeBeforeTick;
            ticks[i] = tick;
        }

        if (!fits)
        {
            return false;
        }

        (LastTick, _lastCount, _hasLast) = (tick, last, true);
        return true;
    }

    private long LiftAbove(long index, long tick)
    {
        while (_anchors.Count > 0 && _anchors.Peek().WordIndex <= index)
        {
            _notBefore = Math.Max(_notBefore, _anchors.Dequeue().NotBeforeTick);
        }

        return tick < _notBefore ? tick + ((_notBefore - tick + Wrap - 1) / Wrap * Wrap) : tick;
    }

    // A silent channel gets one anchor a heartbeat for the same word: only the latest says anything.
    private void ReplaceLast(long wordIndex, long notBeforeTick)
    {
        for (var i = _anchors.Count - 1; i > 0; i--)
        {
            _anchors.Enqueue(_anchors.Dequeue());
        }

        _anchors.Dequeue();
        _anchors.Enqueue((wordIndex, notBeforeTick));
    }
}
