using System.Globalization;
using System.Text;

namespace LatencyLab.Simulation;

/// <summary>What the host asks of the irq test: docs/protocol.md section 2.3.</summary>
internal sealed record IrqPlan(
    uint Nonce, int Gpio, int ResponseGpio, IrqTrigger Trigger, string Handler, string Idle, string Load, long Seconds)
{
    /// <exception cref="PythonException">An argument is missing or out of its range.</exception>
    public static IrqPlan Read(CallArguments arguments)
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
            arguments.Text("handler", "bytecode", "native", "viper", "hard"),
            arguments.OptionalText("idle", "sleep", "spin") ?? "sleep",
            arguments.OptionalText("load", "none", "gc", "cpu", "uart", "flash", "wifi") ?? "none",
            arguments.Integer("seconds", 0, 4_000_000));
    }
}

/// <summary>The target's script while it is armed: silent, and idle until the host says stop. Waiting moves no time.</summary>
internal sealed class IrqProgram(
    SimulatedWorld world, IrqPlan plan, BoardIdentity identity, SimulatedBoardOptions options, PinNode pin, PinNode response, string ready) : BoardProgram
{
    private const long PsPerMs = 1_000_000_000;
    private const long DeadManMs = 10_000;

    private readonly StringBuilder _word = new();
    private IrqTarget? _irq;
    private long _armedPs;

    public override bool OnlyListens => true;

    public override ProgramState Step(BoardConsole console)
    {
        if (_irq is null)
        {
            Arm(console);
            return ProgramState.Waiting;
        }

        if (_irq.Hung)
        {
            return ProgramState.Waiting;
        }

        if (world.TargetDeadlinePs is null)
        {
            End(console, "dead man");
            return ProgramState.Ended;
        }

        while (console.PendingInput > 0)
        {
            var value = console.NextInput();
            if (value is not ((byte)'\n' or (byte)'\r'))
            {
                _word.Append(_word.Length < 8 ? (char)value : "");
                continue;
            }

            var word = _word.ToString();
            _word.Clear();
            SetDeadline();
            if (word == "stop")
            {
                End(console, "stop");
                return ProgramState.Ended;
            }
        }

        return ProgramState.Waiting;
    }

    public override void Abandon(BoardConsole console)
    {
        if (_irq is not null)
        {
            End(console, "interrupt");
        }
    }

    public override void Vanish() => Disarm();

    private void Arm(BoardConsole console)
    {
        console.Print(ready);
        world.Wires.Configure(pin, PinMode.Input, PinPull.None, latch: false, world.NowPs);
        world.Wires.Configure(response, PinMode.Output, PinPull.None, latch: false, world.NowPs);
        _armedPs = world.NowPs;
        _irq = new IrqTarget(world.Wires, response, plan.Trigger, plan.Handler == "hard", identity.Chip.SchedulerDepth, Latencies(0));
        pin.Line.Listeners.Add(_irq);
        world.Irq = _irq;
        world.CaptureStarts = seed => _irq.Begin(Latencies(seed));
        SetDeadline();
        console.Print(BoardScripts.Line($$"""{"t": "ARMED", "nonce": {{plan.Nonce}}}"""));
    }

    // Each run has its own offset and its own draws, from the seeds of the board and of the stimuli; so have two firmwares.
    private LatencyModel Latencies(uint stimulusSeed)
    {
        var seed = SimulationRandom.Mix(options.Seed, string.Create(CultureInfo.InvariantCulture, $"{stimulusSeed} {identity.Version.Text} {plan.Handler}"));
        var profile = LatencyProfile.For(identity.Chip, plan.Handler, plan.Idle).Scaled(options.Speed);
        var load = LoadPause.For(identity.Chip, plan.Load == "none" ? options.Load : plan.Load);
        return new LatencyModel(profile, load, options.Offset.Picoseconds / 1000.0, seed);
    }

    private void SetDeadline() => world.TargetDeadlinePs = world.NowPs + (((plan.Seconds * 1000) + DeadManMs) * PsPerMs);

    private void End(BoardConsole console, string reason)
    {
        Disarm();
        var elapsedUs = (world.NowPs - _armedPs) / PsPerMs * 1000;
        console.Print(BoardScripts.Line(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"t": "DONE", "nonce": {{plan.Nonce}}, "callbacks": {{_irq!.Callbacks}}, "errors": 0, "reason": "{{reason}}", "us": {{elapsedUs}}}""")));
    }

    private void Disarm()
    {
        if (_irq is null)
        {
            return;
        }

        pin.Line.Listeners.Remove(_irq);
        world.Irq = null;
        world.CaptureStarts = null;
        world.TargetDeadlinePs = null;
        world.Wires.Configure(pin, PinMode.Input, PinPull.None, latch: false, world.NowPs);
        world.Wires.Configure(response, PinMode.Input, PinPull.None, latch: false, world.NowPs);
    }
}
