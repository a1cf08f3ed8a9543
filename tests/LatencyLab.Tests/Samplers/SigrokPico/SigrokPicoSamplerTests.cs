using CsCheck;
using LatencyLab.Links;
using LatencyLab.Samplers;
using LatencyLab.Samplers.SigrokPico;
using LatencyLab.Signals;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Tests.Samplers.SigrokPico;

public sealed class SigrokPicoSamplerTests
{
    // For devices that stay silent; those that answer get the usual time, since a busy machine needs it.
    private static readonly StepLimits Quick = StepLimits.Default with { Factor = 0.1 };

    [Theory]
    [InlineData(new[] { 2, 3 }, 20_000, 40)]
    [InlineData(new[] { 6, 12 }, 7_001, 3)]
    [InlineData(new[] { 22, 2 }, 30_000, 9_000)]
    public async Task Edges_come_out_of_run_lengths_as_they_went_in(int[] gpios, int samples, int run)
    {
        var pattern = PatternEdges.Random(5, run);
        var (capture, outcome) = await CaptureAsync(new SigrokPicoDevice(pattern), gpios, Duration.FromMicroseconds(samples));
        Assert.Empty(outcome.Faults);
        Assert.Equal(samples, capture.EndTick);
        foreach (var (index, gpio) in gpios.Index())
        {
            Assert.Equal(PatternEdges.Of(i => (pattern(i) >> (gpio - 2) & 1) != 0, samples), capture.Traces[index].Ticks);
        }
    }

