using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>The state of a line as time-stamped files give it.</summary>
internal enum LineState : byte
{
    Low,
    High,

    /// <summary>The file says that it doesn't know: x, z or X.</summary>
    Unknown,
}

/// <summary>
/// Turns "at this time this line has this state" into edges and gaps. What is set at the first time is the initial level; a span in which
/// the state is unknown becomes a gap of its channel; several states at one time count as the last of them.
/// </summary>
/// <param name="sink">Gets the capture.</param>
/// <param name="timeBase">Ticks per second.</param>
/// <param name="names">The channels by index.</param>
/// <param name="unknownReason">Why a gap of this format is one.</param>
internal sealed class LineLevels(IEdgeSink sink, TimeBase timeBase, IReadOnlyList<string> names, string unknownReason)
{
    private readonly LineState[] _states = Filled(names.Count);
    private readonly LineState[] _next = Filled(names.Count);
    private readonly bool[] _isTouched = new bool[names.Count];
    private readonly int[] _touched = new int[names.Count];
    private readonly long[] _unknownSince = new long[names.Count];
    private readonly TimedEdges _edges = new(names.Count);
    private int _touchedCount;
    private long _startTick;
    private bool _hasTime;
    private bool _hasBegun;

    /// <summary>The time that <see cref="Set"/> speaks of.</summary>
    public long Tick { get; private set; }

    public bool HasTime => _hasTime;

    /// <summary>Goes on to a time; the caller has checked that it isn't earlier.</summary>
    public void MoveTo(long tick)
    {
        if (!_hasTime)
        {
            (_hasTime, _startTick, Tick) = (true, tick, tick);
            return;
        }

        if (tick == Tick)
        {
            return;
        }

        Commit();
        Tick = tick;
        if (_edges.IsFull)
        {
            HandOver();
        }
    }

    /// <summary>The state of a line from now on.</summary>
    public void Set(int channel, LineState state)
    {
        _next[channel] = state;
        if (!_isTouched[channel])
        {
            _isTouched[channel] = true;
            _touched[_touchedCount++] = channel;
        }
    }

    /// <summary>Tells the sink everything up to now; called now and then in long files.</summary>
    public void HandOver()
    {
        if (!_hasBegun)
        {
            return;
        }

        _edges.MoveTo(sink);
        for (var channel = 0; channel < _states.Length; channel++)
        {
            if (_states[channel] == LineState.Unknown && _unknownSince[channel] < Tick)
            {
                sink.Gap(new Gap(_unknownSince[channel], Tick, channel, null, unknownReason));
                _unknownSince[channel] = Tick;
            }
        }

        sink.Advance(Tick);
    }

    /// <summary>The end of the file: a last time at which nothing changes is the end of the capture, else it ends one tick later.</summary>
    /// <exception cref="InvalidOperationException">There never was a time.</exception>
    public void End()
    {
        if (!_hasTime)
        {
            throw new InvalidOperationException("A capture without a time has no end.");
        }

        Tick = Commit() ? Tick + 1 : Tick;
        HandOver();
        sink.End(Tick);
    }

    /// <summary>Makes edges and gaps of what was set at this time; false when that changes nothing.</summary>
    private bool Commit()
    {
        if (!_hasBegun)
        {
            Begin();
            return true;
        }

        var changed = false;
        for (var i = 0; i < _touchedCount; i++)
        {
            var channel = _touched[i];
            _isTouched[channel] = false;
            var (before, after) = (_states[channel], _next[channel]);
            if (before == after)
            {
                continue;
            }

            changed = true;
            _states[channel] = after;
            if (after == LineState.Unknown)
            {
                _unknownSince[channel] = Tick;
            }
            else if (before == LineState.Unknown)
            {
                _edges.MoveTo(sink);
                sink.Gap(new Gap(_unknownSince[channel], Tick, channel, null, unknownReason));
                _edges.Levels[channel] = after == LineState.High;
            }
            else
            {
                if (_edges.IsFull)
                {
                    _edges.MoveTo(sink);
                }

                _edges.Add(channel, Tick);
            }
        }

        _touchedCount = 0;
        return changed;
    }

    private void Begin()
    {
        _hasBegun = true;
        for (var i = 0; i < _touchedCount; i++)
        {
            _isTouched[_touched[i]] = false;
        }

        _touchedCount = 0;
        _next.CopyTo(_states, 0);
        Array.Fill(_unknownSince, _startTick);
        for (var channel = 0; channel < _states.Length; channel++)
        {
            _edges.Levels[channel] = _states[channel] == LineState.High;
        }

        sink.Begin(new CaptureHeader(
            timeBase,
            [.. names.Select((name, i) => new Channel(i, name, _states[i] == LineState.Unknown ? null : _states[i] == LineState.High))],
            _startTick));
    }

    private static LineState[] Filled(int count)
    {
        var states = new LineState[count];
        Array.Fill(states, LineState.Unknown);
        return states;
    }
}
