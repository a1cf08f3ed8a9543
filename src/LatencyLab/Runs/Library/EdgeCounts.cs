using LatencyLab.Signals;

namespace LatencyLab.Runs.Library;

/// <summary>Counts edges and keeps nothing.</summary>
internal sealed class EdgeCounts : IEdgeSink
{
    public long[] ByChannel { get; private set; } = [];

    public void Begin(CaptureHeader header) => ByChannel = new long[header.Channels.Count];

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => ByChannel[channel] += ticks.Length;

    public void Gap(Gap gap)
    {
    }

    public void Advance(long completeBeforeTick)
    {
    }

    public void End(long endTick)
    {
    }
}
