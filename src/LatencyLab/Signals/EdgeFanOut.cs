namespace LatencyLab.Signals;

/// <summary>Hands edges to several sinks, in their order.</summary>
public sealed class EdgeFanOut(params IReadOnlyList<IEdgeSink> sinks) : IEdgeSink
{
    // An array is gone through without an enumerator, of which each block of edges would leave one behind.
    private readonly IEdgeSink[] _sinks = [.. sinks];

    public void Begin(CaptureHeader header)
    {
        foreach (var sink in _sinks)
        {
            sink.Begin(header);
        }
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        foreach (var sink in _sinks)
        {
            sink.Edges(channel, firstLevel, ticks);
        }
    }

    public void Gap(Gap gap)
    {
        foreach (var sink in _sinks)
        {
            sink.Gap(gap);
        }
    }

    public void Advance(long completeBeforeTick)
    {
        foreach (var sink in _sinks)
        {
            sink.Advance(completeBeforeTick);
        }
    }

    public void End(long endTick)
    {
        foreach (var sink in _sinks)
        {
            sink.End(endTick);
        }
    }
}
