using System.Globalization;
using System.Text;

namespace LatencyLab.Simulation;

/// <summary>What the host asks of a board that times itself: docs/protocol.md section 2.6.</summary>
internal sealed record SelfPlan(
    uint Nonce, int Gpio, int StimulusGpio, IrqTrigger Trigger, string Handler, string Idle, long Count, uint Seed, (uint Min, uint Width) GapUs, long PulseUs, long WindowUs, long Seconds)
{
    /// <exception cref="PythonException">An argument is missing or out of its range.</exception>
    public static SelfPlan Read(CallArguments arguments) => new(
        (uint)arguments.Integer("nonce", 0, uint.MaxValue),
        (int)arguments.Integer("pin", 0, int.MaxValue),
        (int)arguments.Integer("stimulus_pin", 0, int.MaxValue),
        arguments.Text("irq", "rising", "falling", "both") switch { "rising" => IrqTrigger.Rising, "falling" => IrqTrigger.Falling, _ => IrqTrigger.Both },
        arguments.Text("handler", "bytecode", "hard"),
        arguments.OptionalText("idle", "sleep", "spin") ?? "sleep",
        arguments.Integer("count", 1, int.MaxValue),
        (uint)arguments.Integer("seed", 0, uint.MaxValue),
        arguments.Range("gap"),
        arguments.Integer("pulse", 0, int.MaxValue),
        arguments.Integer("window", 1, int.MaxValue),
        arguments.Integer("seconds", 0, 4_000_000));
}

