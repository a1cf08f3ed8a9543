using System.Buffers.Binary;

namespace LatencyLab.Captures;

/// <summary>Parquet's DELTA_BINARY_PACKED encoding (apache/parquet-format, Encodings.md): differences in blocks, as few bits each as a part of the block needs.</summary>
internal static class DeltaBinaryPacked
{
    private const int MaxBlockValues = 1 << 20;
    private const int BitsOfRead = 64 - 7;

    /// <summary>Decodes the values of one page.</summary>
    /// <param name="buffer">The page, and at least eight more bytes, whatever they are.</param>
    /// <param name="length">Bytes of the page.</param>
    /// <param name="values">As many as the page is said to hold.</param>
    /// <exception cref="InvalidDataException">The page ends too early, holds another number of values, or has impossible blocks.</exception>
    public static void Decode(ReadOnlySpan<byte> buffer, int length, Span<long> values)
    {
        var page = buffer[..length];
        var at = 0;
        var blockValues = Number(page, ref at);
        var parts = Number(page, ref at);
        var count = Number(page, ref at);
        var value = Signed(Number(page, ref at));
        if (count != (ulong)values.Length || blockValues is 0 or > MaxBlockValues || parts is 0 || parts > blockValues || blockValues % parts != 0 || blockValues / parts % 8 != 0)
        {
            throw new InvalidDataException("the head of a page of differences is damaged");
        }

        var partValues = (int)(blockValues / parts);
        if (values.Length > 0)
        {
            values[0] = value;
            values = values[1..];
        }

        while (values.Length > 0)
        {
            var least = Signed(Number(page, ref at));
            var widths = Take(page, ref at, (int)parts);
            for (var part = 0; part < widths.Length && values.Length > 0; part++)
            {
                var width = widths[part];
                if (width > 64)
                {
                    throw new InvalidDataException("a difference has more than 64 bits");
                }

                var wanted = values[..Math.Min(partValues, values.Length)];
                var first = at;
                // Writers may leave out what nothing needs at the end of the last part.
                Take(page, ref at, values.Length > partValues ? partValues / 8 * width : Math.Min(partValues / 8 * width, page.Length - at));
                if (at - first < ((wanted.Length * width) + 7) / 8)
                {
                    throw new InvalidDataException("a page of differences ends too early");
                }

                value = Add(buffer[first..], width, least, value, wanted);
                values = values[wanted.Length..];
            }
        }
    }

    private static long Add(ReadOnlySpan<byte> bytes, int width, long least, long value, Span<long> values)
    {
        if (width > BitsOfRead)
        {
            return AddWide(bytes, width, least, value, values);
        }

        unchecked
        {
            var mask = (1UL << width) - 1;
            var bit = 0;
            foreach (ref var sum in values)
            {
                value += least + (long)((BinaryPrimitives.ReadUInt64LittleEndian(bytes[(bit >> 3)..]) >> (bit & 7)) & mask);
                sum = value;
                bit += width;
            }

            return value;
        }
    }

    // A difference may lie in nine bytes.
    private static long AddWide(ReadOnlySpan<byte> bytes, int width, long least, long value, Span<long> values)
    {
        unchecked
        {
            var mask = ulong.MaxValue >> (64 - width);
            var bit = 0;
            foreach (ref var sum in values)
            {
                var shift = bit & 7;
                var from = bytes[(bit >> 3)..];
                var difference = BinaryPrimitives.ReadUInt64LittleEndian(from) >> shift;
                difference |= shift > 0 ? (ulong)from[8] << (64 - shift) : 0;
                value += least + (long)(difference & mask);
                sum = value;
                bit += width;
            }

            return value;
        }
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> page, ref int at, int length)
    {
        if (length > page.Length - at)
        {
            throw new InvalidDataException("a page of differences ends too early");
        }

        at += length;
        return page.Slice(at - length, length);
    }

    private static ulong Number(ReadOnlySpan<byte> page, ref int at)
    {
        var number = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(page, ref at, 1)[0];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }

        throw new InvalidDataException("a number has more than 64 bits");
    }

    // Zigzag: the sign is the lowest bit.
    private static long Signed(ulong number) => (long)(number >> 1) ^ -(long)(number & 1);
}
