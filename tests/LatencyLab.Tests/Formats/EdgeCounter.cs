using LatencyLab.Signals;

namespace LatencyLab.Tests.Formats;

/// <summary>Counts edges a channel and holds the contract of the sink while it does so.</summary>
internal sealed class EdgeCounter : IEdgeSink
{
    private long[] _last = [];
    private long _complete = long.MinValue;

    public CaptureHeader? Header { get; private set; }

    public long[] Counts { get; private set; } = [];

    public List<Gap> Gaps { get; } = [];

    public long? EndTick { get; private set; }

    public void Begin(CaptureHeader header)
    {
        Assert.Null(Header);
        Header = header;
        Counts = new long[header.Channels.Count];
        _last = [.. header.Channels.Select(_ => header.StartTick)];
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        foreach (var tick in ticks)
        {
            Assert.True(tick > _last[channel] && tick >= _complete, $"tick {tick} of channel {channel} goes back");
            _last[channel] = tick;
        }

        Counts[channel] += ticks.Length;
    }

    public void Gap(Gap gap) => Gaps.Add(gap);

    public void Advance(long completeBeforeTick) => _complete = Math.Max(_complete, completeBeforeTick);

    public void End(long endTick)
    {
        Assert.Null(EndTick);
        EndTick = endTick;
    }
}
