using System.Buffers.Binary;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>
/// Reads the digital binary export of Saleae Logic 2, versions 0 and 1 (support.saleae.com, "Binary Export Format - Logic 2"): one channel a file,
/// times of its edges in seconds. Version 1 has chunks and their sample rate; what lies between two chunks is a gap. Version 0 has no rate: its
/// times become picoseconds unless the user says at which rate it was recorded.
/// </summary>
internal static class SaleaeBinaryReader
{
    private const int BlockEdges = 16 * 1024;
    private const int HeaderBytes = 16;
    private const int Version0Bytes = 28;
    private const int Version1Bytes = 36;

    // Doubles near an hour still resolve half a picosecond.
    private const long DefaultTickHz = 1_000_000_000_000;

    public static CaptureFormat Format { get; } = new("Saleae binary", head => head.StartsWith("<SALEAE>"u8), Read);

    public static void Read(InputFile file, ReadOptions options, IEdgeSink sink, CancellationToken cancellationToken)
    {
        var chunks = Chunks(file, options);
        var first = chunks[0];
        var selection = ChannelSelection.Resolve([Name(file.Path)], options, file.Path);
        if (selection.Count == 0)
        {
            throw new LatencyLabException(FaultKind.Usage, "No channel was asked for.", file.Path);
        }

        sink.Begin(new CaptureHeader(new TimeBase(first.RateHz), ChannelSelection.ToChannels(selection, _ => first.InitialLevel), first.BeginTick));
        var previousEnd = first.BeginTick;
        var level = first.InitialLevel;
        var before = first;
        foreach (var chunk in chunks)
        {
            if (chunk != first && chunk.BeginTick > before.EndTick)
            {
                sink.Gap(new Gap(previousEnd, chunk.BeginTick, 0, null, "no data between chunks"));
            }
            else if (chunk.InitialLevel != level)
            {
                // The line changed where one chunk ends and the next begins.
                if (previousEnd > chunk.BeginTick)
                {
                    throw file.Fault("The last edge of the chunk before and the initial state contradict each other.", chunk.Offset, "Export it again.");
                }

                sink.Edges(0, chunk.InitialLevel, [chunk.BeginTick]);
            }

            // An edge may fall on the very last sample.
            previousEnd = Math.Max(chunk.EndTick, ReadEdges(file, chunk, sink, cancellationToken) + 1);
            (level, before) = (chunk.InitialLevel ^ ((chunk.Count & 1) != 0), chunk);
            sink.Advance(previousEnd);
        }

        sink.End(previousEnd);
    }

    // "digital_3.bin" is all that tells which channel it is.
    private static string Name(string path)
    {
        var stem = Path.GetFileNameWithoutExtension(path);
        return stem.StartsWith("digital_", StringComparison.Ordinal) && stem.AsSpan(8) is { Length: > 0 } number && !number.ContainsAnyExceptInRange('0', '9')
            ? $"D{number}"
            : "D0";
    }

    private static List<Chunk> Chunks(InputFile file, ReadOptions options)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        file.ReadExactly(0, header, "the header");
        var version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        var type = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        if (version is not (0 or 1))
        {
            throw file.Fault($"This is version {version} of the format; 0 and 1 are read.", 8);
        }

        if (type != 0)
        {
            throw file.Fault(type == 1 ? "This is an analog export." : $"The data are of the unknown type {type}.", 12, "Export digital channels.");
        }

        var chunks = version == 0 ? Version0(file, options) : Version1(file, options);
        for (var i = 1; i < chunks.Count; i++)
        {
            chunks[i] = Behind(file, chunks[i - 1], chunks[i]);
        }

