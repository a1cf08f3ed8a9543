using System.Buffers.Binary;
using System.Text;

namespace LatencyLab.Formats;

/// <summary>One member of a ZIP archive as its central directory describes it.</summary>
internal sealed record ZipMember(string Name, long HeaderOffset, long PackedLength, long Length, uint Crc, bool Deflated);

/// <summary>
/// The central directory of a ZIP archive (PKWARE APPNOTE 6.3.10), checked before any member is touched: members that overlap, that claim
/// more than deflate can hold, or that occur twice are refused. Names are only looked up, nothing is ever extracted to them.
/// </summary>
internal sealed class ZipDirectory
{
    private const int EndRecordLength = 22;
    private const int MaxDirectoryLength = 128 * 1024 * 1024;

    // Deflate's densest code: 258 bytes in 2 bits (zlib's "maximum compression factor", 1032:1), plus block overhead.
    private const long MaxDeflateRatio = 1032;

    private readonly Dictionary<string, ZipMember> _members;

    private ZipDirectory(Dictionary<string, ZipMember> members) => _members = members;

    public IReadOnlyDictionary<string, ZipMember> Members => _members;

    public static ZipDirectory Read(InputFile file)
    {
        var end = FindEnd(file);
        if (end.Length > MaxDirectoryLength)
        {
            throw file.Fault($"The archive's directory claims {end.Length} bytes.", end.RecordOffset);
        }

        var bytes = new byte[end.Length];
        file.ReadExactly(end.Offset, bytes, "the archive's directory");
        var members = new Dictionary<string, ZipMember>(StringComparer.Ordinal);
        var position = 0;
        while (position < bytes.Length)
        {
            var member = ReadEntry(file, bytes, ref position, end.Offset);
            if (!members.TryAdd(member.Name, member))
            {
                throw file.Fault($"The archive has the member '{member.Name}' twice.", end.Offset + position);
            }
        }

        // Archives with more than 65,535 members may count modulo 2^16 when their writer knew no ZIP64.
        if (members.Count != end.Count && (members.Count & 0xffff) != end.Count)
        {
            throw file.Fault($"The archive claims {end.Count} members but lists {members.Count}.", end.RecordOffset);
        }

        RefuseOverlap(file, members.Values, end.Offset);
        return new ZipDirectory(members);
    }

