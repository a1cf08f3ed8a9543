using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace LatencyLab.Tests.Fuzz;

/// <summary>Just enough knowledge of each outer format to cut it at its joints and to put lengths and checksums right again.</summary>
internal static class ByteStructure
{
    public static List<int> Lines(byte[] bytes)
    {
        var starts = new List<int> { 0 };
        for (var at = 0; at < bytes.Length - 1; at++)
        {
            if (bytes[at] == (byte)'\n')
            {
                starts.Add(at + 1);
            }
        }

        return starts;
    }

    /// <summary>The places of a magic.</summary>
    public static List<int> Find(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> magic)
    {
        var places = new List<int>();
        for (var at = 0; at < bytes.Length;)
        {
            var next = bytes[at..].IndexOf(magic);
            if (next < 0)
            {
                break;
            }

            places.Add(at + next);
            at += next + magic.Length;
        }

        return places;
    }

    public static List<int> Frames(byte[] bytes) => Find(bytes, "LLF1"u8);

    public static List<int> ChunkRecords(byte[] bytes) => Find(bytes, "LLC1"u8);

    /// <summary>Lengths that reach to the next frame, now and then sequence numbers without a hole, and true checksums.</summary>
    public static byte[] RepairFrames(byte[] bytes, Random random)
    {
        var repaired = bytes.ToArray();
        var starts = Frames(repaired);
        var (renumber, sequence) = (random.Next(2) == 0, 0u);
        for (var i = 0; i < starts.Count; i++)
        {
            var (at, next) = (starts[i], i + 1 < starts.Count ? starts[i + 1] : repaired.Length);
            if (next - at < 20 || next - at - 20 > 4096)
            {
                continue;
            }

            BinaryPrimitives.WriteUInt16LittleEndian(repaired.AsSpan(at + 6), (ushort)(next - at - 20));
            if (renumber)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(repaired.AsSpan(at + 8), sequence++);
            }

            BinaryPrimitives.WriteUInt32LittleEndian(repaired.AsSpan(next - 4), Crc32.HashToUInt32(repaired.AsSpan(at + 4, next - at - 8)));
        }

        return repaired;
    }

    /// <summary>The same for a chunk log.</summary>
    public static byte[] RepairChunkLog(byte[] bytes, Random random)
    {
        var repaired = bytes.ToArray();
        var starts = ChunkRecords(repaired);
        var (renumber, sequence) = (random.Next(2) == 0, 0u);
        for (var i = 0; i < starts.Count; i++)
        {
            var (at, next) = (starts[i], i + 1 < starts.Count ? starts[i + 1] : repaired.Length);
            if (next - at < 24)
            {
                continue;
            }

            BinaryPrimitives.WriteInt32LittleEndian(repaired.AsSpan(at + 8), next - at - 24);
            if (renumber)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(repaired.AsSpan(at + 12), sequence++);
            }

            BinaryPrimitives.WriteUInt32LittleEndian(repaired.AsSpan(next - 4), Crc32.HashToUInt32(repaired.AsSpan(at + 4, next - at - 8)));
        }

        return repaired;
    }

    /// <summary>The right checksum behind the JSON of each <c>@LL1</c> line.</summary>
    public static byte[] RepairBoardLine(byte[] bytes, Random random)
    {
        var star = bytes.AsSpan().LastIndexOf((byte)'*');
        return bytes.AsSpan().StartsWith("@LL1 "u8) && star >= 5
            ? [.. bytes[..star], .. Encoding.ASCII.GetBytes($"*{Crc32.HashToUInt32(bytes.AsSpan(5, star - 5)):x8}\n")]
            : bytes;
    }

    /// <summary>The length of the footer before the last magic, from a word that stands at its start.</summary>
    public static byte[] RepairParquet(byte[] bytes, Random random)
    {
        // FileMetaData of LatencyLab's files begins with field 1, version, and field 2, the list of the schema's elements.
        var footer = bytes.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x15, 0x02, 0x19]);
        return footer > 4 ? [.. "PAR1"u8, .. bytes[4..], .. (random.Next(2) == 0 ? BitConverter.GetBytes(bytes.Length - footer) : []), .. "PAR1"u8] : bytes;
    }

    /// <summary>True checksums of stored members, true offsets of all members and a true end record, as far as the structure still shows.</summary>
    public static byte[] RepairZip(byte[] bytes, Random random)
    {
        var repaired = bytes.ToArray();
        var (locals, centrals) = (Find(repaired, "PK\u0003\u0004"u8), Find(repaired, "PK\u0001\u0002"u8));
        var end = Find(repaired, "PK\u0005\u0006"u8).LastOrDefault(-1);
        foreach (var (local, central) in locals.Zip(centrals))
        {
            if (central + 46 > repaired.Length || local + 30 > repaired.Length)
            {
                continue;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(repaired.AsSpan(central + 42), (uint)local);
            var isStored = BinaryPrimitives.ReadUInt16LittleEndian(repaired.AsSpan(central + 10)) == 0;
            var data = local + 30 + BinaryPrimitives.ReadUInt16LittleEndian(repaired.AsSpan(local + 26)) + BinaryPrimitives.ReadUInt16LittleEndian(repaired.AsSpan(local + 28));
            long length = BinaryPrimitives.ReadUInt32LittleEndian(repaired.AsSpan(central + 20));
            if (isStored && data + length <= repaired.Length)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(repaired.AsSpan(central + 16), Crc32.HashToUInt32(repaired.AsSpan(data, (int)length)));
            }
        }

        if (end >= 0 && end + 22 <= repaired.Length && centrals.Count > 0 && centrals[0] < end)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(repaired.AsSpan(end + 10), (ushort)centrals.Count);
            BinaryPrimitives.WriteUInt32LittleEndian(repaired.AsSpan(end + 12), (uint)(end - centrals[0]));
            BinaryPrimitives.WriteUInt32LittleEndian(repaired.AsSpan(end + 16), (uint)centrals[0]);
            BinaryPrimitives.WriteUInt16LittleEndian(repaired.AsSpan(end + 20), (ushort)(repaired.Length - end - 22));
        }

        return repaired;
    }

    /// <summary>Changes what stands in a member, or which members there are, and packs the archive anew: everything outside of the change is right.</summary>
    public static byte[] RestructureZip(byte[] bytes, Random random, Mutator mutator)
    {
        var members = new List<(string Name, byte[] Bytes)>();
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
            foreach (var entry in archive.Entries.Take(20))
            {
                using var stream = entry.Open();
                var content = new byte[Math.Min(entry.Length, 4096)];
                var read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
                members.Add((entry.FullName, content[..read]));
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException or ArgumentException)
        {
            return bytes;
        }

        if (members.Count == 0)
        {
            return bytes;
        }

        var at = random.Next(members.Count);
        var (name, inside) = members[at];
        switch (random.Next(8))
        {
            case 0:
                members.RemoveAt(at);
                break;
            case 1:
                members.Insert(random.Next(members.Count + 1), members[at]);
                break;
            case 2:
                members[at] = (Encoding.Latin1.GetString(mutator.Mutate(Encoding.Latin1.GetBytes(name), inside, random)).Replace('\0', '0'), inside);
                break;
            default:
                members[at] = (name, mutator.Mutate(inside, members[random.Next(members.Count)].Bytes, random));
                break;
        }

        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (memberName, content) in members)
            {
                using var stream = archive.CreateEntry(memberName.Length == 0 ? "x" : memberName, random.Next(2) == 0 ? CompressionLevel.NoCompression : CompressionLevel.Fastest).Open();
                stream.Write(content);
            }
        }

        return packed.ToArray();
    }
}
