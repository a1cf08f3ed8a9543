namespace LatencyLab.Captures;

/// <summary>
/// Which members a structure in Parquet's own metadata may have, and of which kind (Thrift compact protocol; parquet.thrift of apache/parquet-format).
/// Walking over the bytes with it, before Parquet.Net sees them, keeps lying lengths, wrong kinds and endless nesting away from a reader that
/// takes them at their word.
/// </summary>
internal sealed class ThriftShape(params (int Id, ThriftKind Kind, ThriftShape? Of)[] members)
{
    private static readonly ThriftShape KeyValue = new((1, ThriftKind.Binary, null), (2, ThriftKind.Binary, null));

    private static readonly ThriftShape Statistics = new(
        (1, ThriftKind.Binary, null), (2, ThriftKind.Binary, null), (3, ThriftKind.I64, null), (4, ThriftKind.I64, null),
        (5, ThriftKind.Binary, null), (6, ThriftKind.Binary, null), (7, ThriftKind.Bool, null), (8, ThriftKind.Bool, null));

    // Of all logical types only the one of whole numbers is needed: channel is an unsigned byte.
    private static readonly ThriftShape LogicalType = new((10, ThriftKind.Struct, new((1, ThriftKind.I8, null), (2, ThriftKind.Bool, null))));

    private static readonly ThriftShape SchemaElement = new(
        (1, ThriftKind.I32, null), (2, ThriftKind.I32, null), (3, ThriftKind.I32, null), (4, ThriftKind.Binary, null), (5, ThriftKind.I32, null),
        (6, ThriftKind.I32, null), (7, ThriftKind.I32, null), (8, ThriftKind.I32, null), (9, ThriftKind.I32, null), (10, ThriftKind.Struct, LogicalType));

    private static readonly ThriftShape ColumnMetaData = new(
        (1, ThriftKind.I32, null), (2, ThriftKind.ListOfI32, null), (3, ThriftKind.ListOfBinary, null), (4, ThriftKind.I32, null), (5, ThriftKind.I64, null),
        (6, ThriftKind.I64, null), (7, ThriftKind.I64, null), (8, ThriftKind.ListOfStruct, KeyValue), (9, ThriftKind.I64, null), (10, ThriftKind.I64, null),
        (11, ThriftKind.I64, null), (12, ThriftKind.Struct, Statistics),
        (13, ThriftKind.ListOfStruct, new((1, ThriftKind.I32, null), (2, ThriftKind.I32, null), (3, ThriftKind.I32, null))));

    private static readonly ThriftShape ColumnChunk = new((1, ThriftKind.Binary, null), (2, ThriftKind.I64, null), (3, ThriftKind.Struct, ColumnMetaData));

    private static readonly ThriftShape RowGroup = new(
        (1, ThriftKind.ListOfStruct, ColumnChunk), (2, ThriftKind.I64, null), (3, ThriftKind.I64, null), (5, ThriftKind.I64, null), (6, ThriftKind.I64, null),
        (7, ThriftKind.I16, null));

    private readonly Dictionary<int, (ThriftKind Kind, ThriftShape? Of)> _members = members.ToDictionary(m => m.Id, m => (m.Kind, m.Of));

    /// <summary>The footer of a file.</summary>
    public static ThriftShape FileMetaData { get; } = new(
        (1, ThriftKind.I32, null), (2, ThriftKind.ListOfStruct, SchemaElement), (3, ThriftKind.I64, null), (4, ThriftKind.ListOfStruct, RowGroup),
        (5, ThriftKind.ListOfStruct, KeyValue), (6, ThriftKind.Binary, null));

    /// <summary>What stands before each page of data: kind, size as is, size compressed, then details.</summary>
    public static ThriftShape PageHeader { get; } = new(
        (1, ThriftKind.I32, null), (2, ThriftKind.I32, null), (3, ThriftKind.I32, null), (4, ThriftKind.I32, null),
        (5, ThriftKind.Struct, new(
            (1, ThriftKind.I32, null), (2, ThriftKind.I32, null), (3, ThriftKind.I32, null), (4, ThriftKind.I32, null), (5, ThriftKind.Struct, Statistics))),
        (7, ThriftKind.Struct, new((1, ThriftKind.I32, null), (2, ThriftKind.I32, null), (3, ThriftKind.Bool, null))));

