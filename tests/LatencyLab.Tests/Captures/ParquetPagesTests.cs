using System.Runtime.InteropServices;
using CsCheck;
using LatencyLab.Captures;
using LatencyLab.Signals;
using LatencyLab.TestSupport;
using Parquet;
using Parquet.Meta;

namespace LatencyLab.Tests.Captures;

/// <summary>Columns that Parquet.Net wrote, decoded here; and the same table in shapes that are left to Parquet.Net.</summary>
public sealed class ParquetPagesTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private int _files;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Columns_of_any_values_are_decoded_as_they_were_written() =>
        Gen.Select(Gen.Int[0, 1500], Gen.Int[0, 64], Gen.Int, Gen.Bool).Sample(
            (rows, bits, seed, asDifferences) =>
            {
                var random = new Random(seed);
                var ticks = Enumerable.Range(0, rows).Select(_ => bits == 0 ? 7 : random.NextInt64(long.MinValue, long.MaxValue) >> (64 - bits)).ToArray();
                var channels = new byte[rows];
                random.NextBytes(channels);
                var levels = channels.Select(c => c % 3 == 0).ToArray();
                var (path, columns) = Write(ticks, channels, levels, ParquetEdges.Options.CompressionMethod, asDifferences);

                using var file = File.OpenRead(path);
                using var pages = new ParquetPages(file);
                var (readTicks, readChannels, readLevels) = (new long[rows], new byte[rows], new bool[rows]);
                pages.Read(Pages(file, path, columns[0]), readTicks);
                pages.Read(Pages(file, path, columns[1]), readChannels);
                pages.Read(Pages(file, path, columns[2]), readLevels);
                Assert.Equal(ticks, readTicks);
                Assert.Equal(channels, readChannels);
                Assert.Equal(levels, readLevels);
                if (rows > 0)
                {
                    Assert.Throws<InvalidDataException>(() => pages.Read(Pages(file, path, columns[0]), new long[rows + 1]));
                    Assert.Throws<InvalidDataException>(() => pages.Read(Pages(file, path, columns[0]), new long[rows - 1]));
                }
            },
            iter: Tool.LongRuns ? 5_000 : 200);

    [Fact]
    public void A_number_that_is_no_byte_is_found_wherever_it_stands()
    {
        const int Values = 100;
        for (var at = 0; at < Values; at++)
        {
            var numbers = Enumerable.Range(0, Values).ToArray();
            Assert.True(PlainValues.TryToBytes(MemoryMarshal.AsBytes<int>(numbers), new byte[Values]));
            numbers[at] = 256 << (at % 24);
            Assert.False(PlainValues.TryToBytes(MemoryMarshal.AsBytes<int>(numbers), new byte[Values]), $"value {at} of {numbers[at]}");
        }
    }

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Gzip)]
    public void A_capture_that_another_program_saved_with_another_compression_reads_back_the_same(CompressionMethod method)
    {
        var capture = Recording.Make(4).ToCapture();
        var rows = capture.Traces.SelectMany(t => t.Ticks.Select((tick, i) => (Tick: tick, t.Channel.Index, Level: t.LevelAfter(i)))).OrderBy(r => r.Tick).ToArray();
        Assert.True(rows.Length > 10, "edges to speak of");
        var metadata = new CaptureMetadata(capture.Header, new CaptureOrigin("r", true), capture.EndTick, capture.Gaps);
        var (path, _) = Write([.. rows.Select(r => r.Tick)], [.. rows.Select(r => (byte)r.Index)], [.. rows.Select(r => r.Level)], method, asDifferences: false, metadata);
        var back = new CaptureCollector();
        ParquetCaptureReader.Read(path, back);
        CaptureAssert.Same(capture, back.ToCapture());
    }

    private static List<ParquetPage> Pages(FileStream file, string path, ColumnChunk column)
    {
        var pages = ParquetGuard.Pages(file, path, column);
        Assert.True(ParquetPages.Covers(column.MetaData!, pages));
        return pages;
    }

    private (string Path, List<ColumnChunk> Columns) Write(
        long[] ticks, byte[] channels, bool[] levels, CompressionMethod method, bool asDifferences, CaptureMetadata? metadata = null)
    {
        var path = _folder.File($"{Interlocked.Increment(ref _files)}.parquet");
        var options = new ParquetOptions { CompressionMethod = method };
        options.ColumnEncodingHints["t_ticks"] = asDifferences ? EncodingHint.DeltaBinaryPacked : EncodingHint.Default;
        using (var file = File.Create(path))
        {
            var writer = ParquetWriter.CreateAsync(ParquetEdges.Schema, file, options).GetAwaiter().GetResult();
            using (var group = writer.CreateRowGroup())
            {
                group.WriteAsync<long>(ParquetEdges.Ticks, ticks).GetAwaiter().GetResult();
                group.WriteAsync<byte>(ParquetEdges.Channels, channels).GetAwaiter().GetResult();
                group.WriteAsync<bool>(ParquetEdges.Levels, levels).GetAwaiter().GetResult();
            }

            if (metadata is not null)
            {
                writer.CustomMetadata = new Dictionary<string, string> { [ParquetEdges.MetadataKey] = System.Text.Encoding.UTF8.GetString(metadata.ToUtf8()) };
            }

            writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        using var read = File.OpenRead(path);
        var reader = ParquetReader.CreateAsync(read).GetAwaiter().GetResult();
        using var rows = reader.OpenRowGroupReader(0);
        return (path, rows.RowGroup.Columns);
    }
}
