using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace LatencyLab.Simulation;

/// <summary>
/// What a simulated board makes of a piece of source: LatencyLab's own parts and calls by their header line (docs/protocol.md section 1), the
/// identification probe, and the little Python of <see cref="PythonSubset"/>. Part bodies are not looked at.
/// </summary>
internal sealed class BoardScripts(SimulatedWorld world, BoardIdentity identity, Side side, SimulatedBoardOptions options, CaptureTruth truth)
{
    private const string NotSimulated = "NotImplementedError: simulated board";

    private static readonly string[] TargetParts =
    [
        "target/core", "target/caps", "target/clock", "target/frame", "target/irq", "target/native", "target/viper", "target/poll", "target/poll_native", "target/poll_viper",
        "target/toggle", "target/toggle_native", "target/toggle_viper", "target/timer", "target/schedule", "target/self",
        "target/script", "target/source", "target/load", "target/load_gc", "target/load_cpu", "target/load_uart", "target/load_flash", "target/load_wifi",
    ];

    private static readonly string[] SamplerParts = ["sampler/core", "sampler/pio", "sampler/capture"];

    private readonly HashSet<string> _parts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PythonValue> _globals = new(StringComparer.Ordinal);

    private bool IsTarget => _parts.Contains("target/core");

    /// <summary>Nothing is loaded any more.</summary>
    public void Reset()
    {
        _parts.Clear();
        _globals.Clear();
    }

    /// <summary>Starts a piece of source; <paramref name="echo"/> is true at the friendly prompt.</summary>
    public BoardProgram Execute(string source, bool echo)
    {
        var lines = source.Split('\n').Select(l => l.TrimEnd('\r')).ToArray();
        if (lines[0] is "# latencylab identify 1")
        {
            return ImmediateProgram.Print(identity.Answers());
        }

        if (lines[0] is "# latencylab call 1")
        {
            var isCall = lines.Length > 1 && lines.Skip(2).All(string.IsNullOrWhiteSpace);
            return (isCall ? PythonSubset.CallArguments(lines[1], "ll") : null) switch
            {
                [PythonValue.String name] => Call(name.Value, "{}"),
                [PythonValue.String name, PythonValue.String json] => Call(name.Value, json.Value),
                _ => ImmediateProgram.Raise(2, NotSimulated),
            };
        }

        foreach (var part in TargetParts.Concat(SamplerParts))
        {
            if (lines[0] == $"# latencylab {part} 1")
            {
                return Load(part);
            }
        }

        return RunLines(lines, echo);
    }

    /// <summary>A line of docs/protocol.md section 2 around a JSON object.</summary>
    public static string Line(string json) =>
        string.Create(CultureInfo.InvariantCulture, $"@LL1 {json}*{Crc32.HashToUInt32(Encoding.UTF8.GetBytes(json)):x8}\n");

    private ImmediateProgram Load(string part)
    {
        var fault = part switch
        {
            "sampler/pio" or "sampler/capture" when identity.Chip.Port != "rp2" => "ImportError: no module named 'rp2'",
            _ when !identity.HasNativeCode && (part.EndsWith("native", StringComparison.Ordinal) || part.EndsWith("viper", StringComparison.Ordinal)) =>
                "SyntaxError: invalid micropython decorator",
            "target/toggle_native" or "target/toggle_viper" when !_parts.Contains("target/toggle") => "NameError: name 'll_toggles' isn't defined",
            "target/irq" or "target/poll" or "target/toggle" or "target/timer" or "target/schedule" when !_parts.Contains("target/frame") => "NameError: name 'LLTest' isn't defined",
            "target/caps" or "target/self" or "sampler/capture" when !_parts.Contains(part.Split('/')[0] + "/core") => "NameError: name 'll_calls' isn't defined",
            _ => null,
        };
        if (fault is not null)
        {
            return ImmediateProgram.Raise(2, fault);
        }

        if (part.EndsWith("/core", StringComparison.Ordinal))
        {
            _parts.Clear();
        }

        _parts.Add(part);
        return ImmediateProgram.Print("");
    }

