using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Simulation;
using LatencyLab.Units;
using RawRepl = LatencyLab.MicroPython.RawRepl;
using StimulusTable = LatencyLab.Samplers.StimulusTable;

namespace LatencyLab.Tests.Samplers;

public sealed class SamplerSelfTestTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sound_sampler_passes()
    {
        var result = await RunAsync("sim:pico");
        Assert.Empty(result.Faults);
        Assert.Equal((512, 0), (result.Pulses, result.WorstChannelTicks));
        Assert.InRange(result.WorstIntervalTicks, 0, 1);
    }

    [Fact]
    public async Task A_lossy_link_fails() => Assert.NotEmpty((await RunAsync("sim:pico?fault=drop:0.2&seed=1")).Faults);

    [Theory]
    [InlineData("sim:pico", 1)]
    [InlineData("sim:pico", 3)]
    public async Task Intervals_hold_across_the_wrap_of_the_counter(string sampler, int wraps)
    {
        var heartbeats = 0L;
        var result = await OnAsync(sampler, board => SamplerSelfTest.RunAcrossWrapAsync(board, 8, TimeSpan.FromSeconds(68.7 * wraps), reader => heartbeats = reader.WatermarkTick, Stop));
        Assert.Empty(result.Faults);
        Assert.True(result.Wraps >= wraps);
        Assert.InRange(result.WorstIntervalTicks, 0, 1);
        Assert.True(heartbeats > wraps * (1L << 32));
    }

    [Fact]
    public async Task A_lossy_link_fails_across_the_wrap_too() =>
        Assert.NotEmpty((await OnAsync("sim:pico?fault=drop:0.2&seed=1", board => SamplerSelfTest.RunAcrossWrapAsync(board, 8, TimeSpan.Zero, null, Stop))).Faults);

    [Fact]
    public void Channels_and_intervals_that_differ_are_named()
    {
        var sound = new CaptureCollector();
        var table = StimulusTable.Create(1, 10, new CycleRange(1000, 0), new CycleRange(500, 0));
        long[] ticks = [.. Enumerable.Range(0, 20).Select(i => 500L + (i / 2 * 750) + (i % 2 * 250))];
        sound.Begin(new CaptureHeader(new TimeBase(62_500_000), [new Channel(0, "a"), new Channel(1, "b")]));
        sound.Edges(0, true, ticks);
        sound.Edges(1, true, [.. ticks.Select((t, i) => t + (i == 7 ? 3 : 0))]);
        sound.End(10_000);
        var result = SamplerSelfTest.Judge(sound.ToCapture(), table, new StreamHealth());
        Assert.Equal((0, 3), (result.WorstIntervalTicks, result.WorstChannelTicks));
        Assert.Contains("differ by up to 3 ticks", Assert.Single(result.Faults), StringComparison.Ordinal);
        table[3].HighCycles += 10;
        Assert.Equal(5, SamplerSelfTest.Judge(sound.ToCapture(), table, new StreamHealth()).WorstIntervalTicks);
    }

    private static Task<SamplerSelfTest> RunAsync(string sampler) => OnAsync(sampler, board => SamplerSelfTest.RunAsync(board, 7, Stop));

    private static async Task<SamplerSelfTest> OnAsync(string sampler, Func<ScriptedBoard, Task<SamplerSelfTest>> test)
    {
        var rig = SimulatedRig.Create(SimulatedBoardOptions.Parse("sim:esp32"), SimulatedBoardOptions.Parse(sampler, "rp2040"), keepTruth: false);
        await using var link = rig.Sampler.Open(sampler);
        await using var repl = await RawRepl.EnterAsync(link, StepLimits.Default with { Factor = 10 }, Stop);
        return await test(await ScriptedBoard.StartAsync(repl, Stop));
    }
}
