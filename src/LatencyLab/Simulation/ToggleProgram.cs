using System.Globalization;

namespace LatencyLab.Simulation;

/// <summary>The toggle test: one burst after the host's first word.</summary>
internal sealed class ToggleProgram(
    SimulatedWorld world, CallArguments arguments, RunConditions conditions, BoardIdentity identity, SimulatedBoardOptions options, PinNode response, string variant, string ready)
    : ArmedProgram(world, (uint)arguments.Integer("nonce", 0, uint.MaxValue), arguments.Integer("seconds", 0, 4_000_000), ready)
{
    // From the host's word to the first write.
    private const long StartPs = 2_000_000_000;

    private readonly long _periods = arguments.Integer("periods", 1, 10_000);
    private uint _seed;
    private bool _begun;

    protected override TargetActivity Arm()
    {
        World.Wires.Configure(response, PinMode.Output, PinPull.None, latch: false, World.NowPs);
        World.CaptureStarts = seed => _seed = seed;
        World.AwaitsHost = true;
        return new PulseTrain(World.Wires, response, []);
    }

    protected override void Release()
    {
        World.Wires.Configure(response, PinMode.Input, PinPull.None, latch: false, World.NowPs);
        World.AwaitsHost = false;
    }

    protected override void Hear()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        var seed = SimulationRandom.Mix(options.Seed, string.Create(CultureInfo.InvariantCulture, $"{_seed} {identity.Version.Text} {variant}"));
        var burst = ToggleProfile.For(identity.Chip, variant).Scaled(options.Speed * conditions.Slowness(identity.Chip)).Burst(World.NowPs + StartPs, _periods, SimulationRandom.For(seed, "toggle"));
        World.Activity = new PulseTrain(World.Wires, response, burst) { Stuck = options.Faults.StuckAtStimulus == 0 };
        World.AwaitsHost = false;
    }

    protected override void BeforeStop()
    {
        while (World.Activity is { } activity && activity.NextEventPs != long.MaxValue)
        {
            World.AdvanceTo(activity.NextEventPs);
        }
    }
}
