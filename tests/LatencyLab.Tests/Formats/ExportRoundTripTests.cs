using CsCheck;
using LatencyLab.Formats;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Tests.Formats;

public sealed class ExportRoundTripTests
{
    private static readonly long[] Rates = [1, 1_000, 1_000_000, 4_000_000, 10_000_000, 24_000_000, 62_500_000, 125_000_000, 500_000_000, 1_000_000_000, 333_333];

    private static readonly string[] Names = ["D0", "D1", "stim", "RESP", "a b", "x,y", "=1+1", "\"q\"", "µ", "D0 ", "'", "data[3]", "$end"];

    [Theory]
    [InlineData("csv")]
    [InlineData("vcd")]
    [InlineData("sr")]
    [InlineData("saleae-csv")]
    public void What_is_written_reads_back_as_the_same_capture(string format) => Gen.Select(Gen.Int, Gen.Int[1, 12], Gen.Int[0, 400]).Sample(
        (seed, channels, edges) =>
        {
            var capture = Make(new Random(seed), channels, edges, startTick: 0, gaps: format == "csv");
            var (back, changes) = RoundTrip(capture, format, new ReadOptions { SampleRateHz = format == "saleae-csv" ? capture.TimeBase.TickHz : null });
            AssertSame(capture, back, namesMayDiffer: format == "vcd");
            Assert.All(changes, c => Assert.Matches("^(Channel '|A tick of)", c));
        },
        iter: 200);

    [Theory]
    [InlineData("csv")]
    [InlineData("vcd")]
    public void Channels_with_the_same_name_or_none_stay_apart_and_the_export_says_so(string format)
    {
        // Logic 2 lets several channels have one name.
        var capture = Make(new Random(5), 4, 60, startTick: 0, gaps: false);
        var names = (string[])["clk", "clk", "", "clk_2"];
        capture = capture with
        {
            Header = capture.Header with { Channels = [.. capture.Header.Channels.Select(c => c with { Name = names[c.Index] })] },
            Traces = [.. capture.Traces.Select(t => t with { Channel = t.Channel with { Name = names[t.Channel.Index] } })],
        };
        var (back, changes) = RoundTrip(capture, format);
        Assert.Equal(["clk", "clk_2", "_", "clk_2_2"], back.Traces.Select(t => t.Channel.Name));
        Assert.Equal(3, changes.Count(c => c.StartsWith("Channel '", StringComparison.Ordinal)));
        AssertSame(capture, back, namesMayDiffer: true);
    }

