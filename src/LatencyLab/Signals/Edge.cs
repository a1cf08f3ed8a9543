namespace LatencyLab.Signals;

/// <summary>One change of level.</summary>
/// <param name="Tick">Sampler tick at which the new level was first seen.</param>
/// <param name="Channel">Index of the channel in its capture.</param>
/// <param name="Level">Level after the edge: true is high, so true is a rising edge.</param>
public readonly record struct Edge(long Tick, int Channel, bool Level);

/// <summary>One captured line.</summary>
/// <param name="Index">Place of the channel in its capture, from 0.</param>
/// <param name="Name">Name as the source gives it: D0, TCK, stim.</param>
/// <param name="InitialLevel">Level at the first tick of the capture; null when the source doesn't know it until the first edge.</param>
public sealed record Channel(int Index, string Name, bool? InitialLevel = null);

/// <summary>
/// A span in which edges may have been lost: every tick t with FromTick &lt;= t &lt;= ToTick. Never silent, never bridged.
/// </summary>
/// <param name="FromTick">Last tick before which everything was seen (inclusive begin of the doubt).</param>
/// <param name="ToTick">First tick from which everything is seen again (inclusive end of the doubt).</param>
/// <param name="Channel">The channel it concerns; null for all of them.</param>
/// <param name="LostEdges">How many edges are known to be missing; null when unknown.</param>
/// <param name="Reason">What happened, in the words of the glossary: "frame lost", "sampler overrun", "no data between chunks".</param>
public sealed record Gap(long FromTick, long ToTick, int? Channel, long? LostEdges, string Reason)
{
    /// <summary>True where the gap concerns the channel and shares a tick with [fromTick, toTick].</summary>
    public bool Meets(int channel, long fromTick, long toTick) =>
        (Channel is null || Channel == channel) && FromTick <= toTick && fromTick <= ToTick;
}
