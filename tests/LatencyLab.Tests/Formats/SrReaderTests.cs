using System.IO.Compression;
using System.Text;
using CsCheck;
using LatencyLab.Formats;

namespace LatencyLab.Tests.Formats;

public sealed class SrReaderTests
{
    private static readonly byte[] Toggling = [0, 1, 1, 3, 2, 2, 0, 0];

    [Theory]
    [InlineData("0")]
    [InlineData("0 Hz")]
    public void A_rate_of_zero_is_none_and_the_user_may_give_it(string rate)
    {
        var session = new SrSession { Rate = rate }.Add("logic-1", Toggling).ToBytes();
        Assert.Contains("--samplerate", CaptureBytes.Fault(session).Try, StringComparison.Ordinal);
        Assert.Equal(1000, CaptureBytes.Read(session, new ReadOptions { SampleRateHz = 1000 }).TimeBase.TickHz);
    }

    [Fact]
    public void Two_channels_never_get_one_name()
    {
        Assert.Contains("'x'", Assert.Throws<LatencyLabException>(() => ReadOptions.ParseRenames("A=x,B=x")).Message, StringComparison.Ordinal);
        Assert.Contains("used once", Assert.Throws<LatencyLabException>(() => ReadOptions.ParseRenames("A=x,A=y")).Message, StringComparison.Ordinal);
        var session = new SrSession().Add("logic-1", Toggling).ToBytes();
        Assert.Equal(FaultKind.Usage, CaptureBytes.Fault(session, new ReadOptions { Renames = ReadOptions.ParseRenames("D0=D1") }).Kind);
    }

    [Fact]
    public void Edges_are_those_of_a_sample_by_sample_comparison() => Gen.Select(Gen.Int[1, 8], Gen.Int[1, 3000], Gen.Int[0, 200], Gen.Int)
        .Sample(
            (unit, samples, busyness, seed) =>
            {
                var random = new Random(seed);
                var bytes = RandomSamples(random, unit, samples, busyness);
                var wanted = Enumerable.Range(0, unit * 8).Where(_ => random.Next(3) > 0).DefaultIfEmpty(0).ToArray();
                var session = new SrSession
                {
                    UnitSize = unit,
                    Probes = [.. Enumerable.Range(0, unit * 8).Select(i => $"P{i}")],
                    Level = random.Next(2) == 0 ? CompressionLevel.NoCompression : CompressionLevel.Fastest,
                };
                session.AddChunks(bytes, RandomParts(random, samples));

                var capture = CaptureBytes.Read(session.ToBytes(), new ReadOptions { Channels = [.. wanted.Select(i => $"P{i}")] });

                Assert.Equal(samples, capture.EndTick);
                foreach (var (trace, bit) in capture.Traces.Zip(wanted))
                {
                    var (initial, ticks) = SlowEdges(bytes, unit, bit);
                    Assert.Equal(initial, trace.Channel.InitialLevel);
                    Assert.Equal(ticks, trace.Ticks);
                    Assert.True(ticks.Length == 0 || trace.FirstLevel == !initial);
                    Assert.Empty(trace.Breaks);
                }
            },
            iter: 300);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    [InlineData(3, 7)]
    public void Nothing_is_lost_or_doubled_where_blocks_and_threads_meet(int unit, int chunks)
    {
        const int samples = 3 * 7 * 512 * 1024;
        var bytes = new byte[samples * unit];
        for (var sample = 0; sample < samples; sample++)
        {
            bytes[sample * unit] = (byte)((sample & 1) | ((sample / (samples / chunks)) & 1) << 1);
        }

        var session = new SrSession { UnitSize = unit, Level = CompressionLevel.Fastest }.AddChunks(bytes, Enumerable.Repeat(samples / chunks, chunks));
        var capture = CaptureBytes.Read(session.ToBytes());

        Assert.True(capture.Traces[0].Ticks.AsSpan().SequenceEqual(Enumerable.Range(1, samples - 1).Select(s => (long)s).ToArray()));
        Assert.Equal(Enumerable.Range(1, chunks - 1).Select(c => (long)c * (samples / chunks)), capture.Traces[1].Ticks);
        Assert.All(capture.Traces, t => Assert.Empty(t.Breaks));
    }

