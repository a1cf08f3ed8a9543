using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Runs.Periodic;

/// <summary>
/// Captures of one wire, one after another, as channels of a single recording: channel k is the wire during capture k and low otherwise. The time
/// between two captures isn't known and stands as one millisecond.
/// </summary>
public sealed class CaptureSequence
{
    private readonly IEdgeSink _sink;
    private readonly TimeBase _timeBase;
    private readonly List<Gap> _gaps = [];
    private readonly long[] _edges;
    private long _offset;

    /// <summary>Begins the recording.</summary>
    public CaptureSequence(IEdgeSink sink, TimeBase timeBase, IReadOnlyList<string> channels)
    {
        _sink = sink;
        _timeBase = timeBase;
        _edges = new long[channels.Count];
        sink.Begin(new CaptureHeader(timeBase, [.. channels.Select((name, index) => new Channel(index, name))]));
    }

    /// <summary>Gaps of all captures, in the recording's time.</summary>
    public IReadOnlyList<Gap> Gaps => _gaps;

    /// <summary>Edges by channel.</summary>
    public IReadOnlyList<long> Edges => _edges;

    /// <summary>Where the edges of the next capture go.</summary>
    public IEdgeSink Next(int channel) => new Part(this, channel);

    /// <summary>Ends the recording.</summary>
    public void End()
    {
        _sink.Advance(_offset);
        _sink.End(_offset);
    }

    private sealed class Part(CaptureSequence whole, int channel) : IEdgeSink
    {
        private long[] _shifted = [];

        public void Begin(CaptureHeader header)
        {
        }

        public void Edges(int onlyChannel, bool firstLevel, ReadOnlySpan<long> ticks)
        {
            if (_shifted.Length < ticks.Length)
            {
                _shifted = new long[ticks.Length];
            }

            for (var i = 0; i < ticks.Length; i++)
            {
                _shifted[i] = ticks[i] + whole._offset;
            }

            whole._edges[channel] += ticks.Length;
            whole._sink.Edges(channel, firstLevel, _shifted.AsSpan(0, ticks.Length));
        }

        public void Gap(Gap gap)
        {
            var moved = gap with { FromTick = gap.FromTick + whole._offset, ToTick = gap.ToTick + whole._offset, Channel = channel };
            whole._gaps.Add(moved);
            whole._sink.Gap(moved);
        }

        public void Advance(long completeBeforeTick) => whole._sink.Advance(completeBeforeTick + whole._offset);

        public void End(long endTick) => whole._offset += endTick + Math.Max(1, whole._timeBase.TickHz / 1000);
    }
}
