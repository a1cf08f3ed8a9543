using LatencyLab.Signals;

namespace LatencyLab.Analysis;

/// <summary>Which stimuli are falling edges. Where both edges count they alternate, except across a gap: only such breaks are remembered.</summary>
internal sealed class StimulusPolarity(EdgeKind edge)
{
    private readonly Queue<(long FromTick, bool Level)> _breaks = new();
    private bool _nextLevelIn;
    private bool _isKnown;
    private bool _lastLevelOut;

    /// <summary>The next tick at which the alternation breaks; <see cref="long.MaxValue"/> where none is known.</summary>
    public long NextChangeTick => _breaks.Count > 0 ? _breaks.Peek().FromTick : long.MaxValue;

    /// <summary>Takes note of edges as they come in.</summary>
    /// <param name="firstLevel">Level after the first of them.</param>
    /// <param name="ticks">At least one; levels alternate.</param>
    public void Pass(bool firstLevel, ReadOnlySpan<long> ticks)
    {
        if (edge == EdgeKind.Both && (!_isKnown || _nextLevelIn != firstLevel))
        {
            _breaks.Enqueue((ticks[0], firstLevel));
        }

        _isKnown = true;
        _nextLevelIn = (ticks.Length & 1) == 1 ? !firstLevel : firstLevel;
    }

    /// <summary>Takes the next stimulus out.</summary>
    /// <param name="tick">When it was.</param>
    public bool IsFalling(long tick)
    {
        if (edge != EdgeKind.Both)
        {
            return edge == EdgeKind.Falling;
        }

        _lastLevelOut = !_lastLevelOut;
        if (_breaks.Count > 0 && _breaks.Peek().FromTick <= tick)
        {
            _lastLevelOut = _breaks.Dequeue().Level;
        }

        return !_lastLevelOut;
    }

    /// <summary>Goes on after stimuli that were taken out elsewhere.</summary>
    /// <param name="lastLevel">Level after the last of them.</param>
    public void Resume(bool lastLevel) => _lastLevelOut = lastLevel;
}