    [Theory]
    [InlineData("1", "logic-1")]
    [InlineData("2", "logic-1")]
    [InlineData("2\n", "logic-1-1")]
    public void Versions_and_member_names_of_all_recorders_are_read(string version, string member) =>
        Assert.Equal([1, 6], CaptureBytes.Read(new SrSession { Version = version }.Add(member, [0, 1, 1, 1, 3, 3, 2]).ToBytes(), null).Traces[0].Ticks);

    [Theory]
    [InlineData("1000000", 1_000_000)]
    [InlineData("1000000 Hz", 1_000_000)]
    [InlineData("1 MHz", 1_000_000)]
    [InlineData("1MHz", 1_000_000)]
    [InlineData("1.5 MHz", 1_500_000)]
    [InlineData("333.333 kHz", 333_333)]
    [InlineData("2 mHz", 2_000_000)]
    public void Rates_are_read_in_all_forms_of_sigrok(string rate, long hz) =>
        Assert.Equal(hz, CaptureBytes.Read(new SrSession { Rate = rate }.Add("logic-1", Toggling).ToBytes()).TimeBase.TickHz);

    [Theory]
    [InlineData("-1")]
    [InlineData("1e6")]
    [InlineData("1,5 MHz")]
    [InlineData("0.5 Hz")]
    [InlineData("333.3333333 kHz")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public void A_rate_that_is_no_whole_number_of_hertz_is_refused(string rate) =>
        Assert.Contains("samplerate", CaptureBytes.Fault(new SrSession { Rate = rate }.Add("logic-1", Toggling).ToBytes()).Message, StringComparison.Ordinal);

    [Fact]
    public void Other_keys_sections_members_and_line_ends_are_allowed()
    {
        const string metadata = "# made by hand\r\n[other]\r\nx=1\r\n[device 7]\r\ndriver = x\r\n probe1 = my\\sline = a;b \r\ntotal probes = 3\r\n" +
            "probe3=µ\r\nanalog4=A\r\ntotal analog=1\r\nsamplerate = 1 MHz\r\nunitsize = 1\r\ncapturefile = logic-1\r\n[latencylab]\r\na=b\r\n";
        var session = new SrSession { Metadata = metadata }.Add("analog-1-4-1", new byte[16]).Add("latencylab.json", "{}"u8.ToArray()).Add("logic-1-1", Toggling);
        var capture = CaptureBytes.Read(session.ToBytes());
        Assert.Equal(["my line = a;b", "µ"], capture.Traces.Select(t => t.Channel.Name));
    }

    [Theory]
    [InlineData("unitsize=1", "", "'unitsize'")]
    [InlineData("unitsize=1", "unitsize=0", "unitsize = 0")]
    [InlineData("unitsize=1", "unitsize=9", "unitsize = 9")]
    [InlineData("unitsize=1", "unitsize=one", "unitsize = one")]
    [InlineData("unitsize=1", "unitsize=1\nunitsize=1", "a second time")]
    [InlineData("total probes=2", "", "'total probes'")]
    [InlineData("total probes=2", "total probes=1000000000", "total probes = 1000000000")]
    [InlineData("total probes=2", "total probes=1", "'probe2'")]
    [InlineData("probe2=D1", "probe0=D1", "'probe0'")]
    [InlineData("total probes=2", "total probes=16\nprobe9=X", "outside a sample")]
    [InlineData("probe1=D0\nprobe2=D1\n", "", "no enabled channel")]
    [InlineData("capturefile=logic-1\n", "", "capturefile")]
    [InlineData("[device 1]", "[Device 1]", "no [device …] section")]
    [InlineData("[device 1]", "[device 1]\n[device 2]", "second device")]
    [InlineData("[device 1]", "[device 1]\nnonsense", "neither a section nor a key")]
    public void Metadata_that_make_no_sense_are_refused_and_named(string right, string wrong, string named)
    {
        var usual = "[global]\nsigrok version=0.5.2\n[device 1]\ncapturefile=logic-1\ntotal probes=2\nsamplerate=1 MHz\nprobe1=D0\nprobe2=D1\nunitsize=1\n";
        Assert.Equal(8, CaptureBytes.Read(new SrSession { Metadata = usual }.Add("logic-1", Toggling).ToBytes()).EndTick);

        var fault = CaptureBytes.Fault(new SrSession { Metadata = usual.Replace(right, wrong, StringComparison.Ordinal) }.Add("logic-1", Toggling).ToBytes());
        Assert.IsType<CaptureFormatException>(fault);
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_chunk_is_named_where_sigrok_ends_in_silence() =>
        Assert.Contains(
            "'logic-1-2' is missing",
            CaptureBytes.Fault(new SrSession().Add("logic-1-1", Toggling).Add("logic-1-3", Toggling).ToBytes()).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_chunk_that_is_not_whole_samples_is_refused_where_sigrok_shifts_the_rest() =>
        Assert.Contains(
            "'logic-1-1' has 7 bytes",
            CaptureBytes.Fault(new SrSession { UnitSize = 2 }.Add("logic-1-1", Toggling[1..]).Add("logic-1-2", Toggling).ToBytes()).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("3")]
    [InlineData("")]
    [InlineData("12")]
    public void Unknown_versions_are_refused(string version) =>
        Assert.Contains("version", CaptureBytes.Fault(new SrSession { Version = version }.Add("logic-1", Toggling).ToBytes()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_session_without_samples_is_refused()
    {
        Assert.Contains("'logic-1-1'", CaptureBytes.Fault(new SrSession().ToBytes()).Message, StringComparison.Ordinal);
        Assert.Contains("no samples", CaptureBytes.Fault(new SrSession().Add("logic-1-1", []).ToBytes()).Message, StringComparison.Ordinal);
        Assert.Contains("'logic-1-1'", CaptureBytes.Fault(new SrSession().Add("logic-1", Toggling).Add("logic-1-1", Toggling).ToBytes()).Message, StringComparison.Ordinal);
        Assert.Contains("chunk 1", CaptureBytes.Fault(new SrSession().Add("logic-1-1", Toggling).Add("logic-1-01", Toggling).ToBytes()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_in_another_encoding_or_of_absurd_size_are_refused()
    {
        var latin = Encoding.Latin1.GetBytes("[device 1]\nprobe1=µ");
        var session = new SrSession { Metadata = "" };
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            using (var version = zip.CreateEntry("version").Open())
            {
                version.Write("2"u8);
            }

            using var metadata = zip.CreateEntry("metadata").Open();
            metadata.Write(latin);
        }

        Assert.Contains("UTF-8", CaptureBytes.Fault(archive.ToArray()).Message, StringComparison.Ordinal);
        Assert.Contains("at most", CaptureBytes.Fault(new SrSession { Metadata = new string('#', 2_000_000) }.ToBytes()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_given_rate_must_not_contradict_the_file()
    {
        var bytes = new SrSession().Add("logic-1", Toggling).ToBytes();
        Assert.Equal(1_000_000, CaptureBytes.Read(bytes, new ReadOptions { SampleRateHz = 1_000_000 }).TimeBase.TickHz);
        Assert.Equal(FaultKind.Usage, CaptureBytes.Fault(bytes, new ReadOptions { SampleRateHz = 2_000_000 }).Kind);
    }

    [Fact]
    public void What_the_sink_throws_comes_out_as_it_is_and_ends_the_decoding()
    {
        var session = new SrSession().AddChunks(new byte[64 * 1024 * 1024], Enumerable.Repeat(1024 * 1024, 64));
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, session.ToBytes());
            using var cancelled = new CancellationTokenSource();
            cancelled.Cancel();
            Assert.Throws<OperationCanceledException>(() => CaptureFile.Open(path).Read(new EdgeCounter(), cancelled.Token));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] RandomSamples(Random random, int unit, int samples, int busyness)
    {
        var bytes = new byte[unit * samples];
        random.NextBytes(bytes.AsSpan(0, unit));
        for (var at = unit; at < bytes.Length; at++)
        {
            bytes[at] = random.Next(200) < busyness ? (byte)random.Next(256) : bytes[at - unit];
        }

        return bytes;
    }

    private static List<int> RandomParts(Random random, int total)
    {
        var parts = new List<int>();
        while (total > 0)
        {
            parts.Add(random.Next(4) == 0 ? 0 : random.Next(1, total + 1));
            total -= parts[^1];
        }

        return parts;
    }

    private static (bool Initial, long[] Ticks) SlowEdges(byte[] bytes, int unit, int bit)
    {
        bool Level(int sample) => ((bytes[(sample * unit) + (bit / 8)] >> (bit % 8)) & 1) != 0;
        var ticks = Enumerable.Range(1, (bytes.Length / unit) - 1).Where(s => Level(s) != Level(s - 1)).Select(s => (long)s);
        return (Level(0), [.. ticks]);
    }
}
