using CsCheck;
using LatencyLab.Links;
using LatencyLab.Samplers;
using LatencyLab.Samplers.Sump;
using LatencyLab.Signals;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Tests.Samplers.Sump;

public sealed class SumpSamplerTests
{
    // For devices that stay silent; those that answer get the usual time, since a busy machine needs it.
    private static readonly StepLimits Quick = StepLimits.Default with { Factor = 0.1 };

    [Theory]
    [InlineData("1M", new[] { 0, 1 }, 24_000)]
    [InlineData("10M", new[] { 3, 12 }, 12_000)]
    [InlineData("100M", new[] { 31, 0, 9, 17 }, 6_000)]
    [InlineData("2M", new[] { 20 }, 4_001)]
    public async Task Edges_come_out_in_order_of_time_from_any_channels_and_rate(string rate, int[] channels, int samples)
    {
        var pattern = PatternEdges.Random(7, 300);
        var device = new SumpDevice(pattern);
        var hz = UnitText.ParseHertz(rate)!.Value;
        var capture = await CaptureAsync(device, $"{rate}", channels, Duration.FromSeconds((double)samples / hz));
        Assert.Equal(hz, capture.TimeBase.TickHz);
        Assert.Equal(samples, capture.EndTick);
        foreach (var (index, channel) in channels.Index())
        {
            bool Level(long i) => (pattern(i * (100_000_000 / hz)) >> channel & 1) != 0;
            Assert.Equal(PatternEdges.Of(Level, samples), capture.Traces[index].Ticks);
            Assert.Equal(Level(0), capture.Header.Channels[index].InitialLevel);
        }
    }

