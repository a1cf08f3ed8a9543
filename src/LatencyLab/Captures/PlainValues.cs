using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LatencyLab.Captures;

/// <summary>Parquet's PLAIN encoding (apache/parquet-format, Encodings.md), many values at a time. Whoever calls has seen that there are enough bytes.</summary>
internal static class PlainValues
{
    private const int ValuesAtATime = 32;

    /// <summary>INT64.</summary>
    public static void ToLongs(ReadOnlySpan<byte> bytes, Span<long> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * sizeof(long))..]);
        }
    }

    /// <summary>INT32 that stand for a byte; false where one is none.</summary>
    public static bool TryToBytes(ReadOnlySpan<byte> bytes, Span<byte> values)
    {
        var (at, all) = (0, Vector256<uint>.Zero);
        for (; BitConverter.IsLittleEndian && at <= values.Length - ValuesAtATime; at += ValuesAtATime)
        {
            var numbers = MemoryMarshal.Cast<byte, uint>(bytes.Slice(at * sizeof(int), ValuesAtATime * sizeof(int)));
            var (first, second) = (Vector256.Create(numbers), Vector256.Create(numbers[8..]));
            var (third, fourth) = (Vector256.Create(numbers[16..]), Vector256.Create(numbers[24..]));
            all |= first | second | third | fourth;
            Vector256.Narrow(Vector256.Narrow(first, second), Vector256.Narrow(third, fourth)).CopyTo(values[at..]);
        }

        var rest = 0U;
        for (; at < values.Length; at++)
        {
            var number = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at * sizeof(int))..]);
            rest |= number;
            values[at] = unchecked((byte)number);
        }

        return rest <= byte.MaxValue && !Vector256.GreaterThanAny(all, Vector256.Create((uint)byte.MaxValue));
    }

    /// <summary>BOOLEAN: a bit each, the lowest first.</summary>
    public static void ToBools(ReadOnlySpan<byte> bytes, Span<bool> values)
    {
        // Eight copies of the byte, bit i of copy i alone left in them, and whatever isn't 0 made 1.
        const ulong Ones = 0x0101010101010101;
        const ulong Diagonal = 0x8040201008040201;
        const ulong Full = 0x7F7F7F7F7F7F7F7F;
        var whole = values.Length / 8;
        var target = MemoryMarshal.AsBytes(values);
        for (var i = 0; i < whole; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target[(i * 8)..], ((((bytes[i] * Ones) & Diagonal) + Full) >> 7) & Ones);
        }

        for (var i = whole * 8; i < values.Length; i++)
        {
            values[i] = ((bytes[i >> 3] >> (i & 7)) & 1) != 0;
        }
    }
}