/// <summary>
/// A board that fires at itself and stamps with its own clock. Handlers run as in <see cref="IrqTarget"/>; what they drive is a line that no pin has,
/// whose rising edges are the handler's readings of the clock. SYNTHETIC as all latencies here.
/// </summary>
internal sealed class SelfProgram(
    SimulatedWorld world, SelfPlan plan, BoardIdentity identity, SimulatedBoardOptions options, PinNode pin, PinNode stimulus, string ready) : BoardProgram, ILineListener
{
    private const long PsPerUs = 1_000_000;
    private const long PsPerMs = 1_000_000_000;
    private const int BatchStimuli = 12;
    private const int MostCallStamps = 3;

    private readonly PinNode _virtual = new(Side.Target, -1);
    private readonly StringBuilder _word = new();
    private readonly List<long> _calls = [];
    private readonly BoardTicks _ticks = BoardTicks.Of(identity, options.Seed);
    private IrqTarget? _irq;
    private long _beganPs;
    private long _done;
    private long _callsInAll;
    private uint _state = plan.Seed == 0 ? 0x9E3779B9 : plan.Seed;
    private bool _level = plan.Trigger != IrqTrigger.Falling;

    public override ProgramState Step(BoardConsole console)
    {
        if (_irq is null)
        {
            Arm(console);
            return ProgramState.Running;
        }

        if (_done >= plan.Count)
        {
            End(console, "done");
            return ProgramState.Ended;
        }

        var batch = (int)Math.Min(BatchStimuli, plan.Count - _done);
        var rows = new StringBuilder();
        var fired = 0;
        var stopped = false;
        var gaps = Enumerable.Range(0, BatchStimuli).Select(_ => NextGapUs()).ToArray();
        while (fired < batch && !stopped)
        {
            Fire(rows, gaps[fired++]);
            stopped = HearsStop(console);
        }

        console.Print(BoardScripts.Line(string.Create(CultureInfo.InvariantCulture, $$"""{"t": "STAMPS", "nonce": {{plan.Nonce}}, "first": {{_done}}, "rows": [{{rows}}]}""")));
        _done += fired;
        Pass(100 * PsPerMs);
        if (stopped)
        {
            End(console, "stop");
            return ProgramState.Ended;
        }

        return ProgramState.Running;
    }

    public void OnEdge(long timePs, bool level, long ordinal, long? causeOrdinal)
    {
        if (level)
        {
            _calls.Add(timePs);
            _callsInAll++;
        }
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
        _virtual.Line = new Line(_virtual);
        _virtual.Line.Listeners.Add(this);
        world.Wires.Configure(pin, PinMode.Input, PinPull.None, latch: false, world.NowPs);
        world.Wires.Configure(stimulus, PinMode.Output, PinPull.None, latch: !_level, world.NowPs);
        console.Print(ready);
        var seed = SimulationRandom.Mix(options.Seed, string.Create(CultureInfo.InvariantCulture, $"{plan.Seed} {identity.Version.Text} self {plan.Handler}"));
        var profile = LatencyProfile.For(identity.Chip, plan.Handler, plan.Idle).Scaled(options.Speed);
        var model = new LatencyModel(profile, [LoadPause.For(identity.Chip, options.Load)], options.Offset.Picoseconds / 1000.0, seed);
        _irq = new IrqTarget(world.Wires, _virtual, plan.Trigger, plan.Handler == "hard", identity.Chip.SchedulerDepth, model, scheduled: null);
        pin.Line.Listeners.Add(_irq);
        world.Activity = _irq;
        console.Print(BoardScripts.Line(string.Create(CultureInfo.InvariantCulture, $$"""{"t": "ARMED", "nonce": {{plan.Nonce}}}""")));
        Pass(100 * PsPerMs);
        _beganPs = world.NowPs;
    }

    private void Fire(StringBuilder rows, long gapUs)
    {
        _calls.Clear();
        var ms = (world.NowPs - _beganPs) / PsPerMs;
        var beganPs = world.NowPs;
        var begun = _ticks.Read(beganPs);
        // The write moves the pin somewhere between the two readings that the bias is made of.
        Pass(_ticks.WritePs / 2);
        world.Wires.Configure(stimulus, PinMode.Output, PinPull.None, latch: _level, world.NowPs);
        var deadlinePs = world.NowPs + (plan.WindowUs * PsPerUs);
        while (_calls.Count == 0 && world.NowPs < deadlinePs)
        {
            world.AdvanceTo(Math.Min(deadlinePs, Math.Max(world.NowPs + 1, Math.Min(world.NextEventPs, deadlinePs))));
        }

        var down = 0L;
        if (plan.Trigger == IrqTrigger.Both)
        {
            _level = !_level;
        }
        else
        {
            Pass(plan.PulseUs * PsPerUs);
            world.Wires.Configure(stimulus, PinMode.Output, PinPull.None, latch: !_level, world.NowPs);
            Pass(_ticks.WritePs / 2);
            down = Math.Max(1, _ticks.Between(beganPs, world.NowPs));
        }

        Pass(gapUs * PsPerUs);
        rows.Append(CultureInfo.InvariantCulture, $"{(rows.Length > 0 ? ", " : "")}{ms}, {begun}, {down}, {_calls.Count}");
        foreach (var callPs in _calls.Take(MostCallStamps))
        {
            rows.Append(CultureInfo.InvariantCulture, $", {_ticks.Between(beganPs, callPs)}");
        }
    }

    private long NextGapUs()
    {
        _state = Samplers.StimulusTable.Next(_state);
        return plan.GapUs.Min + (long)(((ulong)(_state >> 8) * plan.GapUs.Width) >> 24);
    }

    private bool HearsStop(BoardConsole console)
    {
        var stop = false;
        while (console.PendingInput > 0)
        {
            var value = console.NextInput();
            if (value is not ((byte)'\n' or (byte)'\r'))
            {
                _word.Append(_word.Length < 8 ? (char)value : "");
                continue;
            }

            stop |= _word.ToString() == "stop";
            _word.Clear();
        }

        return stop;
    }

    private void Pass(long ps) => world.AdvanceTo(world.NowPs + ps);

    private void End(BoardConsole console, string reason)
    {
        Disarm();
        console.Print(BoardScripts.Line(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"t": "DONE", "nonce": {{plan.Nonce}}, "callbacks": {{_callsInAll}}, "errors": 0, "reason": "{{reason}}", "us": {{(world.NowPs - _beganPs) / PsPerMs * 1000}}}""")));
    }

    private void Disarm()
    {
        if (_irq is null)
        {
            return;
        }

        pin.Line.Listeners.Remove(_irq);
        world.Activity = null;
        world.Wires.Configure(stimulus, PinMode.Input, PinPull.None, latch: false, world.NowPs);
        world.Wires.Configure(pin, PinMode.Input, PinPull.None, latch: false, world.NowPs);
    }
}

/// <summary>MicroPython's finest clock on a simulated board: cycles on the ESP chips, microseconds on RP2; it wraps at 2^30.</summary>
/// <param name="Name">"ticks_cpu" or "ticks_us".</param>
/// <param name="TickHz">Ticks per second.</param>
/// <param name="StartPs">What it had counted when the world began.</param>
/// <param name="WritePs">SYNTHETIC: a reading, a write to a pin and a reading.</param>
internal sealed record BoardTicks(string Name, long TickHz, long StartPs, long WritePs)
{
    private const long Wrap = 1L << 30;

    /// <summary>SYNTHETIC: what one reading costs.</summary>
    public long ReadPs => WritePs / 2;

    public static BoardTicks Of(BoardIdentity identity, ulong seed)
    {
        var counts = identity.Chip.Port != "rp2";
        var hz = counts ? identity.Chip.ClockHz : 1_000_000;
        // Boards that have been on for a while: the counter shall wrap soon in some.
        var startPs = (long)(SimulationRandom.For(seed, "ticks").NextUInt64() % 10_000_000_000_000);
        // About two hundred cycles of bytecode.
        return new BoardTicks(counts ? "ticks_cpu" : "ticks_us", hz, startPs, 400 * (1_000_000_000_000 / identity.Chip.ClockHz));
    }

    /// <summary>What a program reads at a virtual time.</summary>
    public long Read(long timePs) => Count(timePs) % Wrap;

    /// <summary><c>ticks_diff</c> of two readings.</summary>
    public long Between(long fromPs, long toPs) => Count(toPs) - Count(fromPs);

    private long Count(long timePs) => (long)((Int128)(timePs + StartPs) * TickHz / 1_000_000_000_000);
}
