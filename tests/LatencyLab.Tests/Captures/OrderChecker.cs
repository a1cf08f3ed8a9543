using LatencyLab.Signals;

namespace LatencyLab.Tests.Captures;

/// <summary>A sink that holds its source to the order of calls that <see cref="IEdgeSink"/> promises.</summary>
internal sealed class OrderChecker : IEdgeSink
{
    private long?[] _lastTicks = [];
    private long _watermark = long.MinValue;

    public bool Ended { get; private set; }

    public void Begin(CaptureHeader header)
    {
        Assert.Empty(_lastTicks);
        _lastTicks = new long?[header.Channels.Count];
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        Assert.False(Ended);
        foreach (var tick in ticks)
        {
            Assert.True(tick > (_lastTicks[channel] ?? long.MinValue), "ticks don't rise");
            Assert.True(tick >= _watermark, "an edge came behind the watermark");
            _lastTicks[channel] = tick;
        }
    }

    public void Gap(Gap gap)
    {
        Assert.False(Ended);
        foreach (var (channel, last) in _lastTicks.Index().Where(c => gap.Channel is null || c.Index == gap.Channel))
        {
            Assert.True(last is null || last < gap.FromTick, $"a gap was announced after an edge of channel {channel} behind it");
        }
    }

    public void Advance(long completeBeforeTick) => _watermark = Math.Max(_watermark, completeBeforeTick);

    public void End(long endTick)
    {
        Assert.False(Ended);
        Assert.All(_lastTicks, t => Assert.True(t is null || t < endTick));
        Ended = true;
    }
}