    [Fact]
    public void Our_own_csv_keeps_begin_gaps_calibration_and_unknown_levels() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            var capture = Make(random, 3, 50, startTick: random.Next(-5000, 5000), gaps: true);
            capture = capture with { Header = capture.Header with { TimeBase = new TimeBase(capture.TimeBase.TickHz, random.NextDouble() * 100) } };
            var (back, changes) = RoundTrip(capture, "csv");
            AssertSame(capture, back, namesMayDiffer: false);
            Assert.Equal(capture.Gaps, back.Gaps);
            Assert.Equal(capture.TimeBase, back.TimeBase);
            Assert.Empty(changes);
        },
        iter: 200);

    [Theory]
    [InlineData("vcd")]
    [InlineData("sr")]
    [InlineData("saleae-csv")]
    public void A_gap_is_refused_by_formats_that_know_levels_only(string format)
    {
        var capture = Make(new Random(1), 2, 20, startTick: 0, gaps: false) with { Gaps = [new Gap(3, 5, 1, null, "frame lost")] };
        var fault = Assert.Throws<LatencyLabException>(() => RoundTrip(capture, format));
        Assert.Equal(FaultKind.Usage, fault.Kind);
        Assert.Contains("frame lost", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_capture_that_begins_elsewhere_is_shifted_and_says_so()
    {
        var capture = Make(new Random(1), 2, 20, startTick: 1_000_000, gaps: false);
        foreach (var format in (string[])["vcd", "sr"])
        {
            var (back, changes) = RoundTrip(capture, format);
            Assert.Contains(changes, c => c.StartsWith("Times begin at 0", StringComparison.Ordinal));
            Assert.Equal(capture.Traces[0].Ticks.Select(t => t - 1_000_000), back.Traces[0].Ticks);
        }
    }

    [Theory]
    [InlineData(24_000_000, "A tick of 24 MHz is no multiple of 1 ps: times are rounded to 1 ps, each by at most 0.5 ps.")]
    [InlineData(300_000_000_000_000, "A tick of 300000 GHz is no multiple of 1 fs: times are rounded to 1 fs, each by at most 0.5 fs.")]
    [InlineData(62_500_000, null)]
    public void A_dump_that_rounds_its_times_says_by_how_much_and_what_keeps_the_samples(long tickHz, string? said)
    {
        var capture = Make(new Random(3), 2, 40, startTick: 0, gaps: false);
        capture = capture with { Header = capture.Header with { TimeBase = new TimeBase(tickHz) } };
        var (back, changes) = RoundTrip(capture, "vcd");
        AssertSame(capture, back, namesMayDiffer: true);
        var note = changes.SingleOrDefault(c => c.StartsWith("A tick of", StringComparison.Ordinal));
        Assert.Equal(said is null, note is null);
        if (said is not null)
        {
            Assert.StartsWith(said, note, StringComparison.Ordinal);
            Assert.Contains("(--to sr) keeps the samples", note, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void More_samples_than_a_session_can_take_are_refused_before_the_disk_is_full()
    {
        var capture = Make(new Random(1), 2, 0, startTick: 0, gaps: false) with { EndTick = 1_000_000_001 };
        var fault = Assert.Throws<LatencyLabException>(() => RoundTrip(capture, "sr"));
        Assert.Contains("--from", fault.Try, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slice_is_what_a_slow_one_makes_of_it() => Gen.Select(Gen.Int, Gen.Int[0, 3000], Gen.Int[1, 3000]).Sample(
        (seed, from, length) =>
        {
            var random = new Random(seed);
            var capture = Make(random, 3, 100, startTick: 0, gaps: false);
            if (from >= capture.EndTick)
            {
                return;
            }

            var collector = new CaptureCollector();
            var slice = new TimeSlice(collector, _ => from, _ => from + length, "test");
            PushInPieces(capture, slice, random);
            var sliced = collector.ToCapture();

            Assert.Equal((from, Math.Min(from + length, capture.EndTick)), (sliced.Header.StartTick, sliced.EndTick));
            foreach (var (whole, part) in capture.Traces.Zip(sliced.Traces))
            {
                var before = whole.Ticks.Count(t => t <= from);
                Assert.Equal(whole.Channel.InitialLevel ^ ((before & 1) != 0), part.Channel.InitialLevel);
                Assert.Equal(whole.Ticks.Where(t => t > from && t < from + length), part.Ticks);
            }
        },
        iter: 300);

    private static (Capture Capture, IReadOnlyList<string> Changes) RoundTrip(Capture capture, string format, ReadOptions? options = null)
    {
        var path = Path.GetTempFileName();
        try
        {
            var changes = CaptureExport.Write(new InMemory(capture), path, format);
            var collector = new CaptureCollector();
            CaptureFile.Open(path, options).Read(collector, TestContext.Current.CancellationToken);
            return (collector.ToCapture(), changes);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertSame(Capture expected, Capture actual, bool namesMayDiffer)
    {
        Assert.Equal(expected.TimeBase.TickHz, actual.TimeBase.TickHz);
        Assert.Equal((expected.Header.StartTick, expected.EndTick), (actual.Header.StartTick, actual.EndTick));
        Assert.Equal(expected.Traces.Count, actual.Traces.Count);
        foreach (var (a, b) in expected.Traces.Zip(actual.Traces))
        {
            Assert.Equal(a.Ticks, b.Ticks);
            Assert.Equal(a.Channel.InitialLevel, b.Channel.InitialLevel);
            Assert.True(a.Ticks.Length == 0 || a.FirstLevel == b.FirstLevel);
            Assert.Equal(a.Breaks, b.Breaks);
            Assert.True(namesMayDiffer || a.Channel.Name == b.Channel.Name, $"'{a.Channel.Name}' became '{b.Channel.Name}'");
        }
    }

    private static Capture Make(Random random, int channels, int edges, long startTick, bool gaps)
    {
        var timeBase = new TimeBase(Rates[random.Next(Rates.Length)]);
        var end = startTick + 1;
        var traces = new List<Trace>();
        var gapList = new List<Gap>();
        for (var channel = 0; channel < channels; channel++)
        {
            var initial = random.Next(2) == 0;
            var ticks = new long[random.Next(edges + 1)];
            var tick = startTick;
            for (var i = 0; i < ticks.Length; i++)
            {
                tick += random.Next(1, random.Next(2) == 0 ? 3 : 200);
                ticks[i] = tick;
            }

            end = Math.Max(end, tick + random.Next(1, 50));
            var name = channel < Names.Length && random.Next(2) == 0 ? Names[channel] : $"ch{channel}";
            var breaks = new List<TraceBreak>();
            bool? known = initial;
            if (gaps && ticks.Length > 4 && random.Next(2) == 0)
            {
                var at = random.Next(1, ticks.Length);
                breaks.Add(new TraceBreak(at, !initial ^ ((at & 1) == 0)));
                gapList.Add(new Gap(ticks[at - 1], ticks[at], random.Next(2) == 0 ? channel : null, random.Next(2) == 0 ? random.Next(100) : null, "lost; \"frame\", =1"));
            }
            else if (gaps && random.Next(3) == 0)
            {
                known = null;
            }

            traces.Add(new Trace(new Channel(channel, name, known), !initial, ticks, breaks));
        }

        var header = new CaptureHeader(timeBase, [.. traces.Select(t => t.Channel)], startTick);
        return new Capture(header, traces, [.. gapList.OrderBy(g => g.FromTick)], end);
    }

    private static void PushInPieces(Capture capture, TimeSlice sink, Random random)
    {
        sink.Begin(capture.Header);
        var done = new int[capture.Traces.Count];
        for (var tick = capture.Header.StartTick; tick < capture.EndTick; tick += random.Next(1, 1000))
        {
            foreach (var trace in capture.Traces)
            {
                var index = trace.Channel.Index;
                var end = trace.Ticks.Count(t => t < tick) + random.Next(3);
                end = Math.Clamp(end, done[index], trace.Ticks.Length);
                sink.Edges(index, trace.FirstLevel ^ ((done[index] & 1) != 0), trace.Ticks.AsSpan(done[index]..end));
                done[index] = end;
            }

            sink.Advance(tick);
        }

        foreach (var trace in capture.Traces)
        {
            sink.Edges(trace.Channel.Index, trace.FirstLevel ^ ((done[trace.Channel.Index] & 1) != 0), trace.Ticks.AsSpan(done[trace.Channel.Index]..));
        }

        sink.Advance(capture.EndTick);
        sink.End(capture.EndTick);
    }

    private sealed class InMemory(Capture capture) : ICaptureSource
    {
        public string Format => "memory";

        public void Read(IEdgeSink sink, CancellationToken cancellationToken = default) => capture.CopyTo(sink);
    }
}
