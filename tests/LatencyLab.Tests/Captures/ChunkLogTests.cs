using CsCheck;
using LatencyLab.Captures;
using LatencyLab.Signals;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Captures;

public sealed class ChunkLogTests : IDisposable
{
    private static readonly Gen<int> Seeds = Gen.Int[0, int.MaxValue - 1];

    private readonly TempFolder _folder = new();
    private int _files;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_recorded_reads_back_the_same() =>
        Seeds.Sample(
            seed =>
            {
                var recording = Recording.Make(seed, maxBlock: seed % 7 == 0 ? 20_000 : 300);
                var (capture, report) = Read(Write(recording));
                Assert.True(report.IsClean);
                Assert.Equal(new CaptureOrigin("r1", true), report.Metadata.Origin);
                CaptureAssert.Same(recording.ToCapture(), capture);
                Assert.Equal(capture.Traces.Select(t => (long)t.Ticks.Length), report.EdgesByChannel);
            },
            iter: Tool.LongRuns ? 2_000 : 60);

    [Fact]
    public void The_reader_announces_gaps_first_and_keeps_its_watermark() =>
        Seeds.Sample(
            seed =>
            {
                var order = new OrderChecker();
                ChunkLogReader.Read(Write(Recording.Make(seed)), order);
                Assert.True(order.Ended);
            },
            iter: Tool.LongRuns ? 2_000 : 60);

    [Fact]
    public void Everything_before_the_last_flush_survives_a_log_without_end() =>
        Seeds.Sample(
            seed =>
            {
                var recording = Recording.Make(seed);
                var lastFlush = recording.Steps.Index().LastOrDefault(s => s.Item is Recording.FlushStep).Index;
                var (capture, report) = Read(Write(recording, withEnd: false));
                Assert.False(report.HasEnd);
                Assert.Empty(report.Damages);
                CaptureAssert.NothingLostInSilence(recording.ToCapture(), capture);
                foreach (var edges in recording.Steps.Take(lastFlush).OfType<Recording.EdgeStep>())
                {
                    Assert.Empty(edges.Ticks.Except(capture.Traces[edges.Channel].Ticks));
                }
            },
            iter: Tool.LongRuns ? 2_000 : 60);

    [Fact]
    public void A_log_that_is_cut_at_any_byte_gives_what_stands_before_the_cut()
    {
        var recording = Recording.Make(5, steps: 12, maxBlock: 40);
        var truth = recording.ToCapture();
        var bytes = File.ReadAllBytes(Write(recording));
        var known = 0L;
        for (var length = 0; length < bytes.Length; length++)
        {
            var path = NewFile(bytes.AsSpan(0, length));
            try
            {
                var (capture, report) = Read(path);
                Assert.False(report.IsClean);
                CaptureAssert.NothingLostInSilence(truth, capture);
                Assert.True(report.Edges >= known, "a longer prefix gave fewer edges");
                known = report.Edges;
            }
            catch (CaptureFormatException)
            {
                Assert.Equal(0, known);
            }

            File.Delete(path);
        }

        Assert.Equal(truth.Traces.Sum(t => (long)t.Ticks.Length), known);
    }

    [Fact]
    public void Damage_of_any_kind_becomes_gaps_and_never_silence() =>
        Gen.Select(Seeds, Gen.Int[0, 5], Gen.Int[1, 60]).Sample(
            (seed, kind, size) =>
            {
                var recording = Recording.Make(seed);
                var truth = recording.ToCapture();
                var bytes = File.ReadAllBytes(Write(recording, withEnd: seed % 3 != 0));
                var damaged = Damage(bytes, kind, size, new Random(seed));
                var path = NewFile(damaged);
                try
                {
                    CaptureAssert.NothingLostInSilence(truth, Read(path).Capture);
                }
                catch (CaptureFormatException e)
                {
                    // Only a log whose two heads are both hit can't be read at all.
                    Assert.Contains("head", e.Message, StringComparison.Ordinal);
                }

                File.Delete(path);
            },
            iter: Tool.LongRuns ? 100_000 : 400);

