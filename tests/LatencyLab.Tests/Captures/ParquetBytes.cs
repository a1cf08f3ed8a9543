using System.Buffers.Binary;
using System.Text;
using LatencyLab.Captures;
using LatencyLab.Signals;
using LatencyLab.Units;
using ZstdSharp;

namespace LatencyLab.Tests.Captures;

/// <summary>A Parquet file byte by byte (parquet.thrift and Encodings.md of apache/parquet-format), so that each of its numbers can be a lie.</summary>
internal sealed record ParquetBytes
{
    public const int Plain = 0;
    public const int PlainDictionary = 2;
    public const int Differences = 5;
    public const int RleDictionary = 8;
    public const int Uncompressed = 0;
    public const int Zstd = 6;

    /// <summary>Ticks 1, 3, 5 of D0 and 2 of D1.</summary>
    public static ParquetBytes Sound { get; } = new()
    {
        Groups =
        [
            new([Longs("t_ticks", 1, 2, 3, 5), Bytes("channel", 0, 1, 0, 0), Bools("level", true, true, false, true)], 4),
        ],
    };

    public IReadOnlyList<ParquetGroup> Groups { get; init; } = [];

    public string? Metadata { get; init; } = Text(new CaptureMetadata(
        new CaptureHeader(new TimeBase(1_000_000), [new Channel(0, "D0", false), new Channel(1, "D1")]), new CaptureOrigin("r"), 10, []));

    public static string Text(CaptureMetadata metadata) => Encoding.UTF8.GetString(metadata.ToUtf8());

    public static ParquetColumn Longs(string name, params long[] values) => new(name, 2, [new ParquetPagePart(0, Plain, values.Length, LongBytes(values))]);

    public static ParquetColumn Bytes(string name, params int[] values) => new(name, 1, [new ParquetPagePart(0, Plain, values.Length, IntBytes(values))]);

    public static ParquetColumn Bools(string name, params bool[] values)
    {
        var bits = new byte[(values.Length + 7) / 8];
        for (var i = 0; i < values.Length; i++)
        {
            bits[i / 8] |= (byte)(values[i] ? 1 << (i % 8) : 0);
        }

        return new ParquetColumn(name, 0, [new ParquetPagePart(0, Plain, values.Length, bits)]);
    }

    public static byte[] LongBytes(params long[] values)
    {
        var bytes = new byte[values.Length * sizeof(long)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        }

        return bytes;
    }

    public static byte[] IntBytes(params int[] values)
    {
        var bytes = new byte[values.Length * sizeof(int)];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), values[i]);
        }

        return bytes;
    }

    /// <summary>The same with another column of one name in the first group.</summary>
    public ParquetBytes With(ParquetColumn column) => this with { Groups = [Groups[0].With(column), .. Groups.Skip(1)] };

    /// <summary>The same with a change of the column of one name in the first group.</summary>
    public ParquetBytes With(string column, Func<ParquetColumn, ParquetColumn> change) => With(change(Groups[0].Columns.Single(c => c.Name == column)));

    public byte[] ToArray()
    {
        var file = new List<byte>("PAR1"u8.ToArray());
        var groups = new List<byte[]>();
        foreach (var group in Groups)
        {
            groups.Add(new Thrift().List(1, 12, [.. group.Columns.Select(c => Chunk(file, c))]).Int(2, 6, 100).Int(3, 6, group.Rows).End());
        }

        var columns = Groups.Count > 0 ? Groups[0].Columns : Sound.Groups[0].Columns;
        byte[][] schema =
        [
            new Thrift().Text(4, "root").Int(5, 5, columns.Count).End(),
            .. columns.Select(c => new Thrift().Int(1, 5, c.Type).Int(3, 5, c.Repetition).Text(4, c.Name).Int(6, 5, c.Type == 1 ? 11 : null).End()),
        ];
        var footer = new Thrift().Int(1, 5, 1).List(2, 12, schema).Int(3, 6, Groups.Sum(g => g.Rows)).List(4, 12, [.. groups]);
        if (Metadata is not null)
        {
            footer.List(5, 12, [new Thrift().Text(1, "latencylab").Text(2, Metadata).End()]);
        }

        var bytes = footer.End();
        return [.. file, .. bytes, .. BitConverter.GetBytes(bytes.Length), .. "PAR1"u8];
    }

    private static byte[] Chunk(List<byte> file, ParquetColumn column)
    {
        var (begin, data) = ((long)file.Count, (long?)null);
        foreach (var page in column.Pages)
        {
            var packed = column.Codec == Zstd ? new Compressor().Wrap(page.Bytes).ToArray() : page.Bytes;
            data = page.Kind == 0 ? data ?? file.Count : data;
            var details = new Thrift().Int(1, 5, page.Values).Int(2, 5, page.Encoding);
            var head = new Thrift().Int(1, 5, page.Kind).Int(2, 5, page.ClaimedBytes ?? page.Bytes.Length).Int(3, 5, page.ClaimedPacked ?? packed.Length);
            file.AddRange((page.Kind == 0 ? head.Struct(5, details.Int(3, 5, 3).Int(4, 5, 3).End()) : head.Struct(7, details.End())).End());
            file.AddRange(packed);
        }

        var meta = new Thrift().Int(1, 5, column.Type).List(2, 5, [[0]]).List(3, 8, [[(byte)column.Name.Length, .. Encoding.ASCII.GetBytes(column.Name)]]).Int(4, 5, column.Codec)
            .Int(5, 6, column.Pages.Where(p => p.Kind == 0).Sum(p => p.Values)).Int(6, 6, 100).Int(7, 6, column.ClaimedBytes ?? file.Count - begin)
            .Int(9, 6, column.ClaimedOffset ?? data ?? begin).Int(11, 6, column.Pages.Any(p => p.Kind == 2) ? begin : null);
        if (column.Range is var (least, most))
        {
            meta.Struct(12, new Thrift().Binary(5, LongBytes(most)).Binary(6, LongBytes(least)).End());
        }

        var chunk = new Thrift().Int(2, 6, begin);
        return (column.HasMetadata ? chunk.Struct(3, meta.End()) : chunk).End();
    }
}

