using System.Text;
using LatencyLab.Simulation;

namespace LatencyLab.Tests.Simulation;

public sealed class SimulatedPaceTests
{
    private const string Capture =
        """{"nonce":1,"channels":[2,3],"stim":2,"pulses":50,"seed":1,"gap":[1250000,1250000],"high":[6250,0],"seconds":20,"tail_ms":100,"oneshot":null}""";

    [Theory]
    [InlineData("")]
    [InlineData("?pace=real")]
    [InlineData("?pace=0.1")]
    [InlineData("?slow=10")]
    public async Task The_wall_clock_changes_when_bytes_come_but_never_which(string options)
    {
        var (plain, _, _) = await CaptureAsync("");
        var (bytes, wallSeconds, virtualSeconds) = await CaptureAsync(options);
        Assert.Equal(plain, bytes);
        switch (options)
        {
            case "?pace=real":
                Assert.Equal(virtualSeconds, wallSeconds, 0.05);
                break;
            case "?pace=0.1":
                Assert.Equal(10 * virtualSeconds, wallSeconds, 0.5);
                break;
            case "?slow=10":
                Assert.InRange(wallSeconds, 3, 60);
                break;
            default:
                Assert.Equal(0, wallSeconds);
                break;
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_clock_that_goes_on_between_two_looks_at_it_holds_nothing_up()
    {
        var (plain, _, _) = await CaptureAsync("");
        var (bytes, _, _) = await CaptureAsync("?pace=real", ticksALook: 2000);
        Assert.Equal(plain, bytes);
    }

    private static async Task<(byte[] Bytes, double WallSeconds, double VirtualSeconds)> CaptureAsync(string options, long ticksALook = 0)
    {
        var time = new LeapingTime(ticksALook);
        var board = SimulatedBoardOptions.Parse($"sim:pico{options}");
        var rig = SimulatedRig.Create(board, board, keepTruth: true, time);
        await using var link = rig.Sampler.Open();
        var script = "\r\u0003\r\u0001\u0004# latencylab sampler/core 1\n\u0004# latencylab sampler/pio 1\n\u0004# latencylab sampler/capture 1\n\u0004"
            + SimulatedSession.Call("capture", Capture) + "\u0004";
        await link.WriteAsync(Encoding.Latin1.GetBytes(script), TestContext.Current.CancellationToken);
        var said = new List<byte>();
        var buffer = new byte[4096];
        while (!Encoding.Latin1.GetString([.. said.TakeLast(400)]).Contains("\"reason\": \"done\"", StringComparison.Ordinal))
        {
            said.AddRange(buffer.AsSpan(0, await link.ReadAsync(buffer, TestContext.Current.CancellationToken)));
        }

        return ([.. said], time.Seconds, rig.VirtualSeconds);
    }

    /// <summary>A clock that stands still but for its looks, except that each delay is over at once and has moved it by its length.</summary>
    private sealed class LeapingTime(long ticksALook) : TimeProvider
    {
        private long _ticks;

        public double Seconds => Interlocked.Read(ref _ticks) / 1e7;

        public override long TimestampFrequency => 10_000_000;

        public override long GetTimestamp() => Interlocked.Add(ref _ticks, ticksALook);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.Zero)
            {
                Interlocked.Add(ref _ticks, dueTime.Ticks);
            }

            return new Timer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
