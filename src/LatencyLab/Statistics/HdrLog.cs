using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Numerics;

namespace LatencyLab.Statistics;

/// <summary>
/// Writes a sample as an HdrHistogram V2 log, which the HDR tools of other languages read. The format rounds values to a number of digits, so exact
/// extremes belong beside it.
/// </summary>
public static class HdrLog
{
    private const int EncodingCookie = 0x1c849303 | 0x10;
    private const int CompressedCookie = 0x1c849304 | 0x10;
    private const long Lowest = 1;

    /// <summary>Writes header, legend and one interval line.</summary>
    /// <param name="writer">Gets lines that end with LF.</param>
    /// <param name="sample">Values in any unit; negative ones can't be told in this format and are left out.</param>
    /// <param name="scale">Units of the log by unit of the sample: the length of a tick in nanoseconds.</param>
    /// <param name="digits">Significant digits, 1 to 5.</param>
    /// <param name="startSeconds">Begin of the measurement, seconds since 1970.</param>
    /// <param name="lengthSeconds">Its length.</param>
    /// <param name="tag">Name of the interval; commas and white space become underscores. Null for none.</param>
    public static void Write(TextWriter writer, SortedCounts sample, double scale, int digits, double startSeconds, double lengthSeconds, string? tag = null)
    {
        var start = DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(startSeconds, 0, 2e11)).UtcDateTime;
        var largest = sample.Max is { } max ? Math.Max(0, max * scale) : 0;
        writer.Write("#[Histogram log format version 1.3]\n");
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"#[StartTime: {startSeconds:F3} (seconds since epoch), {start:yyyy-MM-dd'T'HH:mm:ss'Z'}]\n"));
        writer.Write("\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n");
        if (tag is not null)
        {
            writer.Write($"Tag={string.Concat(tag.Select(c => c == ',' || char.IsWhiteSpace(c) || char.IsControl(c) ? '_' : c))},");
        }

        var payload = Convert.ToBase64String(Compress(Encode(sample, scale, digits)));
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"0.000,{lengthSeconds:F3},{largest / 1e6:F3},{payload}\n"));
    }

    /// <summary>The uncompressed V2 payload: header and run-length encoded counts, big-endian.</summary>
    internal static byte[] Encode(SortedCounts sample, double scale, int digits, long? highest = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(digits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, 5);

        // Sub-buckets of the first bucket resolve one unit up to twice ten to the digits; each later bucket has half as many of double width.
        var halfMagnitude = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)(2 * Math.Pow(10, digits)))) - 1;
        var top = highest ?? Math.Max(2, ToUnits(Math.Max(0, sample.Max ?? 0)));
        var header = new byte[40];
        BinaryPrimitives.WriteInt32BigEndian(header, EncodingCookie);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), digits);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(16), Lowest);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(24), top);
        BinaryPrimitives.WriteDoubleBigEndian(header.AsSpan(32), 1.0);

        var body = new List<byte>();
        long nextIndex = 0;
        var pending = (Index: -1L, Count: 0L);
        for (var i = 0; i < sample.Distinct; i++)
        {
            if (sample.Values[i] < 0)
            {
                continue;
            }

            var index = IndexOf(ToUnits(sample.Values[i]), halfMagnitude);
            if (index != pending.Index)
            {
                Flush();
                pending = (index, 0);
            }

            pending.Count += sample.CountAt(i);
        }

        Flush();
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), body.Count);
        return [.. header, .. body];

        long ToUnits(long value) => scale == 1 ? value : (long)Math.Min(long.MaxValue / 2, Math.Round(value * scale));

        void Flush()
        {
            if (pending.Index < 0)
            {
                return;
            }

            var zeros = pending.Index - nextIndex;
            if (zeros > 0)
            {
                WriteZigZag(body, zeros == 1 ? 0 : -zeros);
            }

            WriteZigZag(body, pending.Count);
            nextIndex = pending.Index + 1;
        }
    }

    private static long IndexOf(long value, int halfMagnitude)
    {
        var mask = (1L << (halfMagnitude + 1)) - 1;
        var bucket = 64 - BitOperations.LeadingZeroCount((ulong)(value | mask)) - (halfMagnitude + 1);
        return ((bucket + 1L) << halfMagnitude) + (value >> bucket) - (1L << halfMagnitude);
    }

    // ZigZag LEB128 of at most nine bytes; the ninth carries eight bits.
    private static void WriteZigZag(List<byte> body, long value)
    {
        var bits = unchecked((ulong)((value << 1) ^ (value >> 63)));
        for (var i = 0; i < 8; i++)
        {
            if (bits < 0x80)
            {
                body.Add((byte)bits);
                return;
            }

            body.Add((byte)((bits & 0x7F) | 0x80));
            bits >>= 7;
        }

        body.Add((byte)(bits & 0xFF));
    }

    private static byte[] Compress(byte[] payload)
    {
        using var stream = new MemoryStream();
        stream.Write(new byte[8]);
        using (var zlib = new ZLibStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(payload);
        }

        var bytes = stream.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, CompressedCookie);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), bytes.Length - 8);
        return bytes;
    }
}
