using System.Globalization;

namespace LatencyLab.Simulation;

/// <summary>What a test makes of a stimulus.</summary>
internal enum StimulusAnswer
{
    /// <summary>A handler called by the interrupt answers.</summary>
    Interrupt,

    /// <summary>A loop that looks at the pin answers.</summary>
    Poll,

    /// <summary>A handler raises the response, the function that it schedules lowers it.</summary>
    Schedule,
}

/// <summary>What the host asks of the tests irq, poll and schedule: docs/protocol.md sections 2.3 and 2.5.</summary>
internal sealed record IrqPlan(
    uint Nonce, int Gpio, int ResponseGpio, IrqTrigger Trigger, string Handler, string Idle, long Seconds)
{
    /// <exception cref="PythonException">An argument is missing or out of its range.</exception>
    public static IrqPlan Read(CallArguments arguments, params ReadOnlySpan<string> handlers)
    {
        var trigger = arguments.Text("irq", "rising", "falling", "both") switch
        {
            "rising" => IrqTrigger.Rising,
            "falling" => IrqTrigger.Falling,
            _ => IrqTrigger.Both,
        };
        return new IrqPlan(
            (uint)arguments.Integer("nonce", 0, uint.MaxValue),
            (int)arguments.Integer("pin", 0, int.MaxValue),
            (int)arguments.Integer("response_pin", 0, int.MaxValue),
            trigger,
            arguments.Text("handler", handlers),
            arguments.OptionalText("idle", "sleep", "spin") ?? "sleep",
            arguments.Integer("seconds", 0, 4_000_000));
    }
}

/// <summary>A test that answers a stimulus.</summary>
internal sealed class IrqProgram(
    SimulatedWorld world, IrqPlan plan, RunConditions conditions, StimulusAnswer answer, BoardIdentity identity, SimulatedBoardOptions options, PinNode pin, PinNode response, string ready)
    : ArmedProgram(world, plan.Nonce, plan.Seconds, ready)
{
    private IrqTarget? _target;

    private bool NeedsNoQueue => answer == StimulusAnswer.Poll || plan.Handler == "hard";

    protected override TargetActivity Arm()
    {
        World.Wires.Configure(pin, PinMode.Input, PinPull.None, latch: false, World.NowPs);
        World.Wires.Configure(response, PinMode.Output, PinPull.None, latch: false, World.NowPs);
        var target = new IrqTarget(World.Wires, response, plan.Trigger, NeedsNoQueue, identity.Chip.SchedulerDepth, Latencies(0), Scheduled(0));
        pin.Line.Listeners.Add(target);
        World.CaptureStarts = seed => target.Begin(Latencies(seed), Scheduled(seed));
        return _target = target;
    }

    protected override void Release()
    {
        if (_target is not null)
        {
            pin.Line.Listeners.Remove(_target);
        }

        World.Wires.Configure(pin, PinMode.Input, PinPull.None, latch: false, World.NowPs);
        World.Wires.Configure(response, PinMode.Input, PinPull.None, latch: false, World.NowPs);
    }

    // Each run has its own offset and its own draws, from the seeds of the board and of the stimuli; so have two firmwares.
    private LatencyModel Latencies(uint stimulusSeed)
    {
        var profile = answer == StimulusAnswer.Poll
            ? LatencyProfile.ForPolling(identity.Chip, plan.Handler)
            : LatencyProfile.For(identity.Chip, plan.Handler, plan.Idle);
        return Model(profile, stimulusSeed, plan.Handler);
    }

    private LatencyModel? Scheduled(uint stimulusSeed) => answer == StimulusAnswer.Schedule
        ? Model(LatencyProfile.ForScheduling(identity.Chip, plan.Handler == "hard"), stimulusSeed, "scheduled")
        : null;

    private LatencyModel Model(LatencyProfile profile, uint stimulusSeed, string purpose)
    {
        var seed = SimulationRandom.Mix(options.Seed, string.Create(CultureInfo.InvariantCulture, $"{stimulusSeed} {identity.Version.Text} {purpose}"));
        return new LatencyModel(profile.Scaled(options.Speed * conditions.Slowness(identity.Chip)), conditions.Pauses(identity.Chip, options.Load), options.Offset.Picoseconds / 1000.0, seed);
    }

    protected override string More(long elapsedUs) => conditions.Done(elapsedUs);
}
