using System.Buffers.Binary;
using System.Numerics;

namespace LatencyLab.Units;

/// <summary>Whole numbers as ASCII, eight digits at a time: millions of them go into each file of a large capture.</summary>
internal static class DecimalDigits
{
    /// <summary>A sign, 19 digits and what may be overwritten behind them.</summary>
    public const int Longest = 32;

    private const ulong EightDigits = 100_000_000;

    // Eight times '0'.
    private const ulong Zeros = 0x3030_3030_3030_3030;

    /// <summary>Writes a number and says how many bytes it took; <see cref="Longest"/> bytes must be there, and those behind the last digit may be overwritten.</summary>
    public static int Write(long value, Span<byte> text)
    {
        if (value >= 0)
        {
            return Digits((ulong)value, text);
        }

        text[0] = (byte)'-';
        return 1 + Digits(unchecked((ulong)-value), text[1..]);
    }

    private static int Digits(ulong value, Span<byte> text)
    {
        if (value >= EightDigits)
        {
            var (head, tail) = Math.DivRem(value, EightDigits);
            var at = Digits(head, text);
            BinaryPrimitives.WriteUInt64LittleEndian(text[at..], Zeros | Eight((uint)tail));
            return at + 8;
        }

        var digits = Eight((uint)value);
        // The last digit stands also where it is 0.
        var leading = BitOperations.TrailingZeroCount(digits | (1UL << 56)) / 8;
        BinaryPrimitives.WriteUInt64LittleEndian(text, (Zeros | digits) >> (8 * leading));
        return 8 - leading;
    }

    // A value below 10^8 as eight bytes of one digit each, the first in the lowest: halved into lanes of four, two and one digits, each time by a
    // multiplication that is exact in its range (P. Khuong, How to print integers really fast, 2017).
    private static ulong Eight(uint value)
    {
        unchecked
        {
            ulong fours = (value / 10_000) | ((ulong)(value % 10_000) << 32);
            var hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
            var twos = hundreds | ((fours - (100 * hundreds)) << 16);
            var tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
            return tens | ((twos - (10 * tens)) << 8);
        }
    }
}
