using System.Text;
using LatencyLab.Captures;
using LatencyLab.Signals;
using LatencyLab.Units;
using Parquet;
using Parquet.Schema;

namespace LatencyLab.Tests.Fuzz;

/// <summary>Sound Parquet files whose content, columns or metadata are wrong now and then: what the library reads gladly and LatencyLab has to judge by itself.</summary>
internal static class ParquetTables
{
    private static readonly Mutator Metadata = new(["\"tick_hz\":", "\"gaps\":[", "\"channels\":[", "\"initial\":null", "\"end_tick\":"], ByteStructure.Lines);

    // Rare enough that most tables are sound and what comes after the rows is reached as well.
    private const int OneRowIn = 40;

    /// <summary>A new table; nothing of the parent but its place in the random order is used.</summary>
    public static byte[] Restructure(byte[] parent, Random random)
    {
        var channels = random.Next(1, 4);
        List<Group> groups = [.. Groups(random, channels)];
        var last = groups.Count > 0 ? groups[^1].Ticks[^1] : 0;
        var end = random.Next(8) == 0 ? random.NextInt64(-10, 5000) : last > long.MaxValue - 5 ? last : last + random.Next(0, 5);
        Gap[] gaps = random.Next(3) == 0 && end > 20 ? [new Gap(10, 20, random.Next(2) == 0 ? 0 : null, random.Next(2) == 0 ? 3 : null, "frame lost")] : [];
        var header = new CaptureHeader(
            new TimeBase(62_500_000, 1.5), [.. Enumerable.Range(0, channels).Select(c => new Channel(c, $"D{c}", random.Next(3) == 0 ? null : false))], random.Next(4) == 0 ? 1 : -3);
        var metadata = new CaptureMetadata(header, new CaptureOrigin("run", true), end, gaps).ToUtf8();
        if (random.Next(4) == 0)
        {
            metadata = Metadata.Mutate(metadata, metadata, random);
        }

        var options = new ParquetOptions { CompressionMethod = random.Next(2) == 0 ? CompressionMethod.None : CompressionMethod.Zstd };
        if (random.Next(2) == 0)
        {
            options.ColumnEncodingHints["t_ticks"] = EncodingHint.DeltaBinaryPacked;
            options.ColumnEncodingHints["channel"] = EncodingHint.DeltaBinaryPacked;
        }

        using var bytes = new MemoryStream();
        Write(bytes, options, Encoding.UTF8.GetString(metadata), groups, random).GetAwaiter().GetResult();
        return bytes.ToArray();
    }

    private static IEnumerable<Group> Groups(Random random, int channels)
    {
        var (tick, levels) = (0L, new bool[256]);
        for (var count = random.Next(4); count > 0; count--)
        {
            var rows = random.Next(1, 12);
            var group = new Group(new long[rows], new byte[rows], new bool[rows]);
            for (var row = 0; row < rows; row++)
            {
                tick = random.Next(OneRowIn) switch
                {
                    0 => tick,
                    1 => tick - random.Next(9),
                    2 => random.Next(2) == 0 ? long.MaxValue : long.MinValue,
                    _ => unchecked(tick + random.Next(1, 30)),
                };
                var channel = (byte)(random.Next(OneRowIn) == 0 ? random.Next(256) : random.Next(channels));
                levels[channel] ^= random.Next(OneRowIn) != 0;
                (group.Ticks[row], group.Channels[row], group.Levels[row]) = (tick, channel, levels[channel]);
            }

            yield return group;
        }
    }

    private static async Task Write(MemoryStream bytes, ParquetOptions options, string metadata, List<Group> groups, Random random)
    {
        // Other columns than ours, as somebody's own table has them.
        var isForeign = random.Next(12) == 0;
        var schema = isForeign ? new ParquetSchema(ParquetEdges.Ticks, new DataField<int>("channel"), ParquetEdges.Levels) : ParquetEdges.Schema;
        await using var writer = await ParquetWriter.CreateAsync(schema, bytes, options);
        writer.CustomMetadata = new Dictionary<string, string>(StringComparer.Ordinal) { [ParquetEdges.MetadataKey] = metadata };
        foreach (var (ticks, channels, levels) in groups)
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<long>(ParquetEdges.Ticks, ticks);
            if (isForeign)
            {
                await group.WriteAsync<int>((DataField)schema.Fields[1], Array.ConvertAll(channels, c => (int)c));
            }
            else
            {
                await group.WriteAsync<byte>(ParquetEdges.Channels, channels);
            }

            await group.WriteAsync<bool>(ParquetEdges.Levels, levels);
        }
    }

    private sealed record Group(long[] Ticks, byte[] Channels, bool[] Levels);
}
