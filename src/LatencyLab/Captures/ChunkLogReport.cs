namespace LatencyLab.Captures;

/// <summary>What a chunk log holds and in which state it is.</summary>
/// <param name="Metadata">Header and origin, with the end and all gaps: recorded ones and those that damage made.</param>
/// <param name="EdgesByChannel">Edges that can be read, by channel.</param>
/// <param name="HasEnd">True where the log was closed with its end record.</param>
/// <param name="Damages">Stretches that can't be read; none in an undamaged log.</param>
/// <param name="Bytes">Length of the file.</param>
public sealed record ChunkLogReport(
    CaptureMetadata Metadata, IReadOnlyList<long> EdgesByChannel, bool HasEnd, IReadOnlyList<ChunkLogDamage> Damages, long Bytes)
{
    /// <summary>Closed properly and undamaged: it holds everything that was handed to it.</summary>
    public bool IsClean => HasEnd && Damages.Count == 0;

    public long Edges => EdgesByChannel.Sum();
}

/// <summary>A stretch of a chunk log without readable records.</summary>
/// <param name="ByteOffset">Where it begins.</param>
/// <param name="Bytes">How long it is; 0 where whole records are missing without a trace.</param>
/// <param name="LostRecords">Records that are missing by their numbers.</param>
public sealed record ChunkLogDamage(long ByteOffset, long Bytes, long LostRecords);
