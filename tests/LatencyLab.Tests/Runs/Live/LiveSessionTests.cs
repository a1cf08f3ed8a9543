using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Live;
using LatencyLab.Signals;
using LatencyLab.Simulation;
using LatencyLab.Statistics;
using LatencyLab.Units;
using RawRepl = LatencyLab.MicroPython.RawRepl;

namespace LatencyLab.Tests.Runs.Live;

/// <summary>Sessions of several captures on the simulated rig, whose virtual hours pass in seconds.</summary>
public sealed class LiveSessionTests
{
    [Fact]
    public async Task A_session_of_several_captures_counts_what_truly_happened()
    {
        var rig = SimulatedRig.Create("sim:esp32?seed=3", keepTruth: false);
        var (session, live) = await StartAsync(rig, "25m");
        rig.CountTruth(live.Plan.Warmup, session.TimeBase.ToTicks(live.Plan.Window));
        var result = await session.MeasureAsync(_ => { }, TestContext.Current.CancellationToken);
        var truth = rig.CountedTruth!;
        Assert.Equal((LiveEnd.Duration, RunStatus.Complete), (result.End, result.Run.Status));
        Assert.True(result.Segments >= 3, $"{result.Segments} captures");
        Assert.Equal(truth.Latencies.OrderBy(p => p.Key).Select(p => (p.Key, p.Value)), Pairs(result.Run.Result.Latencies));
        Assert.Equal((truth.Late, truth.Missed, 0), (result.Run.Result.Counts.Late, result.Run.Result.Counts.Missed, result.Run.Result.Counts.Excluded));
        Assert.Equal(result.Run.Result.Counts.Stimuli, result.Run.Result.Callbacks);
        Assert.InRange(result.CapturedTicks, session.TimeBase.ToTicks(Duration.Parse("25m")), session.TimeBase.ToTicks(Duration.Parse("25.1m")));
        Assert.True(session.Recent.Held < 5_000, "edges of the end only");
    }

    [Fact]
    public async Task A_board_that_is_lost_in_a_later_capture_costs_that_capture_alone()
    {
        var rig = SimulatedRig.Create("sim:esp32?seed=3", keepTruth: false);
        var (session, live) = await StartAsync(rig, null);
        rig.CountTruth(live.Plan.Warmup, session.TimeBase.ToTicks(live.Plan.Window));
        long? first = null;
        var result = await session.MeasureAsync(
            progress =>
            {
                first ??= progress.Before?.Stimuli;
                if (progress is { Before: not null, CapturedTick: > 0 })
                {
                    rig.Sampler.Unplug();
                }
            }, TestContext.Current.CancellationToken);
        Assert.Equal((LiveEnd.Fault, RunStatus.Partial, 1), (result.End, result.Run.Status, result.Segments));
        Assert.Equal(first, result.Run.Result.Counts.Stimuli);
        Assert.Contains(result.Run.Reasons, r => r.StartsWith("END missing", StringComparison.Ordinal));
        Assert.True(result.Run.Result.Summary.P50.Value > 0);
        Assert.True(first > 30_000);
    }

    [Fact]
    public async Task The_same_seeds_give_the_same_session()
    {
        var (one, two) = (await SessionAsync(), await SessionAsync());
        Assert.Equal(Pairs(one.Run.Result.Latencies), Pairs(two.Run.Result.Latencies));
        Assert.Equal(one.CapturedTicks, two.CapturedTicks);

        static async Task<LiveResult> SessionAsync()
        {
            var (session, _) = await StartAsync(SimulatedRig.Create("sim:esp32?seed=9", keepTruth: false), "20s");
            return await session.MeasureAsync(_ => { }, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<(LiveSession Session, LivePlan Live)> StartAsync(SimulatedRig rig, string? duration)
    {
        var token = TestContext.Current.CancellationToken;
        var live = new LivePlan(
            new RunPlan { Pin = 4, ResponsePin = 5, Irq = EdgeKind.Rising, Gap = RandomTime.Parse("10ms+10ms"), Window = Duration.Parse("10ms"), Seed = 5 },
            duration is null ? null : Duration.Parse(duration), null, Duration.Parse("10s")).Checked();
        rig.Connect(4, 5);
        var target = await ScriptedBoard.StartAsync(await RawRepl.EnterAsync(rig.Target.Open(), StepLimits.Default, token), token);
        var sampler = await ScriptedBoard.StartAsync(await RawRepl.EnterAsync(rig.Sampler.Open(), StepLimits.Default, token), token);
        return (await LiveSession.StartAsync(live, new BoardOnPort(target, "sim", "esp32"), new BoardOnPort(sampler, "sim", "rp2040"), TimeProvider.System, token), live);
    }

    private static List<(long Value, long Count)> Pairs(SortedCounts counts)
    {
        var pairs = new List<(long, long)>();
        for (var i = 0; i < counts.Distinct; i++)
        {
            pairs.Add((counts.Values[i], counts.CountAt(i)));
        }

        return pairs;
    }
}