        return chunks;
    }

    /// <summary>A chunk on the samples of the one before, where both touch.</summary>
    private static Chunk Behind(InputFile file, Chunk before, Chunk chunk)
    {
        if (chunk.RateHz != before.RateHz)
        {
            // Ticks of the faster rate would claim for the slower part what it can't tell apart.
            throw file.Fault(
                $"The sample rate changes from {UnitText.Frequency(before.RateHz)} to {UnitText.Frequency(chunk.RateHz)} from one chunk to the next.", chunk.Offset,
                "Export each time range of one rate by itself.");
        }

        if (chunk.BeginSeconds != before.EndSeconds)
        {
            return chunk.BeginTick > before.EndTick
                ? chunk
                : throw file.Fault("A chunk begins before the end of the one before.", chunk.Offset, "Export it again, or the time range of one chunk at a time.");
        }

        var samples = (before.EndSeconds - before.BeginSeconds) * before.RateHz;
        if (Math.Abs(samples - Math.Round(samples)) > 0.25)
        {
            throw file.Fault("Two chunks meet between two samples, so that their times don't fit together.", chunk.Offset, "Export the time range of one chunk at a time.");
        }

        return chunk with { BeginTick = before.EndTick, EndTick = before.EndTick + (chunk.EndTick - chunk.BeginTick) };
    }

    private static List<Chunk> Version0(InputFile file, ReadOptions options)
    {
        Span<byte> header = stackalloc byte[Version0Bytes];
        file.ReadExactly(HeaderBytes, header, "the header");
        var rate = options.SampleRateHz is null ? DefaultTickHz : SampleRates.Choose(null, options, file.Path);
        var chunk = ToChunk(
            file, HeaderBytes, HeaderBytes + Version0Bytes, BinaryPrimitives.ReadUInt32LittleEndian(header), rate, header[4..], isExact: options.SampleRateHz is null);
        RequireEnd(file, chunk);
        return [chunk];
    }

    private static List<Chunk> Version1(InputFile file, ReadOptions options)
    {
        Span<byte> countBytes = stackalloc byte[8];
        file.ReadExactly(HeaderBytes, countBytes, "the number of chunks");
        var count = BinaryPrimitives.ReadUInt64LittleEndian(countBytes);
        var offset = HeaderBytes + 8L;
        if (count == 0 || count > (ulong)(file.Length - offset) / Version1Bytes)
        {
            throw file.Fault($"The file claims {count} chunks.", HeaderBytes);
        }

        var chunks = new List<Chunk>();
        Span<byte> header = stackalloc byte[Version1Bytes];
        while ((ulong)chunks.Count < count)
        {
            file.ReadExactly(offset, header, "the header of a chunk");
            var rate = BinaryPrimitives.ReadDoubleLittleEndian(header[4..]);
            if (!(rate >= 1 && rate <= TimeBase.MaxTickHz) || rate != Math.Floor(rate))
            {
                throw file.Fault($"The sample rate {rate} isn't a whole number of hertz from 1 to 10^15.", offset + 4);
            }

            chunks.Add(ToChunk(
                file, offset, offset + Version1Bytes, BinaryPrimitives.ReadUInt32LittleEndian(header), SampleRates.Choose((long)rate, options, file.Path), header[12..],
                isExact: false));
            offset = chunks[^1].EndOffset;
        }

        RequireEnd(file, chunks[^1]);
        return chunks;
    }

    private static void RequireEnd(InputFile file, Chunk last)
    {
        if (last.EndOffset != file.Length)
        {
            throw file.Fault($"The data end at byte {last.EndOffset}, but the file has {file.Length}.", last.EndOffset);
        }
    }

    private static Chunk ToChunk(InputFile file, long offset, long dataOffset, uint initial, long rateHz, ReadOnlySpan<byte> beginEndCount, bool isExact)
    {
        var begin = BinaryPrimitives.ReadDoubleLittleEndian(beginEndCount);
        var end = BinaryPrimitives.ReadDoubleLittleEndian(beginEndCount[8..]);
        var count = BinaryPrimitives.ReadUInt64LittleEndian(beginEndCount[16..]);
        if (initial > 1)
        {
            throw file.Fault($"The initial state {initial} is neither 0 nor 1.", offset);
        }

        if (count > (ulong)(file.Length - dataOffset) / 8)
        {
            throw file.Fault($"{count} edges are claimed, but the file has room for {(file.Length - dataOffset) / 8}.", offset, "The file may be truncated.");
        }

        if (ToTick(begin, rateHz) is not { } beginTick || ToTick(end - begin, rateHz) is not { } ticks || ticks < 0)
        {
            throw file.Fault($"The capture claims to reach from {begin} s to {end} s.", offset);
        }

        return new Chunk(offset, dataOffset, (long)count, initial == 1, rateHz, begin, end, beginTick, beginTick + ticks, isExact);
    }

    private static long? ToTick(double seconds, long rateHz)
    {
        // Far enough from the limits of a long that sums of two stay inside.
        var tick = Math.Round(seconds * rateHz);
        return Math.Abs(tick) < 2e18 ? (long)tick : null;
    }

    /// <summary>Pushes the edges of one chunk; the tick of the last one, or of the begin where there is none.</summary>
    private static long ReadEdges(InputFile file, Chunk chunk, IEdgeSink sink, CancellationToken cancellationToken)
    {
        var bytes = new byte[(int)Math.Min(BlockEdges, Math.Max(1, chunk.Count)) * 8];
        var ticks = new long[bytes.Length / 8];
        var level = chunk.InitialLevel;
        var previous = chunk.BeginTick;
        for (var done = 0L; done < chunk.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = (int)Math.Min(ticks.Length, chunk.Count - done);
            var block = bytes.AsSpan(0, count * 8);
            file.ReadExactly(chunk.DataOffset + (done * 8), block, "the edges");
            for (var i = 0; i < count; i++)
            {
                var seconds = BinaryPrimitives.ReadDoubleLittleEndian(block[(i * 8)..]);
                previous = EdgeTick(file, chunk, seconds, previous, chunk.DataOffset + ((done + i) * 8));
                ticks[i] = previous;
            }

            sink.Edges(0, !level, ticks.AsSpan(0, count));
            sink.Advance(previous);
            level ^= (count & 1) != 0;
            done += count;
        }

        return previous;
    }

    private static long EdgeTick(InputFile file, Chunk chunk, double seconds, long previous, long offset)
    {
        // Samples are counted from the begin of the chunk, which needn't be a multiple of the sample period.
        var samples = (seconds - chunk.BeginSeconds) * chunk.RateHz;
        if (!(Math.Abs(samples) < 2e18))
        {
            throw file.Fault($"The time {seconds} of an edge makes no sense.", offset);
        }

        var rounded = Math.Round(samples);
        if (!chunk.IsExact && Math.Abs(samples - rounded) > 0.25 + (Math.Abs(rounded) * 1e-15))
        {
            throw file.Fault($"The time {seconds} s doesn't fall on a sample of {UnitText.Frequency(chunk.RateHz)}.", offset);
        }

        var tick = chunk.BeginTick + (long)rounded;
        return tick > previous && tick <= chunk.EndTick
            ? tick
            : throw file.Fault($"The edge at {seconds} s isn't later than the one before, or lies outside its chunk.", offset);
    }

    private sealed record Chunk(
        long Offset, long DataOffset, long Count, bool InitialLevel, long RateHz, double BeginSeconds, double EndSeconds, long BeginTick, long EndTick,
        bool IsExact)
    {
        public long EndOffset => DataOffset + (Count * 8);
    }
}