    private BoardProgram Call(string name, string json)
    {
        if (!_parts.Contains("target/core") && !_parts.Contains("sampler/core"))
        {
            return ImmediateProgram.Raise(2, "NameError: name 'll' isn't defined");
        }

        try
        {
            var arguments = new CallArguments(json);
            return name switch
            {
                "hello" => ImmediateProgram.Print(Line(Board("HELLO", ""))),
                "pin" => ImmediateProgram.Print(Pin(arguments)),
                "release" => ImmediateProgram.Print(Release(arguments)),
                "caps" when _parts.Contains("target/caps") => ImmediateProgram.Print(Capabilities()),
                "irq" when _parts.Contains("target/irq") => Irq(arguments, StimulusAnswer.Interrupt, "bytecode", "native", "viper", "hard", "script"),
                "poll" when _parts.Contains("target/poll") => Irq(arguments, StimulusAnswer.Poll, "bytecode", "native", "viper"),
                "schedule" when _parts.Contains("target/schedule") => Irq(arguments, StimulusAnswer.Schedule, "bytecode", "hard"),
                "toggle" when _parts.Contains("target/toggle") => Toggle(arguments),
                "timer" when _parts.Contains("target/timer") => Timer(arguments),
                "self_clock" when _parts.Contains("target/self") => ImmediateProgram.Print(SelfClock()),
                "self" when _parts.Contains("target/self") => Self(arguments),
                "capture" or "selftest" when _parts.Contains("sampler/capture") && !_parts.Contains("sampler/pio") => throw new PythonException("NameError: name 'll_aligned' isn't defined"),
                "capture" or "selftest" when _parts.Contains("sampler/capture") => Capture(arguments, name == "selftest"),
                _ => throw new PythonException("ValueError: unknown call " + name),
            };
        }
        catch (PythonException e)
        {
            return ImmediateProgram.Print(Error(e));
        }
    }

    private static string Error(PythonException e) =>
        Line($$"""{"t": "ERROR", "what": {{Json(e.Message.Length > 200 ? e.Message[..200] : e.Message)}}}""");

    private static string Json(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(text)}\"";

