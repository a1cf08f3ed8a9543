using LatencyLab.Units;

namespace LatencyLab.Signals;

/// <summary>Traces, gaps and time base of one recording in memory; immutable.</summary>
/// <param name="Header">Time base and channels.</param>
/// <param name="Traces">One a channel, in the order of their index.</param>
/// <param name="Gaps">Spans of doubt, by first tick.</param>
/// <param name="EndTick">First tick about which nothing is known.</param>
public sealed record Capture(CaptureHeader Header, IReadOnlyList<Trace> Traces, IReadOnlyList<Gap> Gaps, long EndTick)
{
    public TimeBase TimeBase => Header.TimeBase;

    /// <summary>Hands the whole capture to a sink, channel by channel in slices, as a reader would.</summary>
    public void CopyTo(IEdgeSink sink)
    {
        sink.Begin(Header);
        foreach (var gap in Gaps)
        {
            sink.Gap(gap);
        }

        foreach (var trace in Traces)
        {
            foreach (var stretch in trace.Stretches())
            {
                sink.Edges(trace.Channel.Index, stretch.FirstLevel, trace.Ticks.AsSpan(stretch.Start, stretch.Count));
            }
        }

        sink.Advance(EndTick);
        sink.End(EndTick);
    }
}

/// <summary>Collects a stream of edges into a <see cref="Capture"/>.</summary>
public sealed class CaptureCollector : IEdgeSink
{
    private readonly List<Gap> _gaps = [];
    private TraceCollector[] _traces = [];
    private CaptureHeader? _header;
    private long? _endTick;

    public void Begin(CaptureHeader header)
    {
        _header = header;
        _traces = [.. header.Channels.Select(c => new TraceCollector(c))];
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => _traces[channel].Add(firstLevel, ticks);

    public void Gap(Gap gap) => _gaps.Add(gap);

    public void Advance(long completeBeforeTick)
    {
    }

    public void End(long endTick) => _endTick = endTick;

    /// <summary>The capture so far; the end is that of the source, or the last edge plus one tick when the source never came to its end.</summary>
    /// <exception cref="InvalidOperationException">Nothing was begun.</exception>
    public Capture ToCapture()
    {
        var header = _header ?? throw new InvalidOperationException("No capture was begun.");
        var traces = _traces.Select(t => t.ToTrace()).ToArray();
        var last = traces.Max(t => t.Ticks.Length == 0 ? header.StartTick : t.Ticks[^1] + 1);
        return new Capture(header, traces, [.. _gaps.OrderBy(g => g.FromTick)], _endTick ?? last);
    }

    private sealed class TraceCollector(Channel channel)
    {
        private readonly List<TraceBreak> _breaks = [];
        private long[] _ticks = new long[64];
        private int _count;
        private bool _firstLevel;
        private bool _nextLevel;

        public void Add(bool firstLevel, ReadOnlySpan<long> ticks)
        {
            if (ticks.IsEmpty)
            {
                return;
            }

            if (_count == 0)
            {
                _firstLevel = firstLevel;
            }
            else if (firstLevel != _nextLevel)
            {
                _breaks.Add(new TraceBreak(_count, firstLevel));
            }

            if (_count + ticks.Length > _ticks.Length)
            {
                Array.Resize(ref _ticks, Math.Max(_count + ticks.Length, _ticks.Length * 2));
            }

            ticks.CopyTo(_ticks.AsSpan(_count));
            _count += ticks.Length;
            _nextLevel = (ticks.Length & 1) == 0 ? firstLevel : !firstLevel;
        }

        public Trace ToTrace() => new(channel, _firstLevel, _ticks[.._count], _breaks);
    }
}
