using LatencyLab.Units;

namespace LatencyLab.Signals;

/// <summary>What a source knows before its first edge.</summary>
/// <param name="TimeBase">Ticks per second.</param>
/// <param name="Channels">The captured lines in the order of their index.</param>
/// <param name="StartTick">First tick of the capture; edges before it don't exist. Negative in formats that count from a trigger.</param>
public sealed record CaptureHeader(TimeBase TimeBase, IReadOnlyList<Channel> Channels, long StartTick = 0);

/// <summary>
/// Where edges go: the one way from samplers and readers to whatever pairs, counts, stores or collects them. Calls come in this order:
/// Begin, then any number of Edges, Gap and Advance, then End. Blocks of different channels come in any order; within one channel ticks rise
/// strictly, except that a gap may stand between them. Implementations copy what they keep: the spans are reused.
/// </summary>
public interface IEdgeSink
{
    void Begin(CaptureHeader header);

    /// <summary>The next edges of one channel.</summary>
    /// <param name="channel">Index of the channel.</param>
    /// <param name="firstLevel">Level after the first edge of the block; levels alternate inside the block.</param>
    /// <param name="ticks">Strictly rising ticks, none earlier than the channel's previous edge.</param>
    void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks);

    /// <summary>Edges may be missing here. Announced before any later edge of a channel that it concerns.</summary>
    void Gap(Gap gap);

    /// <summary>Every edge and gap of every channel before this tick has been handed over: the watermark up to which channels can be merged.</summary>
    void Advance(long completeBeforeTick);

    /// <summary>The end of the capture: the first tick about which nothing is known.</summary>
    void End(long endTick);
}
