using System.Buffers.Binary;
using Parquet.Meta;

namespace LatencyLab.Captures;

/// <summary>
/// Looks at a Parquet file before Parquet.Net does. That library trusts what it reads: a footer without its last byte made it loop for ever, and
/// a page may claim any size. What passes here has the structure that LatencyLab writes, and sizes that fit the file.
/// </summary>
internal static class ParquetGuard
{
    private const int TailBytes = 8;
    private const int MaxFooterBytes = 64 << 20;
    private const int MaxPageHeaderBytes = 4096;

    // Members of a page header, kinds of pages and encodings by their numbers in parquet.thrift of apache/parquet-format.
    private const int DataPageHeader = 5;
    private const int DictionaryPageHeader = 7;
    private const int DataPage = 0;
    private const int DictionaryPage = 2;
    private const int Plain = 0;
    private const int PlainDictionary = 2;
    private const int DeltaBinaryPacked = 5;
    private const int RleDictionary = 8;

    // Eight bytes a row, and what the encoding adds at worst.
    private const int MaxPageBytes = ParquetEdges.RowsPerGroup * 12;

    /// <summary>Checks the footer.</summary>
    /// <exception cref="CaptureFormatException">It isn't one, or not of the structure that LatencyLab writes.</exception>
    public static void CheckFooter(Stream file, string path)
    {
        if (file.Length < TailBytes + 4)
        {
            throw new CaptureFormatException("The Parquet file is too short.", path, file.Length, "It may be truncated: copy it again.");
        }

        Span<byte> tail = stackalloc byte[TailBytes];
        file.Position = file.Length - TailBytes;
        file.ReadExactly(tail);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (!tail[4..].SequenceEqual("PAR1"u8) || length > file.Length - TailBytes - 4 || length > MaxFooterBytes)
        {
            throw new CaptureFormatException("The Parquet file has no footer.", path, file.Length - TailBytes, "It may be truncated: copy it again, or recover the run from its log.");
        }

        var footer = new byte[length];
        file.Position = file.Length - TailBytes - length;
        file.ReadExactly(footer);
        if (ThriftShape.FileMetaData.Measure(footer, []) != footer.Length)
        {
            throw new CaptureFormatException(
                "The footer of the Parquet file is damaged, or of a kind that LatencyLab doesn't write.", path, file.Length - TailBytes - length,
                "Read the original file; a table that another program saved isn't a capture.");
        }
    }

    /// <summary>The pages of a column chunk, once they are known to be where the footer says, and their sizes to be possible.</summary>
    /// <exception cref="CaptureFormatException">They aren't.</exception>
    public static List<ParquetPage> Pages(Stream file, string path, ColumnChunk chunk)
    {
        var pages = new List<ParquetPage>();
        var column = chunk.MetaData!;
        var offset = Math.Min(column.DictionaryPageOffset ?? long.MaxValue, column.DataPageOffset);
        if (offset < 4 || column.TotalCompressedSize < 0 || column.TotalCompressedSize > file.Length || offset > file.Length - column.TotalCompressedSize)
        {
            throw Lies(path, null);
        }

        var end = offset + column.TotalCompressedSize;
        Span<byte> head = stackalloc byte[MaxPageHeaderBytes];
        Span<int> numbers = stackalloc int[10];
        while (offset < end)
        {
            var bytes = head[..(int)Math.Min(head.Length, end - offset)];
            file.Position = offset;
            file.ReadExactly(bytes);
            numbers.Clear();
            var length = ThriftShape.PageHeader.Measure(bytes, numbers);
            var (asIs, compressed) = (numbers[2], numbers[3]);
            if (length is not { } headBytes || asIs < 0 || asIs > MaxPageBytes || compressed < 0 || compressed > end - offset - headBytes || !IsDecodable(numbers, column.Type))
            {
                throw Lies(path, offset);
            }

            var isData = numbers[1] == DataPage;
            pages.Add(new ParquetPage(offset + headBytes, compressed, asIs, isData, numbers[isData ? DataPageHeader + 1 : DictionaryPageHeader + 1], (Encoding)numbers[isData ? DataPageHeader + 2 : DictionaryPageHeader + 2]));
            offset += headBytes + compressed;
        }

        return pages;
    }

    // Parquet.Net 6.1.0 decodes run lengths as 32-bit numbers into whatever the column holds: into bytes it writes past their end, and the process dies.
    // Only what these columns are written with is let through, by LatencyLab or by a program that saved them again.
    private static bool IsDecodable(ReadOnlySpan<int> page, Parquet.Meta.Type type)
    {
        var (dataValues, dataEncoding, dictionaryValues, dictionaryEncoding) = (page[DataPageHeader + 1], page[DataPageHeader + 2], page[DictionaryPageHeader + 1], page[DictionaryPageHeader + 2]);
        return page[1] switch
        {
            DataPage => dataValues is >= 0 and <= ParquetEdges.RowsPerGroup
                && (dataEncoding == Plain || (dataEncoding is PlainDictionary or DeltaBinaryPacked or RleDictionary && type != Parquet.Meta.Type.BOOLEAN)),
            DictionaryPage => dictionaryValues is >= 0 and <= ParquetEdges.RowsPerGroup && dictionaryEncoding is Plain or PlainDictionary,
            _ => false,
        };
    }

    private static CaptureFormatException Lies(string path, long? offset) =>
        new("A column of the Parquet file is damaged: its pages aren't what the footer says.", path, offset, "Copy the file again, or recover the run from its log.");
}
