using LatencyLab.Analysis;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Runs.Pipeline;

/// <summary>Pairs as soon as the header says which channels there are.</summary>
/// <param name="rules">Channels and edges of a capture.</param>
/// <param name="also">Gets the time base, and returns who gets every pair; null for nobody.</param>
internal sealed class LatePairing(Func<CaptureHeader, PairingRules> rules, Func<TimeBase, IPairSink>? also) : IEdgeSink
{
    public LatencyPipeline? Pipeline { get; private set; }

    public void Begin(CaptureHeader header)
    {
        Pipeline = also is null ? new LatencyPipeline(rules(header)) : new LatencyPipeline(rules(header), also(header.TimeBase));
        Pipeline.Begin(header);
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => Pipeline!.Edges(channel, firstLevel, ticks);

    public void Gap(Gap gap) => Pipeline!.Gap(gap);

    public void Advance(long completeBeforeTick) => Pipeline!.Advance(completeBeforeTick);

    public void End(long endTick) => Pipeline!.End(endTick);
}
