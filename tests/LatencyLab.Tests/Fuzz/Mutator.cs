using System.Buffers.Binary;
using System.Text;

namespace LatencyLab.Tests.Fuzz;

/// <summary>
/// Damages inputs the way disks, transfers and attackers do: cuts, splices, lost and doubled pieces, flipped bits, extreme numbers, words of the
/// format. Everything random comes from the caller's generator: the same generator gives the same mutant.
/// </summary>
internal sealed class Mutator(IReadOnlyList<string> words, Func<byte[], List<int>> pieces)
{
    // Numbers at which programs fail: signs, widths, one too many.
    private static readonly ulong[] EvilNumbers =
        [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0xfff, 0x1000, 0x1001, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, ulong.MaxValue];

    private static readonly string[] EvilWords =
    [
        "0", "-1", "1", "99999999999999999999", "1e9", "1e999", "-0", "0.1", "4294967296", "9223372036854775807", "-9223372036854775808", "18446744073709551616",
        "1000000000", "\n", "\r\n", ",", "\"", ";", "=", "#", "\0", "NaN", "null", "[]", "{}", "\\ud800", "\u00b5", "\u001b[31m", "\ufeff", "'", ":", "true",
    ];

    /// <summary>A changed copy.</summary>
    /// <param name="parent">What is changed.</param>
    /// <param name="other">What pieces are borrowed from.</param>
    /// <param name="random">Decides everything.</param>
    public byte[] Mutate(byte[] parent, byte[] other, Random random)
    {
        var bytes = parent;
        for (var steps = random.Next(2) == 0 ? 1 : random.Next(1, 6); steps > 0; steps--)
        {
            bytes = Step(bytes, other, random);
        }

        return bytes;
    }

    private byte[] Step(byte[] bytes, byte[] other, Random random)
    {
        var at = random.Next(bytes.Length + 1);
        var length = random.Next(Math.Min(bytes.Length - at, random.Next(2) == 0 ? 8 : 1024) + 1);
        switch (random.Next(14))
        {
            case 0: // Cut off.
                return bytes[..at];
            case 1: // Cut out.
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 2: // Doubled.
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 3: // A stretch of another input.
                var from = random.Next(other.Length + 1);
                return [.. bytes[..at], .. other[from..Math.Min(other.Length, from + random.Next(1024))], .. bytes[(at + length)..]];
            case 4: // The head of this and the tail of another.
                return [.. bytes[..at], .. other[Math.Min(at, other.Length)..]];
            case 5:
            case 6: // A word.
                var word = words.Count > 0 && random.Next(2) == 0 ? words[random.Next(words.Count)] : EvilWords[random.Next(EvilWords.Length)];
                return [.. bytes[..at], .. Encoding.UTF8.GetBytes(word), .. bytes[(at + (random.Next(2) * length))..]];
            case 7: // A binary number.
                return OverwriteNumber(bytes, random);
            case 8: // A written number.
                return ReplaceDigits(bytes, random);
            case 9:
            case 10:
            case 11: // Whole pieces.
                return MovePiece(bytes, other, random);
            default: // Bits.
                return FlipBits(bytes, random);
        }
    }

    private byte[] MovePiece(byte[] bytes, byte[] other, Random random)
    {
        var starts = pieces(bytes);
        if (starts.Count == 0)
        {
            return bytes;
        }

        var (from, to) = Piece(bytes, starts, random);
        switch (random.Next(4))
        {
            case 0: // Lost.
                return [.. bytes[..from], .. bytes[to..]];
            case 1: // Doubled, or at another place too.
                var at = starts[random.Next(starts.Count)];
                return [.. bytes[..at], .. bytes[from..to], .. bytes[at..]];
            case 2: // Exchanged with another one.
                var (first, firstEnd) = Piece(bytes, starts, random);
                if (first > from)
                {
                    (from, to, first, firstEnd) = (first, firstEnd, from, to);
                }

                return firstEnd > from ? bytes : [.. bytes[..first], .. bytes[from..to], .. bytes[firstEnd..from], .. bytes[first..firstEnd], .. bytes[to..]];
            default: // From another input.
                var others = pieces(other);
                if (others.Count == 0)
                {
                    return bytes;
                }

                var (begin, end) = Piece(other, others, random);
                return [.. bytes[..from], .. other[begin..end], .. bytes[from..]];
        }
    }

    private static (int From, int To) Piece(byte[] bytes, List<int> starts, Random random)
    {
        var index = random.Next(starts.Count);
        return (starts[index], index + 1 < starts.Count ? starts[index + 1] : bytes.Length);
    }

    private static byte[] ReplaceDigits(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
        {
            return bytes;
        }

        var from = random.Next(bytes.Length);
        var next = bytes.AsSpan(from).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (next < 0)
        {
            return bytes;
        }

        var at = from + next;
        var run = bytes.AsSpan(at).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        run = run < 0 ? bytes.Length - at : run;
        string number = random.Next(3) == 0 ? new string([.. Enumerable.Range(0, run).Select(_ => (char)('0' + random.Next(10)))]) : EvilWords[random.Next(13)];
        return [.. bytes[..at], .. Encoding.ASCII.GetBytes(number), .. bytes[(at + run)..]];
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
