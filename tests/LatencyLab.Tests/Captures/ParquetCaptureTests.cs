using CsCheck;
using LatencyLab.Captures;
using LatencyLab.Signals;
using LatencyLab.Tests.Fuzz;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Tests.Captures;

public sealed class ParquetCaptureTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private int _files;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_written_reads_back_the_same() =>
        Gen.Int[0, int.MaxValue - 1].Sample(
            seed =>
            {
                var recording = Recording.Make(seed);
                var path = NewPath();
                Write(path, recording.CopyTo, new CaptureOrigin("r1", true));
                var collector = new CaptureCollector();
                var order = new OrderChecker();
                Assert.Equal(new CaptureOrigin("r1", true), ParquetCaptureReader.Read(path, collector).Origin);
                CaptureAssert.Same(recording.ToCapture(), collector.ToCapture());
                ParquetCaptureReader.Read(path, order);
                Assert.True(order.Ended);
            },
            iter: Tool.LongRuns ? 1_000 : 40);

    [Fact]
    public void A_capture_without_an_edge_keeps_its_channels_and_its_end()
    {
        var capture = new Capture(new CaptureHeader(new TimeBase(1), [new Channel(0, "A", true)], -5), [new Trace(new Channel(0, "A", true), false, [], [])], [], 5);
        var path = NewPath();
        Write(path, (sink, _) => capture.CopyTo(sink), new CaptureOrigin());
        var collector = new CaptureCollector();
        ParquetCaptureReader.Read(path, collector);
        CaptureAssert.Same(capture, collector.ToCapture());
    }

    [Fact]
    public void Several_row_groups_read_back_the_same()
    {
        const int edges = (1 << 20) + 70_000;
        var capture = new CaptureCollector();
        var random = new Random(1);
        var path = NewPath();
        Write(path, Source, new CaptureOrigin());
        var back = new CaptureCollector();
        ParquetCaptureReader.Read(path, back);
        CaptureAssert.Same(capture.ToCapture(), back.ToCapture());

        void Source(IEdgeSink sink, bool _)
        {
            IEdgeSink[] sinks = [sink, capture];
            var ticks = new long[10_000];
            var tick = 0L;
            Array.ForEach(sinks, s => s.Begin(new CaptureHeader(new TimeBase(62_500_000), [new Channel(0, "D0"), new Channel(1, "D1")])));
            for (var n = 0; n < edges; n += ticks.Length)
            {
                for (var i = 0; i < ticks.Length; i++)
                {
                    ticks[i] = tick += random.NextInt64(1, 1L << random.Next(1, 30));
                }

                Array.ForEach(sinks, s => s.Edges(0, true, ticks));
                Array.ForEach(sinks, s => s.Edges(1, true, ticks));
                Array.ForEach(sinks, s => s.Advance(tick + 1));
            }

            Array.ForEach(sinks, s => s.End(tick + 1));
        }
    }

    [Fact]
    public void A_writer_that_is_given_up_leaves_nothing_behind()
    {
        var path = NewPath();
        using (var writer = ParquetCaptureWriter.Create(path, new CaptureOrigin()))
        {
            Recording.Make(3).CopyTo(writer, withEnd: false);
        }

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Damaged_files_end_in_a_typed_error_or_in_a_possible_capture()
    {
        var path = NewPath();
        Write(path, Recording.Make(8, steps: 10, maxBlock: 200).CopyTo, new CaptureOrigin());
        var bytes = File.ReadAllBytes(path);
        var footer = bytes.Length - 8 - BitConverter.ToInt32(bytes, bytes.Length - 8);
        Gen.Int[0, int.MaxValue - 1].Sample(
            seed =>
            {
                var random = new Random(seed);
                var damaged = Damage(bytes, footer, random);
                var file = NewPath();
                File.WriteAllBytes(file, damaged);
                try
                {
                    var order = new OrderChecker();
                    ParquetCaptureReader.Read(file, order);
                    Assert.True(order.Ended);
                }
                catch (CaptureFormatException)
                {
                }

                File.Delete(file);
            },
            iter: Tool.LongRuns ? 100_000 : 500);
    }

    // 3 is RLE: as such the library writes numbers of 32 bits into the bytes of the column 'channel', and past their end.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(9)]
    public void A_page_in_an_encoding_that_no_capture_has_is_refused_before_it_is_decoded(byte encoding)
    {
        var sound = FuzzTargets.Get("parquet").Seeds()[1];
        // Data page header: member 5, a structure whose first two numbers are the count of values and their encoding, in zigzag.
        int[] pages = [.. Enumerable.Range(0, sound.Length - 5).Where(i => sound[i] == 0x2c && sound[i + 1] == 0x15 && sound[i + 3] == 0x15)];
        Assert.True(pages.Length >= 6, "two groups of three columns");
        foreach (var page in pages)
        {
            var bytes = sound.ToArray();
            bytes[page + 4] = (byte)(encoding << 1);
            var path = NewPath();
            File.WriteAllBytes(path, bytes);
            Assert.Contains("pages", Assert.Throws<CaptureFormatException>(() => ParquetCaptureReader.Read(path, new CaptureCollector())).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_parquet_file_of_somebody_else_is_refused_by_name_of_what_is_missing()
    {
        var path = NewPath();
        Write(path, Recording.Make(1).CopyTo, new CaptureOrigin());
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().LastIndexOf("latencylab\u0018"u8)] = (byte)'x';
        File.WriteAllBytes(path, bytes);
        var fault = Assert.Throws<CaptureFormatException>(() => ParquetCaptureReader.Read(path, new OrderChecker()));
        Assert.Contains("'latencylab'", fault.Message, StringComparison.Ordinal);
    }

    private static byte[] Damage(byte[] bytes, int footer, Random random)
    {
        var damaged = bytes.ToArray();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            // Half of the damage goes into the footer, where lengths and offsets stand.
            var at = random.Next(2) == 0 ? random.Next(footer, bytes.Length) : random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 2:
                    random.NextBytes(damaged.AsSpan(at, Math.Min(random.Next(1, 9), damaged.Length - at)));
                    break;
                default:
                    damaged.AsSpan(at, Math.Min(random.Next(1, 9), damaged.Length - at)).Fill(0xFF);
                    break;
            }
        }

        return random.Next(20) == 0 ? damaged[..random.Next(bytes.Length)] : damaged;
    }

    private static void Write(string path, Action<IEdgeSink, bool> source, CaptureOrigin origin)
    {
        using var writer = ParquetCaptureWriter.Create(path, origin);
        source(writer, true);
    }

    private string NewPath() => _folder.File($"{Interlocked.Increment(ref _files)}.parquet");
}