    /// <summary>Length of the structure at the begin of the bytes; null where they aren't one of this shape.</summary>
    /// <param name="bytes">The structure and what follows.</param>
    /// <param name="numbers">Gets the 32-bit members by their id, and those of a structure inside at its id plus their own, as far as there is room.</param>
    public int? Measure(ReadOnlySpan<byte> bytes, Span<int> numbers)
    {
        var reader = new ThriftCursor(bytes);
        return Walk(ref reader, numbers) ? reader.Position : null;
    }

    private bool Walk(ref ThriftCursor reader, Span<int> numbers)
    {
        var id = 0;
        while (reader.TryByte(out var head))
        {
            if (head == 0)
            {
                return true;
            }

            // Members come in rising order with short differences; nobody writes them otherwise.
            id += head >> 4;
            if (head >> 4 == 0 || !_members.TryGetValue(id, out var member) || !TryValue(ref reader, head & 0xF, member, id < numbers.Length ? numbers[id..] : []))
            {
                return false;
            }
        }

        return false;
    }

    private static bool TryValue(ref ThriftCursor reader, int kind, (ThriftKind Kind, ThriftShape? Of) member, Span<int> number) => member.Kind switch
    {
        ThriftKind.Bool => kind is 1 or 2,
        ThriftKind.I8 => kind == (int)ThriftKind.I8 && reader.TryByte(out _),
        ThriftKind.I16 or ThriftKind.I32 or ThriftKind.I64 => kind == (int)member.Kind && reader.TryNumber(number),
        ThriftKind.Binary => kind == (int)ThriftKind.Binary && reader.TryBinary(),
        ThriftKind.Struct => kind == (int)ThriftKind.Struct && member.Of!.Walk(ref reader, number),
        _ => kind == (int)ThriftKind.List && TryList(ref reader, member),
    };

    private static bool TryList(ref ThriftCursor reader, (ThriftKind Kind, ThriftShape? Of) member)
    {
        if (!reader.TryList(out var kind, out var count) || (kind != (int)member.Kind % 16 && count > 0))
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            var isRead = member.Kind switch
            {
                ThriftKind.ListOfI32 => reader.TryNumber([]),
                ThriftKind.ListOfBinary => reader.TryBinary(),
                _ => member.Of!.Walk(ref reader, []),
            };
            if (!isRead)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Kinds of values with the numbers of the compact protocol; a list is 16 plus the kind of its elements.</summary>
internal enum ThriftKind
{
    Bool = 1,
    I8 = 3,
    I16 = 4,
    I32 = 5,
    I64 = 6,
    Binary = 8,
    List = 9,
    Struct = 12,
    ListOfI32 = 16 + I32,
    ListOfBinary = 16 + Binary,
    ListOfStruct = 16 + Struct,
}

/// <summary>Reads values of the compact protocol from bytes, never past their end.</summary>
internal ref struct ThriftCursor(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public bool TryByte(out byte value)
    {
        var isThere = Position < _bytes.Length;
        value = isThere ? _bytes[Position] : (byte)0;
        Position += isThere ? 1 : 0;
        return isThere;
    }

    /// <summary>A zigzag number; kept in the first place of the span, if there is one, when it fits 32 bits.</summary>
    public bool TryNumber(Span<int> number)
    {
        if (!TryVarint(out var raw))
        {
            return false;
        }

        if (!number.IsEmpty)
        {
            var value = unchecked((long)(raw >> 1) ^ -(long)(raw & 1));
            number[0] = value is >= int.MinValue and <= int.MaxValue ? (int)value : -1;
        }

        return true;
    }

    public bool TryBinary()
    {
        if (!TryVarint(out var length) || length > (ulong)(_bytes.Length - Position))
        {
            return false;
        }

        Position += (int)length;
        return true;
    }

    public bool TryList(out int kind, out int count)
    {
        (kind, count) = (0, 0);
        if (!TryByte(out var head))
        {
            return false;
        }

        kind = head & 0xF;
        var size = (ulong)(head >> 4);
        if (size == 15 && !TryVarint(out size))
        {
            return false;
        }

        count = size <= (ulong)(_bytes.Length - Position) ? (int)size : -1;
        return count >= 0;
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (!TryByte(out var group))
            {
                return false;
            }

            value |= (ulong)(group & 0x7F) << shift;
            if (group < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
