using System.Buffers;
using Parquet.Meta;
using ZstdSharp;

namespace LatencyLab.Captures;

/// <summary>One page of a column chunk, as its header tells: where its bytes are, how many, and what they hold.</summary>
internal readonly record struct ParquetPage(long Offset, int PackedBytes, int Bytes, bool IsData, int Values, Encoding Encoding);

/// <summary>
/// The columns of a capture out of their pages, into arrays that are used again. Parquet.Net copies each page several times into memory that is new each
/// time, which takes three times as long as to inflate and decode; it still reads columns that other programs saved in another encoding.
/// </summary>
internal sealed class ParquetPages(FileStream file) : IDisposable
{
    // A value of any width is read as eight bytes; those of the last one may lie behind the page.
    private const int Slack = 16;

    private readonly Decompressor _zstd = new();
    private byte[] _packed = [];
    private byte[] _page = [];

    public void Dispose()
    {
        _zstd.Dispose();
        ArrayPool<byte>.Shared.Return(_packed);
        ArrayPool<byte>.Shared.Return(_page);
        (_packed, _page) = ([], []);
    }

    /// <summary>True where the column is written the way LatencyLab writes it: required values, zstd, and the encodings that are decoded here.</summary>
    public static bool Covers(ColumnMetaData column, IReadOnlyList<ParquetPage> pages) => column.Codec == CompressionCodec.ZSTD && pages.All(p =>
        p.IsData && (p.Encoding == Encoding.PLAIN || (p.Encoding == Encoding.DELTA_BINARY_PACKED && column.Type == Parquet.Meta.Type.INT64)));

    /// <summary>Ticks: INT64, plain or as differences.</summary>
    /// <exception cref="InvalidDataException">The pages don't hold as many values, or are damaged.</exception>
    public void Read(IReadOnlyList<ParquetPage> pages, Span<long> ticks)
    {
        foreach (var page in pages)
        {
            var values = Values(page, ref ticks);
            var bytes = Inflate(page);
            if (page.Encoding == Encoding.PLAIN)
            {
                Require(bytes, (long)values.Length * sizeof(long));
                PlainValues.ToLongs(bytes, values);
            }
            else
            {
                DeltaBinaryPacked.Decode(_page, bytes.Length, values);
            }
        }

        RequireAll(ticks.Length);
    }

    /// <summary>Channels: INT32 that stand for a byte.</summary>
    /// <inheritdoc cref="Read(IReadOnlyList{ParquetPage}, Span{long})" path="/exception"/>
    public void Read(IReadOnlyList<ParquetPage> pages, Span<byte> channels)
    {
        foreach (var page in pages)
        {
            var values = Values(page, ref channels);
            var bytes = Inflate(page);
            Require(bytes, (long)values.Length * sizeof(int));
            if (!PlainValues.TryToBytes(bytes, values))
            {
                throw new InvalidDataException("a channel is no byte");
            }
        }

        RequireAll(channels.Length);
    }

    /// <summary>Levels: one bit each, the lowest first.</summary>
    /// <inheritdoc cref="Read(IReadOnlyList{ParquetPage}, Span{long})" path="/exception"/>
    public void Read(IReadOnlyList<ParquetPage> pages, Span<bool> levels)
    {
        foreach (var page in pages)
        {
            var values = Values(page, ref levels);
            var bytes = Inflate(page);
            Require(bytes, (values.Length + 7) / 8);
            PlainValues.ToBools(bytes, values);
        }

        RequireAll(levels.Length);
    }

    private static Span<T> Values<T>(ParquetPage page, ref Span<T> left)
    {
        if (page.Values > left.Length)
        {
            throw new InvalidDataException("a column has more values than the row group has rows");
        }

        var values = left[..page.Values];
        left = left[page.Values..];
        return values;
    }

    // Sizes were held to what a capture can need when the header was read (ParquetGuard).
    private ReadOnlySpan<byte> Inflate(ParquetPage page)
    {
        EnsureLength(ref _packed, page.PackedBytes);
        EnsureLength(ref _page, page.Bytes + Slack);
        file.Position = page.Offset;
        file.ReadExactly(_packed, 0, page.PackedBytes);
        var length = _zstd.Unwrap(_packed.AsSpan(0, page.PackedBytes), _page.AsSpan(0, page.Bytes));
        return length == page.Bytes ? _page.AsSpan(0, length) : throw new InvalidDataException("a page is shorter than its header says");
    }

    private static void EnsureLength(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(length);
        }
    }

    private static void Require(ReadOnlySpan<byte> bytes, long length)
    {
        if (bytes.Length < length)
        {
            throw new InvalidDataException("a page holds fewer values than its header says");
        }
    }

    private static void RequireAll(int missing)
    {
        if (missing > 0)
        {
            throw new InvalidDataException("a column has fewer values than the row group has rows");
        }
    }
}