/// <summary>A row group.</summary>
internal sealed record ParquetGroup(IReadOnlyList<ParquetColumn> Columns, long Rows)
{
    public ParquetGroup With(ParquetColumn column) => this with { Columns = [.. Columns.Select(c => c.Name == column.Name ? column : c)] };
}

/// <summary>A column of a group; what is claimed stands in the footer in the place of what is true.</summary>
internal sealed record ParquetColumn(string Name, int Type, IReadOnlyList<ParquetPagePart> Pages)
{
    public int Codec { get; init; } = ParquetBytes.Zstd;

    public int Repetition { get; init; }

    public bool HasMetadata { get; init; } = true;

    public long? ClaimedBytes { get; init; }

    public long? ClaimedOffset { get; init; }

    public (long Least, long Most)? Range { get; init; }

    public ParquetColumn Page(Func<ParquetPagePart, ParquetPagePart> change) => this with { Pages = [change(Pages[0]), .. Pages.Skip(1)] };
}

/// <summary>A page; kind 0 is data, 2 a dictionary.</summary>
internal sealed record ParquetPagePart(int Kind, int Encoding, int Values, byte[] Bytes)
{
    public int? ClaimedBytes { get; init; }

    public int? ClaimedPacked { get; init; }
}

/// <summary>A structure in Thrift's compact protocol; members in rising order.</summary>
internal sealed class Thrift
{
    private readonly List<byte> _bytes = [];
    private int _last;

    public static byte[] Number(ulong number)
    {
        var bytes = new List<byte>();
        for (; number > 0x7F; number >>= 7)
        {
            bytes.Add((byte)(number | 0x80));
        }

        return [.. bytes, (byte)number];
    }

    public static ulong Zigzag(long number) => (ulong)((number << 1) ^ (number >> 63));

    /// <summary>A number of kind 5 (32 bits) or 6 (64 bits); left away where it is null.</summary>
    public Thrift Int(int id, int kind, long? number) => number is { } there ? Add(id, kind, Number(Zigzag(there))) : this;

    public Thrift Text(int id, string text) => Binary(id, Encoding.UTF8.GetBytes(text));

    public Thrift Binary(int id, byte[] bytes) => Add(id, 8, [.. Number((ulong)bytes.Length), .. bytes]);

    public Thrift Struct(int id, byte[] structure) => Add(id, 12, structure);

    public Thrift List(int id, int kind, byte[][] items) =>
        Add(id, 9, [.. items.Length < 15 ? [(byte)((items.Length << 4) | kind)] : (byte[])[(byte)(0xF0 | kind), .. Number((ulong)items.Length)], .. items.SelectMany(i => i)]);

    public Thrift Add(int id, int kind, byte[] value)
    {
        _bytes.Add((byte)(((id - _last) << 4) | kind));
        _bytes.AddRange(value);
        _last = id;
        return this;
    }

    public byte[] End() => [.. _bytes, 0];
}