    /// <summary>Offset of a member's packed bytes: behind its local header, which has to name the same member.</summary>
    public static long DataOffset(InputFile file, ZipMember member)
    {
        Span<byte> header = stackalloc byte[30];
        file.ReadExactly(member.HeaderOffset, header, $"the header of the member '{member.Name}'");
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        var name = new byte[nameLength];
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) == 0x04034b50)
        {
            file.ReadExactly(member.HeaderOffset + 30, name, $"the header of the member '{member.Name}'");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != 0x04034b50 || Encoding.Latin1.GetString(name) != member.Name)
        {
            throw file.Fault($"The directory says that the member '{member.Name}' begins here, but it doesn't.", member.HeaderOffset);
        }

        return member.HeaderOffset + 30 + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
    }

    private static (long Offset, long Length, long Count, long RecordOffset) FindEnd(InputFile file)
    {
        var tail = new byte[(int)Math.Min(file.Length, EndRecordLength + ushort.MaxValue)];
        file.ReadExactly(file.Length - tail.Length, tail, "the archive");
        for (var at = tail.Length - EndRecordLength; at >= 0; at--)
        {
            var record = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) != 0x06054b50 ||
                BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) != tail.Length - at - EndRecordLength)
            {
                continue;
            }

            var recordOffset = file.Length - tail.Length + at;
            long count = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
            long offset = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
            var limit = recordOffset;
            if (count == 0xffff || length == 0xffffffff || offset == 0xffffffff)
            {
                (offset, length, count, limit) = ReadZip64End(file, recordOffset) ?? (offset, length, count, limit);
            }

            if (BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) != 0 || offset < 0 || length < 0 || offset > limit - length)
            {
                throw file.Fault("The archive's end record points outside the file.", recordOffset, "The file may be damaged: copy or export it again.");
            }

            return (offset, length, count, recordOffset);
        }

        throw file.Fault("The archive has no end record.", file.Length, "The file may be truncated: copy or export it again.");
    }

    private static (long Offset, long Length, long Count, long Limit)? ReadZip64End(InputFile file, long endRecordOffset)
    {
        Span<byte> locator = stackalloc byte[20];
        if (endRecordOffset < locator.Length)
        {
            return null;
        }

        file.ReadExactly(endRecordOffset - locator.Length, locator, "the ZIP64 locator");
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != 0x07064b50)
        {
            return null;
        }

        var at = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        Span<byte> record = stackalloc byte[56];
        file.ReadExactly(at, record, "the ZIP64 end record");
        if (BinaryPrimitives.ReadUInt32LittleEndian(record) != 0x06064b50)
        {
            throw file.Fault("There is no ZIP64 end record here.", at);
        }

        return (BinaryPrimitives.ReadInt64LittleEndian(record[48..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[32..]), at);
    }

    private static ZipMember ReadEntry(InputFile file, byte[] directory, ref int position, long directoryOffset)
    {
        var at = directoryOffset + position;
        var entry = directory.AsSpan(position);
        if (entry.Length < 46 || BinaryPrimitives.ReadUInt32LittleEndian(entry) != 0x02014b50)
        {
            throw file.Fault("The archive's directory is damaged.", at);
        }

        var flags = BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]);
        var method = BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]);
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(entry[28..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(entry[30..]);
        var commentLength = BinaryPrimitives.ReadUInt16LittleEndian(entry[32..]);
        if (entry.Length < 46 + nameLength + extraLength + commentLength)
        {
            throw file.Fault("The archive's directory is damaged.", at);
        }

        // Latin-1 keeps every byte; the members that are looked up have ASCII names.
        var name = Encoding.Latin1.GetString(entry.Slice(46, nameLength));
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        ReadZip64Extra(entry.Slice(46 + nameLength, extraLength), ref length, ref packed, ref offset);
        position += 46 + nameLength + extraLength + commentLength;
        if ((flags & 1) != 0 || method is not (0 or 8))
        {
            throw file.Fault($"The member '{name}' is {((flags & 1) != 0 ? "encrypted" : $"packed by method {method}")}; only stored and deflated ones are read.", at);
        }

        if (packed < 0 || length < 0 || offset < 0 || offset > directoryOffset || (method == 0 && packed != length) || packed > directoryOffset ||
            (method == 8 && length / MaxDeflateRatio > packed))
        {
            throw file.Fault($"The member '{name}' claims {length} bytes out of {packed} at offset {offset}, which can't be.", at);
        }

        return new ZipMember(name, offset, packed, length, BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]), method == 8);
    }

    // Extra field 1 holds those of the three numbers that don't fit into 32 bits, in this order.
    private static void ReadZip64Extra(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long offset)
    {
        while (extra.Length >= 4)
        {
            var id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            var size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (size > extra.Length - 4)
            {
                return;
            }

            if (id == 1)
            {
                var field = extra.Slice(4, size);
                Take(ref field, ref length);
                Take(ref field, ref packed);
                Take(ref field, ref offset);
                return;
            }

            extra = extra[(4 + size)..];
        }

        static void Take(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value == 0xffffffff && field.Length >= 8)
            {
                value = BinaryPrimitives.ReadInt64LittleEndian(field);
                field = field[8..];
            }
        }
    }

    // Archives in which many members share the same packed bytes unpack to petabytes (D. Fifield, "A better zip bomb", WOOT 2019).
    private static void RefuseOverlap(InputFile file, IEnumerable<ZipMember> members, long directoryOffset)
    {
        var previousEnd = 0L;
        var byPlace = members.ToArray();
        Array.Sort(byPlace, (a, b) => a.HeaderOffset.CompareTo(b.HeaderOffset));
        foreach (var member in byPlace)
        {
            if (member.HeaderOffset < previousEnd)
            {
                throw file.Fault($"The member '{member.Name}' overlaps another one.", member.HeaderOffset);
            }

            previousEnd = member.HeaderOffset + 30 + member.Name.Length + member.PackedLength;
        }

        if (previousEnd > directoryOffset)
        {
            throw file.Fault("The last member overlaps the archive's directory.", directoryOffset);
        }
    }
}