    private string Board(string kind, string more, long? clockHz = null) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"t": "{{kind}}", "proto": 1, "part": "{{(IsTarget ? "target" : "sampler")}}", "port": "{{identity.Chip.Port}}", "hz": {{clockHz ?? identity.Chip.ClockHz}}, "free": {{identity.Chip.FreeHeapBytes - (20_000 * Math.Min(1, _parts.Count))}}{{more}}}""");

    private bool HasToggle => identity.Chip.Port == "rp2" || identity.Version.IsAtLeast(1, 25);

    private string Capabilities()
    {
        static string Flag(bool value) => value ? "true" : "false";
        var native = Flag(identity.HasNativeCode);
        return Line($$"""{"t": "CAPS", "hard": {{Flag(identity.Chip.HardIrq)}}, "native": {{native}}, "viper": {{native}}, "pull_down": {{Flag(identity.Chip.HasPullDown)}}, "toggle": {{Flag(HasToggle)}}}""");
    }

    private string Pin(CallArguments arguments)
    {
        var node = Node(arguments.Integer("pin", 0, int.MaxValue));
        var facts = identity.Chip.Facts.Pin(node.Gpio)!;
        if (arguments.Text("mode", "in", "out") == "out")
        {
            if (!facts.CanOutput)
            {
                throw new PythonException("ValueError: pin can only be input");
            }

            world.Wires.Configure(node, PinMode.Output, PinPull.None, arguments.Integer("value", 0, 1, 0) != 0, world.NowPs);
        }
        else
        {
            world.Wires.Configure(node, PinMode.Input, Pull(arguments.OptionalText("pull", "up", "down"), facts), latch: false, world.NowPs);
        }

        world.AdvanceTo(world.NowPs + 2_000_000_000);
        return Line($$"""{"t": "PIN", "pin": {{node.Gpio}}, "value": {{(world.Wires.Read(node) ? 1 : 0)}}}""");
    }

    // A pull that the chip has no resistor for is ignored without a word on the ESP32, and refused on the ESP8266.
    private PinPull Pull(string? name, Boards.PinFacts facts)
    {
        if (name == "down" && !identity.Chip.HasPullDown)
        {
            throw new PythonException("AttributeError: type object 'Pin' has no attribute 'PULL_DOWN'");
        }

        if (name == "up" && !facts.PullUp && identity.Chip.Port == "esp8266")
        {
            throw new PythonException($"ValueError: Pin({facts.Gpio}) doesn't support pull");
        }

        return name == "up" && facts.PullUp ? PinPull.Up : name == "down" && facts.PullDown ? PinPull.Down : PinPull.None;
    }

    private string Release(CallArguments arguments)
    {
        PythonException? failed = null;
        var pins = arguments.Integers("pins", 0, int.MaxValue, 64);
        if (side == Side.Target && pins is [<= 64 and var alone] && identity.Chip.PinFault(alone) is null)
        {
            world.Wires.MentionAlone(alone);
        }

        foreach (var gpio in pins)
        {
            try
            {
                world.Wires.Configure(Node(gpio), PinMode.Input, PinPull.None, latch: false, world.NowPs);
            }
            catch (PythonException e)
            {
                failed = e;
            }
        }

        return failed is null ? Line("""{"t": "RELEASED"}""") : throw failed;
    }

    private PinNode Node(long gpio)
    {
        if (gpio > 64 || identity.Chip.PinFault((int)gpio) is not null)
        {
            throw new PythonException("ValueError: invalid pin");
        }

        if (side == Side.Target)
        {
            world.Wires.Mention((int)gpio);
        }

        return world.Wires.Node(side, (int)gpio);
    }

    private ToggleProgram Toggle(CallArguments arguments)
    {
        var response = Output(arguments);
        var variant = arguments.Text("variant", "value", "call", "on-off", "toggle", "native", "viper");
        var known = variant switch
        {
            "toggle" => HasToggle,
            "native" or "viper" => _parts.Contains("target/toggle_" + variant),
            _ => true,
        };
        var conditions = RunConditions.Read(arguments, identity.Chip, _parts);
        return known
            ? new ToggleProgram(world, arguments, conditions, identity, options, response, variant, Ready(arguments, conditions, ""))
            : throw new PythonException("ValueError: unknown variant " + variant);
    }

    private TimerProgram Timer(CallArguments arguments)
    {
        var handler = arguments.Text("handler", "bytecode", "native", "viper", "hard");
        if (handler is "native" or "viper" && !_parts.Contains("target/" + handler))
        {
            throw new PythonException($"NameError: name 'll_{handler}' isn't defined");
        }

        var response = Output(arguments);
        var conditions = RunConditions.Read(arguments, identity.Chip, _parts);
        return handler == "hard" && identity.Chip.Port != "rp2"
            ? throw new PythonException("TypeError: extra keyword arguments given")
            : new TimerProgram(
                world, arguments, conditions, identity, options, response, handler, Ready(arguments, conditions, $", \"timer\": {(identity.Chip.Port == "rp2" ? -1 : 0)}"));
    }

    private PinNode Output(CallArguments arguments)
    {
        var node = Node(arguments.Integer("response_pin", 0, int.MaxValue));
        return identity.Chip.Facts.Pin(node.Gpio)!.CanOutput ? node : throw new PythonException("ValueError: pin can only be input");
    }

    private string Ready(CallArguments arguments, RunConditions conditions, string more) =>
        Line(Board("READY", $", \"nonce\": {arguments.Integer("nonce", 0, uint.MaxValue)}{more}", conditions.CpuHz));

    private IrqProgram Irq(CallArguments arguments, StimulusAnswer answer, params ReadOnlySpan<string> handlers)
    {
        var plan = IrqPlan.Read(arguments, handlers);
        var facts = identity.Chip.Facts;
        if (side == Side.Target)
        {
            world.Wires.Assign(plan.Gpio, plan.ResponseGpio);
        }

        var (pin, response) = (Node(plan.Gpio), Node(plan.ResponseGpio));
        if (!facts.Pin(plan.ResponseGpio)!.CanOutput)
        {
            throw new PythonException("ValueError: pin can only be input");
        }

        if (!facts.Pin(plan.Gpio)!.CanInterrupt)
        {
            throw new PythonException("OSError: pin does not have IRQ capabilities");
        }

        var conditions = RunConditions.Read(arguments, identity.Chip, _parts);
        var prefix = answer == StimulusAnswer.Poll ? "poll_" : "";
        if (plan.Handler is "native" or "viper" && !_parts.Contains($"target/{prefix}{plan.Handler}"))
        {
            throw new PythonException($"NameError: name 'll_{prefix}{plan.Handler}' isn't defined");
        }

        if (plan.Handler == "script" && !(_parts.Contains("target/script") && _parts.Contains("target/source")))
        {
            throw new PythonException("NameError: name 'll_scripted' isn't defined");
        }

        if (plan.Handler == "hard" && !identity.Chip.HardIrq)
        {
            throw new PythonException(
                identity.Chip.Port == "esp32" ? "TypeError: extra keyword arguments given" : "ValueError: hard IRQ not supported");
        }

        return new IrqProgram(world, plan, conditions, answer, identity, options, pin, response, Ready(arguments, conditions, ""));
    }

    private string SelfClock()
    {
        var ticks = BoardTicks.Of(identity, options.Seed);
        return Line(string.Create(CultureInfo.InvariantCulture, $$"""{"t": "CLOCK", "tick_hz": {{ticks.TickHz}}, "ticks": "{{ticks.Name}}"}"""));
    }

    private SelfProgram Self(CallArguments arguments)
    {
        const int turns = 64;
        var plan = SelfPlan.Read(arguments);
        var (pin, stimulus) = (Node(plan.Gpio), Node(plan.StimulusGpio));
        if (!identity.Chip.Facts.Pin(plan.StimulusGpio)!.CanOutput)
        {
            throw new PythonException("ValueError: pin can only be input");
        }

        if (!identity.Chip.Facts.Pin(plan.Gpio)!.CanInterrupt)
        {
            throw new PythonException("OSError: pin does not have IRQ capabilities");
        }

        if (plan.Handler == "hard" && !identity.Chip.HardIrq)
        {
            throw new PythonException(
                identity.Chip.Port == "esp32" ? "TypeError: extra keyword arguments given" : "ValueError: hard IRQ not supported");
        }

        var ticks = BoardTicks.Of(identity, options.Seed);
        var (reads, writes) = (turns * ticks.Between(0, ticks.ReadPs), turns * ticks.Between(0, ticks.WritePs));
        var more = string.Create(CultureInfo.InvariantCulture, $", \"nonce\": {plan.Nonce}, \"tick_hz\": {ticks.TickHz}, \"ticks\": \"{ticks.Name}\", \"reads\": {reads}, \"writes\": {writes}, \"turns\": {turns}");
        return new SelfProgram(world, plan, identity, options, pin, stimulus, Line(Board("READY", more)));
    }

    private SamplerCapture Capture(CallArguments arguments, bool selfTest)
    {
        if (side != Side.Sampler)
        {
            throw new PythonException("OSError: [Errno 19] ENODEV");
        }

        return new SamplerCapture(world, CapturePlan.Read(arguments, selfTest), identity.Chip.ClockHz, identity.SysVersion, options, truth);
    }

    private ImmediateProgram RunLines(string[] lines, bool echo)
    {
        var printed = new StringBuilder();
        for (var i = 0; i < lines.Length; i++)
        {
            try
            {
                if (lines[i].Length > 0 && lines[i][0] is ' ' or '\t' && lines[i].Trim() is not ("" or ['#', ..]))
                {
                    throw new NotSimulatedException();
                }

                printed.Append(PythonSubset.Run(lines[i], _globals, echo));
            }
            catch (NotSimulatedException)
            {
                return ImmediateProgram.Raise(i + 1, NotSimulated, printed.ToString());
            }
            catch (PythonException e)
            {
                return ImmediateProgram.Raise(i + 1, e.Message, printed.ToString());
            }
        }

        return ImmediateProgram.Print(printed.ToString());
    }
}
