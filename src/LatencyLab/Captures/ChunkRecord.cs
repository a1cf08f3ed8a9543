using System.Buffers.Binary;
using System.IO.Hashing;

namespace LatencyLab.Captures;

/// <summary>What a record of a chunk log holds.</summary>
internal enum ChunkKind : byte
{
    /// <summary>Metadata as JSON. Stands twice at the start, so that no single damage makes a log unreadable.</summary>
    Header = 1,

    /// <summary>Edges of one channel.</summary>
    Edges = 2,

    /// <summary>A span of doubt.</summary>
    Gap = 3,

    /// <summary>The watermark, and how many edges each channel has in the log so far.</summary>
    Advance = 4,

    /// <summary>Totals; the last record of a log that was closed.</summary>
    End = 5,
}

/// <summary>
/// Frame of a record in a chunk log, little endian:
/// <code>
/// "LLC1" · kind u8 · 0 u8 · 0 u16 · length u32 · sequence u32 · nonce u32 · payload (length bytes) · CRC-32 u32 over kind to payload
/// </code>
/// The nonce is the same in all records of a log and tells them from remains of another one. Payloads:
/// <code>
/// Header   JSON, see CaptureMetadata
/// Edges    channel u16 · level after the first edge u16 · count u32 · index of the first edge in its channel u64 · first tick i64 · last tick i64 ·
///          gap records before u32 · (count - 1) differences to the previous tick as LEB128
/// Gap      from tick i64 · to tick i64 · channel i32 (-1 all) · lost edges i64 (-1 unknown) · reason as UTF-8
/// Advance  watermark i64 · gap records before u32 · edges so far u64 a channel
/// End      end tick i64 · gap records u32 · edges u64 a channel
/// </code>
/// Index, totals and gap counts let a reader say exactly which channel lost how many edges to a damaged stretch, and that another lost none.
/// </summary>
internal static class ChunkRecord
{
    public const int HeadBytes = 20;
    public const int CrcBytes = 4;
    public const int MaxPayloadBytes = 1 << 20;
    public const int MaxEdges = 4096;
    public const int EdgesHeadBytes = 36;
    public const int GapHeadBytes = 28;

    /// <summary>A 64-bit difference needs at most ten groups of seven bits.</summary>
    public const int MaxDifferenceBytes = 10;

    public const int MaxEdgesPayloadBytes = EdgesHeadBytes + (MaxEdges * MaxDifferenceBytes);

    /// <summary>First bytes of every record, and so of every log.</summary>
    public static ReadOnlySpan<byte> Magic => "LLC1"u8;

    /// <summary>Bytes of the payload of Advance and End.</summary>
    public static int TotalsBytes(int channels) => 12 + (8 * channels);

    /// <summary>Frames the payload that already stands at <see cref="HeadBytes"/> in the buffer.</summary>
    /// <returns>Length of the whole record.</returns>
    public static int Seal(Span<byte> buffer, ChunkKind kind, int payloadBytes, uint sequence, uint nonce)
    {
        Magic.CopyTo(buffer);
        buffer[4] = (byte)kind;
        buffer[5..8].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(buffer[8..], payloadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[12..], sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[16..], nonce);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[(HeadBytes + payloadBytes)..], Crc32.HashToUInt32(buffer[4..(HeadBytes + payloadBytes)]));
        return HeadBytes + payloadBytes + CrcBytes;
    }
}