    [Theory]
    [InlineData("200M", 1, new[] { 0, 13 })]
    [InlineData("100M", 2, new[] { 0, 13 })]
    public async Task Above_its_clock_the_device_takes_two_samples_a_cycle(string rate, int step, int[] channels)
    {
        var pattern = PatternEdges.Random(13, 50);
        var device = new SumpDevice(pattern) { PatternAt200Mhz = true };
        await using var served = ServedDevice.Start(device);
        await using var sampler = await SumpSampler.OpenAsync(served.Host, Options(rate), StepLimits.Default, TestContext.Current.CancellationToken);
        var collector = new CaptureCollector();
        var outcome = await sampler.ListenAsync(Request(channels, Duration.FromMicroseconds(40)), collector, null, TestContext.Current.CancellationToken);
        var capture = collector.ToCapture();
        Assert.Equal(UnitText.ParseHertz(rate), capture.TimeBase.TickHz);
        Assert.Equal(8000 / step, capture.EndTick);
        foreach (var (index, channel) in channels.Index())
        {
            Assert.Equal(PatternEdges.Of(i => (pattern(device.FirstTick + (i * step)) >> channel & 1) != 0, 8000 / step), capture.Traces[index].Ticks);
        }

        Assert.Equal(step == 1, outcome.Warnings.Any(w => w.Contains("two samples", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Above_its_clock_the_device_has_half_of_its_channels() =>
        Assert.Contains("16 channels", (await Assert.ThrowsAsync<LatencyLabException>(() => CaptureAsync(new SumpDevice(_ => 0) { PatternAt200Mhz = true }, "200M", [16], null))).Message, StringComparison.Ordinal);

    [Fact]
    public Task Run_lengths_stand_for_the_samples_that_were_counted() => Gen.Select(Gen.Int[1, 1000], Gen.Int[2, 900], Gen.Int[0, 6]).SampleAsync(async (seed, run, channel) =>
    {
        var pattern = PatternEdges.Random(seed, run * 100);
        var capture = await CaptureAsync(new SumpDevice(pattern) { MemoryBytes = 512 }, "1M&rle=on", [channel], Duration.FromMicroseconds(500));
        bool Level(long i) => (pattern(i * 100) >> channel & 1) != 0;
        Assert.Equal(500, capture.EndTick);
        Assert.Equal(PatternEdges.Of(Level, 500), capture.Traces[0].Ticks);
    }, iter: 30);

    [Theory]
    [InlineData("rising:4", true)]
    [InlineData("falling:4", false)]
    public async Task A_trigger_on_an_edge_starts_the_capture_just_behind_it(string trigger, bool level)
    {
        var pattern = PatternEdges.Random(11, 5000);
        var device = new SumpDevice(pattern);
        var capture = await CaptureAsync(device, $"1M&trigger={trigger}", [4], Duration.FromMilliseconds(4));
        Assert.Equal(level, capture.Header.Channels[0].InitialLevel);
        bool Level(long i) => (pattern(device.FirstTick + (i * 100)) >> 4 & 1) != 0;
        Assert.Equal(PatternEdges.Of(Level, 4000), capture.Traces[0].Ticks);
        Assert.NotEqual(level, (pattern(device.FirstTick - 100) >> 4 & 1) != 0);
    }

    [Fact]
    public async Task Without_a_rate_the_fastest_is_taken_at_which_the_time_fits_the_memory()
    {
        var capture = await CaptureAsync(new SumpDevice(_ => 0) { MemoryBytes = 10_000 }, null, [0], Duration.FromMilliseconds(5));
        Assert.Equal(2_000_000, capture.TimeBase.TickHz);
    }

    [Fact]
    public async Task A_device_of_the_first_generation_says_nothing_of_itself_and_works()
    {
        var capture = await CaptureAsync(new SumpDevice(_ => 0) { Metadata = null, Id = "1SLO"u8.ToArray() }, "1M", [0], Duration.FromMilliseconds(1));
        Assert.Equal(1000, capture.EndTick);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(1999)]
    public async Task A_short_transfer_is_refused_whole(int missing)
    {
        var fault = await Assert.ThrowsAsync<LatencyLabException>(() => CaptureAsync(
            new SumpDevice(_ => 0) { Swallows = missing }, "1M", [0], Duration.FromMilliseconds(2)));
        Assert.Equal(FaultKind.Measurement, fault.Kind);
        Assert.Contains("2000", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_nobody_asked_for_are_told()
    {
        await using var served = ServedDevice.Start(new SumpDevice(_ => 0) { Surplus = new byte[17] });
        await using var sampler = await SumpSampler.OpenAsync(served.Host, Options("1M"), Quick, TestContext.Current.CancellationToken);
        var outcome = await sampler.ListenAsync(Request([0], Duration.FromMilliseconds(1)), new CaptureCollector(), null, TestContext.Current.CancellationToken);
        Assert.Equal(17, outcome.Health.StrayBytes);
        Assert.Contains("17 bytes more", Assert.Single(outcome.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30M", 0, 1, "divided by whole numbers")]
    [InlineData("200M", 0, 1, "50 MHz at most")]
    [InlineData("1M", 9, 1, "no channel")]
    [InlineData("1M", 0, 100, "holds 6144")]
    [InlineData("1M&rle=on", 7, 1, "run-length")]
    public async Task What_the_device_cannot_do_is_refused_before_it_starts(string options, int channel, int milliseconds, string words)
    {
        var device = new SumpDevice(_ => 0) { MemoryBytes = 6144, MaxRateHz = 50_000_000, Channels = 8 };
        var fault = await Assert.ThrowsAsync<LatencyLabException>(() => CaptureAsync(device, options, [channel], Duration.FromMilliseconds(milliseconds)));
        Assert.Equal(FaultKind.Usage, fault.Kind);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.Empty(device.Heard);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MicroPython v1.28.0 on 2026-01-01; Raspberry Pi Pico with RP2040\r\n>>> ")]
    [InlineData("SRPICO,A030D21,02")]
    [InlineData("1ALX")]
    public async Task Another_device_is_told_by_what_it_says(string words)
    {
        await using var served = ServedDevice.Saying(System.Text.Encoding.ASCII.GetBytes(words));
        var fault = await Assert.ThrowsAsync<DeviceException>(() => SumpSampler.OpenAsync(served.Host, Options("1M"), Quick, TestContext.Current.CancellationToken));
        Assert.Contains(words.Length == 0 ? "silent" : words[..3], fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task Whatever_the_device_says_ends_in_a_capture_or_a_typed_error() => Gen.Select(Gen.Byte.Array[0, 64], Gen.Byte.Array[0, 64], Gen.Bool, Gen.Bool).SampleAsync(async (noise, metadata, knowsItself, endless) =>
    {
        await using var served = knowsItself
            ? ServedDevice.Start(new SumpDevice(_ => 0) { Metadata = metadata, Surplus = noise, Swallows = noise.Length % 3 })
            : ServedDevice.Saying(noise, endless && noise.Length > 0);
        try
        {
            await using var sampler = await SumpSampler.OpenAsync(served.Host, Options("1M"), StepLimits.Default with { Factor = 0.01 }, CancellationToken.None);
            await sampler.ListenAsync(Request([0], Duration.FromMicroseconds(100)), new CaptureCollector(), null, CancellationToken.None);
        }
        catch (LatencyLabException)
        {
            // Typed: that is the point.
        }
    }, iter: Tool.LongRuns ? 20_000 : 300);

    private static SumpOptions Options(string? text) => SumpOptions.Parse(
        text is null ? new Dictionary<string, string>() : ("samplerate=" + text).Split('&').Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal));

    private static ListenRequest Request(int[] channels, Duration? duration) => new([.. channels.Select(c => new SampledLine($"{c}", $"D{c}"))], duration);

    private static async Task<Capture> CaptureAsync(SumpDevice device, string? options, int[] channels, Duration? duration)
    {
        await using var served = ServedDevice.Start(device);
        await using var sampler = await SumpSampler.OpenAsync(served.Host, Options(options), StepLimits.Default, TestContext.Current.CancellationToken);
        var collector = new CaptureCollector();
        await sampler.ListenAsync(Request(channels, duration), collector, null, TestContext.Current.CancellationToken);
        return collector.ToCapture();
    }
}
