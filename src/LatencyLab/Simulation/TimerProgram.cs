using System.Globalization;

namespace LatencyLab.Simulation;

/// <summary>The timer test: a periodic timer on the board's own crystal, whose callback answers with a pulse.</summary>
internal sealed class TimerProgram(
    SimulatedWorld world, CallArguments arguments, RunConditions conditions, BoardIdentity identity, SimulatedBoardOptions options, PinNode response, string handler, string ready)
    : ArmedProgram(world, (uint)arguments.Integer("nonce", 0, uint.MaxValue), arguments.Integer("seconds", 0, 4_000_000), ready)
{
    // SYNTHETIC: what a crystal of a board may be off.
    private const double LargestPpm = 20;

    private readonly long _periodPs = arguments.Integer("period_us", 1, 3_600_000_000) * 1_000_000;
    private readonly string _idle = arguments.OptionalText("idle", "sleep", "spin") ?? "sleep";

    protected override TargetActivity Arm()
    {
        World.Wires.Configure(response, PinMode.Output, PinPull.None, latch: false, World.NowPs);
        World.CaptureStarts = seed =>
        {
            World.Wires.Configure(response, PinMode.Output, PinPull.None, latch: false, World.NowPs);
            World.Activity = Train(seed);
        };
        return Train(0);
    }

    protected override string More(long elapsedUs) => conditions.Done(elapsedUs);

    protected override void Release() => World.Wires.Configure(response, PinMode.Input, PinPull.None, latch: false, World.NowPs);

    private PulseTrain Train(uint seed)
    {
        var mixed = SimulationRandom.Mix(options.Seed, string.Create(CultureInfo.InvariantCulture, $"{seed} {identity.Version.Text} timer {handler}"));
        var profile = LatencyProfile.For(identity.Chip, handler, _idle).Scaled(options.Speed * conditions.Slowness(identity.Chip));
        var model = new LatencyModel(profile, conditions.Pauses(identity.Chip, options.Load), options.Offset.Picoseconds / 1000.0, mixed);
        // The crystal is the board's: the same in every run.
        var ppm = SimulationRandom.For(options.Seed, "target crystal").NextBetween(-LargestPpm, LargestPpm);
        return new PulseTrain(World.Wires, response, Edges(World.NowPs, _periodPs * (1 + (ppm * 1e-6)), model)) { Stuck = options.Faults.StuckAtStimulus == 0 };
    }

    // A callback that comes while the one before still runs waits for its end.
    private static IEnumerable<long> Edges(long startPs, double periodPs, LatencyModel model)
    {
        var freePs = startPs;
        for (var k = 1L; ; k++)
        {
            var risePs = Math.Max(startPs + (long)(k * periodPs) + (long)(1000 * model.NextNs()), freePs);
            var fallPs = risePs + Math.Max(1000, (long)(1000 * model.Scatter(model.Profile.PulseNs)));
            freePs = fallPs + (long)(1000 * model.Scatter(model.Profile.ReturnNs + model.Profile.DispatchNs));
            yield return risePs;
            yield return fallPs;
        }
    }
}