    [Fact]
    public async Task Never_fewer_than_five_channels_are_on_since_the_denser_form_shifts_time()
    {
        var device = new SigrokPicoDevice(_ => 0);
        await CaptureAsync(device, [2], Duration.FromMicroseconds(100));
        Assert.Equal(5, device.Heard.Count(c => c.StartsWith("D1", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_overflow_is_a_gap_up_to_the_end_and_a_fault()
    {
        var (capture, outcome) = await CaptureAsync(new SigrokPicoDevice(PatternEdges.Random(3, 20)) { OverflowsAt = 1234 }, [2, 3], Duration.FromMilliseconds(4));
        Assert.Contains("1234 of 4000", Assert.Single(outcome.Faults), StringComparison.Ordinal);
        Assert.Equal(new Gap(1234, 3999, null, null, "sampler overrun"), Assert.Single(capture.Gaps));
        Assert.Equal(4000, capture.EndTick);
        Assert.True(outcome.Health.Overrun);
    }

    [Fact]
    public async Task Bytes_that_were_lost_on_the_way_show_in_the_closing_count()
    {
        var (_, outcome) = await CaptureAsync(new SigrokPicoDevice(PatternEdges.Random(3, 20)) { Swallows = 3 }, [2, 3], Duration.FromMilliseconds(3));
        Assert.Contains("nobody can know", Assert.Single(outcome.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capture_that_is_shorter_than_asked_is_a_fault()
    {
        var (capture, outcome) = await CaptureAsync(new SigrokPicoDevice(_ => 1) { ShortBy = 1 }, [2], Duration.FromMilliseconds(3));
        Assert.Contains("2999 of 3000", Assert.Single(outcome.Faults), StringComparison.Ordinal);
        Assert.Equal(2999, Assert.Single(capture.Gaps).FromTick);
    }

    [Fact]
    public async Task A_device_that_never_closes_its_stream_is_given_up()
    {
        await Assert.ThrowsAsync<DeviceException>(() => CaptureAsync(new SigrokPicoDevice(_ => 1) { NeverCloses = true }, [2], Duration.FromMilliseconds(3)));
    }

    [Fact]
    public async Task Without_an_end_it_streams_until_somebody_says_stop()
    {
        await using var served = ServedDevice.Start(new SigrokPicoDevice(PatternEdges.Random(9, 50)));
        await using var sampler = await OpenAsync(served, "1M");
        using var enough = new CancellationTokenSource();
        var collector = new CaptureCollector();
        var pieces = 0;
        var outcome = await sampler.ListenAsync(new ListenRequest([new SampledLine("2", "A")], null), collector, () =>
        {
            if (++pieces == 5)
            {
                enough.Cancel();
            }
        }, enough.Token);
        Assert.Empty(outcome.Faults);
        var capture = collector.ToCapture();
        var pattern = PatternEdges.Random(9, 50);
        Assert.True(capture.EndTick >= 5000);
        Assert.Equal(PatternEdges.Of(i => (pattern(i) & 1) != 0, capture.EndTick), capture.Traces[0].Ticks);
    }

    [Theory]
    [InlineData("SRPICO,A030D21,01", "version 01")]
    [InlineData("SRPICO,A030D03,02", "3 digital channels")]
    [InlineData("1ALS", "answered '1ALS'")]
    [InlineData("", "silent")]
    public async Task Another_device_is_told_by_what_it_says(string id, string words)
    {
        await using var served = ServedDevice.Start(new SigrokPicoDevice(_ => 0) { Id = id });
        var fault = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(served, "1M", Quick));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_rate_is_told_with_what_the_device_said()
    {
        var fault = await Assert.ThrowsAsync<DeviceException>(() => CaptureAsync(new SigrokPicoDevice(_ => 0) { RateAnswer = "ERR" }, [2], Duration.FromMilliseconds(1)));
        Assert.Contains("R1000000", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1k")]
    [InlineData("200M")]
    public async Task A_rate_that_no_device_has_is_refused(string rate)
    {
        await using var served = ServedDevice.Start(new SigrokPicoDevice(_ => 0));
        Assert.Equal(FaultKind.Usage, (await Assert.ThrowsAsync<LatencyLabException>(() => OpenAsync(served, rate))).Kind);
    }

    [Fact]
    public async Task A_rate_with_a_fractional_divider_warns_of_its_jitter()
    {
        await using var served = ServedDevice.Start(new SigrokPicoDevice(_ => 0));
        await using var sampler = await OpenAsync(served, "7M");
        var outcome = await sampler.ListenAsync(new ListenRequest([new SampledLine("2", "A")], Duration.FromMicroseconds(50)), new CaptureCollector(), null, TestContext.Current.CancellationToken);
        Assert.Contains("jitter", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_bytes_and_any_split_end_in_a_state()
    {
        Gen.Select(Gen.Byte.Array[0, 400], Gen.Int[1, 32], Gen.Int[1, 50]).Sample((bytes, channels, split) =>
        {
            var whole = Decode(bytes, channels, bytes.Length + 1);
            Assert.Equal(whole, Decode(bytes, channels, split));
        }, iter: Tool.LongRuns ? 1_000_000 : 20_000);
    }

    [Fact]
    public Task Whatever_the_device_says_ends_in_a_capture_or_a_typed_error() => Gen.Select(Gen.Byte.Array[0, 80], Gen.Int[0, 3], Gen.Bool).SampleAsync(async (noise, swallows, endless) =>
    {
        await using var served = swallows == 0
            ? ServedDevice.Saying(noise, endless && noise.Length > 0)
            : ServedDevice.Start(new SigrokPicoDevice(i => noise.Length == 0 ? 0u : noise[i % noise.Length]) { Swallows = swallows, RateAnswer = swallows == 2 ? "*ok" : "*" });
        try
        {
            await using var sampler = await SigrokPicoSampler.OpenAsync(served.Host, new Dictionary<string, string>(), StepLimits.Default with { Factor = 0.01 }, CancellationToken.None);
            await sampler.ListenAsync(new ListenRequest([new SampledLine("2", "A")], Duration.FromMicroseconds(300)), new CaptureCollector(), null, CancellationToken.None);
        }
        catch (LatencyLabException)
        {
            // Typed: that is the point.
        }
    }, iter: Tool.LongRuns ? 5_000 : 60);

    private static (SigrokPicoEnd End, long Tick, long Bytes, string Edges) Decode(byte[] bytes, int channels, int split)
    {
        var collector = new CaptureCollector();
        var edges = new SampleEdges(collector, new TimeBase(1000), [("A", 0), ("B", Math.Min(channels, 32) - 1)]);
        var decoder = new SigrokPicoDecoder(channels, edges, 100_000);
        foreach (var piece in bytes.Chunk(split))
        {
            decoder.Feed(piece);
        }

        edges.End();
        return (decoder.End, edges.Tick, decoder.DataBytes, string.Join(';', collector.ToCapture().Traces.Select(t => string.Join(',', t.Ticks))));
    }

    private static Task<SigrokPicoSampler> OpenAsync(ServedDevice served, string rate, StepLimits? limits = null) =>
        SigrokPicoSampler.OpenAsync(served.Host, new Dictionary<string, string> { ["samplerate"] = rate }, limits ?? StepLimits.Default, TestContext.Current.CancellationToken);

    private static async Task<(Capture Capture, SamplerOutcome Outcome)> CaptureAsync(SigrokPicoDevice device, int[] gpios, Duration duration)
    {
        await using var served = ServedDevice.Start(device);
        await using var sampler = await OpenAsync(served, "1M");
        var collector = new CaptureCollector();
        var outcome = await sampler.ListenAsync(new ListenRequest([.. gpios.Select(g => new SampledLine($"{g}", $"D{g}"))], duration), collector, null, TestContext.Current.CancellationToken);
        return (collector.ToCapture(), outcome);
    }
}
