using System.Buffers.Binary;
using System.IO.Hashing;

namespace LatencyLab.Tests.Fuzz;

/// <summary>
/// Damages valid files the way disks, transfers and attackers do: cuts, splices, flipped bits, overwritten numbers. Seeded: the same seed gives
/// the same mutant. A repair that knows the format may then put lengths and checksums right, so that damage gets past the first check.
/// </summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, Func<byte[], Random, byte[]>? repair = null)
{
    // Numbers at which programs fail: signs, widths, one too many.
    private static readonly ulong[] EvilNumbers =
        [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, ulong.MaxValue];

    private static readonly string[] EvilWords =
        ["0", "-1", "1", "99999999999999999999", "1e9", "4294967296", "9223372036854775807", "-9223372036854775808", "1000000000", "\n", "\r\n", ",", "\"", ";", "=", "#", "$end", "x", "\0", "NaN", "$comment"];

    /// <summary>The mutant of this number.</summary>
    public byte[] Mutant(int number)
    {
        var random = new Random(number);
        var bytes = seeds[random.Next(seeds.Count)];
        for (var steps = random.Next(1, 5); steps > 0; steps--)
        {
            bytes = Step(bytes, random);
        }

        return repair is not null && random.Next(4) > 0 ? repair(bytes, random) : bytes;
    }

    private byte[] Step(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length + 1);
        var length = random.Next(Math.Min(bytes.Length - at, random.Next(2) == 0 ? 8 : 4096) + 1);
        switch (random.Next(9))
        {
            case 0: // Cut off.
                return bytes[..at];
            case 1: // Cut out.
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 2: // Doubled.
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 3: // A piece of another file.
                var other = seeds[random.Next(seeds.Count)];
                var from = random.Next(other.Length + 1);
                return [.. bytes[..at], .. other[from..Math.Min(other.Length, from + random.Next(1024))], .. bytes[(at + length)..]];
            case 4: // The head of this and the tail of another.
                var tail = seeds[random.Next(seeds.Count)];
                return [.. bytes[..at], .. tail[Math.Min(at, tail.Length)..]];
            case 5: // A word.
                return [.. bytes[..at], .. System.Text.Encoding.ASCII.GetBytes(EvilWords[random.Next(EvilWords.Length)]), .. bytes[(at + length)..]];
            case 6: // A number.
                return OverwriteNumber(bytes, random);
            default: // Bits.
                return FlipBits(bytes, random);
        }
    }

    private static byte[] OverwriteNumber(byte[] bytes, Random random)
    {
        var mutant = bytes.ToArray();
        var width = 1 << random.Next(4);
        if (mutant.Length >= width)
        {
            Span<byte> number = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(number, EvilNumbers[random.Next(EvilNumbers.Length)]);
            number[..width].CopyTo(mutant.AsSpan(random.Next(mutant.Length - width + 1)));
        }

        return mutant;
    }

    private static byte[] FlipBits(byte[] bytes, Random random)
    {
        var mutant = bytes.ToArray();
        for (var flips = random.Next(1, 6); flips > 0 && mutant.Length > 0; flips--)
        {
            mutant[random.Next(mutant.Length)] ^= (byte)(1 << random.Next(8));
        }

        return mutant;
    }
}

/// <summary>Puts the outside of a ZIP archive right again after its inside was changed.</summary>
internal static class ZipRepair
{
    private const uint LocalSignature = 0x04034b50;
    private const uint CentralSignature = 0x02014b50;
    private const uint EndSignature = 0x06054b50;

    /// <summary>Writes true checksums of stored members, true offsets of all members and a true end record, as far as the structure still shows.</summary>
    public static byte[] Repair(byte[] bytes, Random random)
    {
        var repaired = bytes.ToArray();
        var locals = Find(repaired, LocalSignature);
        var centrals = Find(repaired, CentralSignature);
        var end = Find(repaired, EndSignature).LastOrDefault(-1);
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

    private static List<int> Find(byte[] bytes, uint signature)
    {
        var places = new List<int>();
        Span<byte> wanted = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, signature);
        for (var at = 0; at + 4 <= bytes.Length;)
        {
            var next = bytes.AsSpan(at).IndexOf(wanted);
            if (next < 0)
            {
                break;
            }

            places.Add(at + next);
            at += next + 4;
        }

        return places;
    }
}
