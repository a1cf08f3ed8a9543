using System.IO.Compression;
using Parquet;
using Parquet.Schema;

namespace LatencyLab.Captures;

/// <summary>The table in which edges are kept, for LatencyLab and for everything else that reads Parquet.</summary>
internal static class ParquetEdges
{
    /// <summary>Key in the footer under which <see cref="CaptureMetadata"/> stands.</summary>
    public const string MetadataKey = "latencylab";

    /// <summary>Rows of a group: larger ones save nothing and cost memory in proportion.</summary>
    public const int RowsPerGroup = 1 << 20;

    public static DataField<long> Ticks { get; } = new("t_ticks");

    public static DataField<byte> Channels { get; } = new("channel");

    public static DataField<bool> Levels { get; } = new("level");

    public static ParquetSchema Schema { get; } = new(Ticks, Channels, Levels);

    /// <summary>
    /// Differences of ticks instead of a dictionary, and zstd at its fastest: at other levels Parquet.Net takes 15 times as long for a tenth less.
    /// </summary>
    public static ParquetOptions Options { get; } = new()
    {
        CompressionMethod = CompressionMethod.Zstd,
        CompressionLevel = CompressionLevel.Fastest,
        ColumnEncodingHints = { ["t_ticks"] = EncodingHint.DeltaBinaryPacked },
    };
}