    [Fact]
    public void One_flipped_bit_costs_at_most_one_chunk()
    {
        var recording = Recording.Make(11, steps: 60, maxBlock: 9_000);
        var truth = recording.ToCapture();
        var bytes = File.ReadAllBytes(Write(recording));
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Int[0, 7]).Sample(
            (at, bit) =>
            {
                var damaged = bytes.ToArray();
                damaged[at] ^= (byte)(1 << bit);
                var path = NewFile(damaged);
                var (capture, report) = Read(path);
                Assert.False(report.IsClean);
                CaptureAssert.NothingLostInSilence(truth, capture);
                Assert.True(truth.Traces.Sum(t => t.Ticks.Length) - report.Edges <= 4096);
                Assert.InRange(report.Damages.Count, 1, 1);
                File.Delete(path);
            },
            iter: Tool.LongRuns ? 3_000 : 60,
            threads: 1);
    }

    [Fact]
    public void A_chunk_that_is_lost_on_one_channel_leaves_the_other_without_a_gap()
    {
        var path = _folder.File("two.llc");
        using (var log = ChunkLogWriter.Create(path, new CaptureOrigin()))
        {
            log.Begin(new CaptureHeader(new LatencyLab.Units.TimeBase(1000), [new Channel(0, "A"), new Channel(1, "B")]));
            for (var block = 0; block < 10; block++)
            {
                log.Edges(0, true, [(block * 100) + 1, (block * 100) + 2]);
                log.Edges(1, true, [(block * 100) + 3, (block * 100) + 4]);
                log.Advance((block * 100) + 50);
                log.Flush();
            }

            log.End(1000);
        }

        var bytes = File.ReadAllBytes(path);
        // Head twice, then three records a block: the fifth block's chunk of channel A.
        var fifth = Enumerable.Range(0, bytes.Length - 4).Where(i => bytes.AsSpan(i).StartsWith("LLC1"u8)).ElementAt(2 + (4 * 3));
        bytes[fifth + 30] ^= 1;
        var (capture, report) = Read(NewFile(bytes));
        Assert.Equal([new Gap(303, 500, 0, 2, "part of the log is damaged")], capture.Gaps);
        Assert.Equal([18, 20], report.EdgesByChannel);
    }

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, byte[]> s_logs = new();

    [Fact]
    public void Records_that_lie_with_a_right_checksum_end_in_a_typed_error() =>
        Gen.Select(Seeds, Gen.Int[1, 4]).Sample(
            (seed, changes) =>
            {
                var random = new Random(seed);
                // Writing a log goes to the disk each time: made anew for each mutant, the logs took all the time of the long form.
                var bytes = s_logs.GetOrAdd(seed % 500, number => File.ReadAllBytes(Write(Recording.Make(number, steps: 12, maxBlock: 30)))).ToArray();
                for (var i = 0; i < changes; i++)
                {
                    ChunkLogMutation.LieInOneRecord(bytes, random);
                }

                var path = NewFile(bytes);
                try
                {
                    var order = new OrderChecker();
                    ChunkLogReader.Read(path, order);
                    Assert.True(order.Ended);
                }
                catch (CaptureFormatException e)
                {
                    Assert.Equal(path, e.Where!.Split(',')[0]);
                }

                File.Delete(path);
            },
            iter: Tool.LongRuns ? 100_000 : 500);

    [Fact]
    public void A_chunk_whose_level_does_not_alternate_is_refused_unless_a_gap_excuses_it()
    {
        foreach (var hasGap in new[] { false, true })
        {
            var path = NewPath();
            using (var writer = ChunkLogWriter.Create(path, new CaptureOrigin()))
            {
                writer.Begin(new CaptureHeader(new LatencyLab.Units.TimeBase(1000), [new Channel(0, "D0", false)]));
                writer.Edges(0, true, [10]);
                writer.Flush();
                if (hasGap)
                {
                    writer.Gap(new Gap(11, 19, 0, null, "frame lost"));
                }

                writer.Edges(0, hasGap, [20]);
                writer.End(30);
            }

            if (hasGap)
            {
                Assert.Equal(2, ChunkLogReader.Verify(path).Edges);
                continue;
            }

            var bytes = File.ReadAllBytes(path);
            var last = Fuzz.ByteStructure.ChunkRecords(bytes)[^2];
            bytes[last + 22] ^= 1;
            var lie = NewFile(Fuzz.ByteStructure.RepairChunkLog(bytes, new Random(1)));
            Assert.Contains("level", Assert.Throws<CaptureFormatException>(() => ChunkLogReader.Verify(lie)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_of_nothing_but_false_records_is_given_up_in_linear_time()
    {
        // Each record claims the longest payload, so that each checksum would be a megabyte of work.
        var bytes = new byte[8 << 20];
        for (var at = 0; at + 12 < bytes.Length; at += 12)
        {
            "LLC1"u8.CopyTo(bytes.AsSpan(at));
            BitConverter.TryWriteBytes(bytes.AsSpan(at + 8), 1 << 20);
        }

        Assert.Throws<CaptureFormatException>(() => ChunkLogReader.Verify(NewFile(bytes)));
    }

    [Fact]
    public void An_existing_file_is_never_overwritten()
    {
        var path = NewFile([1, 2, 3]);
        Assert.Equal(FaultKind.Storage, Assert.Throws<LatencyLabException>(() => ChunkLogWriter.Create(path, new CaptureOrigin())).Kind);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
    }

    [Fact]
    public void A_missing_folder_is_a_storage_error() =>
        Assert.Equal(
            FaultKind.Storage,
            Assert.Throws<LatencyLabException>(() => ChunkLogWriter.Create(_folder.File("gone/edges.llc"), new CaptureOrigin())).Kind);

    private static byte[] Damage(byte[] bytes, int kind, int size, Random random)
    {
        var at = random.Next(bytes.Length);
        var garbage = new byte[size * 100];
        random.NextBytes(garbage);
        switch (kind)
        {
            case 0:
                var flipped = bytes.ToArray();
                for (var i = 0; i < size; i++)
                {
                    flipped[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                return flipped;
            case 1:
                // Power loss: blocks were allocated but never written.
                return [.. bytes[..at], .. new byte[bytes.Length - at], .. new byte[size * 1000]];
            case 2:
                return [.. bytes[..at], .. garbage, .. bytes[at..]];
            case 3:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + (size * 20))..]];
            case 4:
                // A copy of another part of the log in its middle.
                return [.. bytes[..at], .. bytes[random.Next(bytes.Length)..], .. bytes[at..]];
            default:
                garbage.AsSpan(0, Math.Min(garbage.Length, bytes.Length - at)).CopyTo((bytes = bytes.ToArray()).AsSpan(at));
                return bytes;
        }
    }

    private string Write(Recording recording, bool withEnd = true)
    {
        var path = NewPath();
        using var log = ChunkLogWriter.Create(path, new CaptureOrigin("r1", true));
        recording.CopyTo(log, withEnd);
        return path;
    }

    private static (Capture Capture, ChunkLogReport Report) Read(string path)
    {
        var collector = new CaptureCollector();
        var report = ChunkLogReader.Read(path, collector);
        return (collector.ToCapture(), report);
    }

    private string NewFile(ReadOnlySpan<byte> bytes)
    {
        var path = NewPath();
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private string NewPath() => _folder.File($"{Interlocked.Increment(ref _files)}.llc");
}
