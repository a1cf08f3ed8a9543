using System.CommandLine;
using System.CommandLine.Completions;
using LatencyLab.Boards;
using System.CommandLine.Parsing;
using LatencyLab.Runs;
using LatencyLab.Signals;
using LatencyLab.Targets;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary>The options of <c>run</c>.</summary>
internal sealed class RunOptions
{
    private readonly Option<string> _test = Words("--test", "What to measure: the answer to an interrupt or of a polling loop, micropython.schedule, how fast pins toggle, machine.Timer.", "irq", [.. RunTest.All.Select(t => t.Name)]);
    private readonly Option<int?> _pin = new("--pin") { Description = "GPIO of the target that gets the stimulus; toggle, timer and --target none need none." };
    private readonly Option<string> _irq = Words("--irq", "Edge that interrupts.", "rising", "rising", "falling", "both");
    private readonly Option<int?> _responsePin = new("--response-pin") { Description = "GPIO of the target that answers or toggles (default: the next suitable one)." };
    private readonly Option<string[]> _variant = new("--variant") { Description = "toggle: value, call, on-off, toggle, native, viper; several with commas (default: all that the board can).", CustomParser = Variants };
    private readonly Option<Duration?> _period = new("--period") { Description = "timer: period of machine.Timer (default 1ms).", CustomParser = OptionText.Duration };
    private readonly Option<int?> _stimulusPin = new("--stimulus-pin") { Description = "With --sampler self: GPIO that is wired to --pin and fires (default: the next suitable one)." };
    private readonly Option<string> _handler = Words("--handler", "What answers: bytecode, native, viper, or hard where the port has it.", "bytecode", "bytecode", "native", "viper", "hard");
    private readonly Option<string> _idle = Words("--idle", "What the target does between interrupts.", "sleep", "sleep", "spin");
    private readonly Option<string> _load = new("--load") { Description = "irq, schedule, timer: what keeps the target busy meanwhile: none, or some of gc,cpu,uart,flash,wifi.", CustomParser = Loads, DefaultValueFactory = _ => TargetLoads.None };
    private readonly Option<long?> _cpuFreq = new("--cpu-freq") { Description = "Clock of the target for the run, such as 240MHz; put back afterwards.", CustomParser = OptionText.Hertz };
    private readonly Option<string?> _script = new("--script") { Description = "Your own handler: a Python file that defines make(response)." };
    private readonly Option<int?> _burst = new("--burst") { Description = "Stimuli in trains of so many, to find how many interrupts can wait." };
    private readonly Option<Duration?> _burstGap = new("--burst-gap") { Description = $"Time between two pulses of a train (default {BurstPlan.DefaultGap}).", CustomParser = OptionText.Duration };
    private readonly Option<int> _samples = new("--samples", "-n") { Description = "Stimuli that count.", DefaultValueFactory = _ => RunPlan.DefaultSamples };
    private readonly Option<int> _warmup = new("--warmup") { Description = "Stimuli before those that count.", DefaultValueFactory = _ => RunPlan.DefaultWarmup };
    private readonly Option<RandomTime> _gap = new("--gap") { Description = $"Time between pulses, MIN[+WIDTH] (default {RunPlan.DefaultGap}).", CustomParser = OptionText.RandomTime, DefaultValueFactory = _ => RunPlan.DefaultGap };
    private readonly Option<Duration?> _window = new("--window") { Description = "A later answer is late (default: the smallest gap).", CustomParser = OptionText.Duration };
    private readonly Option<Duration?> _minLatency = new("--min-latency") { Description = "An earlier answer is crosstalk (default 0).", CustomParser = OptionText.Duration };
    private readonly Option<uint?> _seed = new("--seed") { Description = "Seed of the stimulus times (default: random, recorded)." };
    private readonly Option<int> _repeat = new("--repeat") { Description = "Runs to make, each after a soft reset and with its own seed.", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _label = new("--label") { Description = "Your name for the firmware, for comparing.", CustomParser = OptionText.Label };
    private readonly Option<string?> _rig = new("--rig") { Description = "sim, sim:CHIP?options, or a rig file.", HelpName = "rig", CompletionSources = { _ => Simulated("sim") } };
    private readonly Option<string?> _target = new("--target") { Description = "The board under test: auto, a0, u0, a port, uid:…, tcp://…, sim:esp32, or none for firmware of its own.", HelpName = "target", CompletionSources = { _ => Simulated("auto", "none") } };
    private readonly Option<string?> _sampler = new("--sampler") { Description = SamplerWords[..^1] + "; or self: the target times itself, with one wire." };
    private readonly Option<string?> _timeout = new("--timeout") { Description = "Stretches every time limit: 10x, or the limit of one step such as 30s." };
    private readonly Option<Duration?> _wait = new("--wait") { Description = "How long to wait for the boards to be connected.", CustomParser = OptionText.Duration };
    private readonly Option<string> _pair = new("--pair") { Description = "With a sampler that only listens: its channels, STIMULUS:RESPONSE.", DefaultValueFactory = _ => "D0:D1" };
    private readonly Option<string?> _edge = new("--edge") { Description = "With a sampler that only listens: rising, falling or both, or one for each side (default: --irq and rising)." };
    private readonly Option<Duration?> _duration = new("--duration") { Description = "With a sampler that only listens: listen for so long (default: until the samples are there).", HelpName = "TIME", CustomParser = OptionText.Duration };
    private readonly Option<string> _out = new("--out", "-o") { Description = "Root in which the run folder is made.", DefaultValueFactory = _ => "captures" };
    private readonly Option<string?> _csv = new("--csv") { Description = "Also write latency.csv to this file." };
    private readonly Option<string?> _simTruth = new("--sim-truth") { Description = "Write what truly happened on the simulated rig (CSV)." };
    private readonly Option<bool> _keepLog = new("--keep-log") { Description = "Keep edges.llc beside edges.parquet." };
    private readonly Option<double> _maxExcluded = new("--max-excluded") { Description = "Percent of excluded stimuli above which the run is invalid.", DefaultValueFactory = _ => RunPlan.DefaultMaxExcludedPercent };
    private readonly Option<bool> _forcePin = new("--force-pin") { Description = "Use a pin that LatencyLab advises against; with --target none, drive a stimulus line that a pull resistor holds." };
    private readonly Option<string?> _failOn = new("--fail-on") { Description = "Gate, such as \"p99 > 200us or missed > 0\"; relative limits need --baseline." };
    private readonly Option<string?> _baseline = new("--baseline") { Description = "What relative limits are measured against: a baseline, label, version or run." };
    private readonly Option<Duration?> _limit = new("--limit") { Description = "Count how often this latency is exceeded; over_limit in a gate.", CustomParser = OptionText.Duration };

    /// <summary>Description of --sampler wherever it stands.</summary>
    public const string SamplerWords = "The sampler: auto, a0, u0, a port, uid:…, tcp://…, sim:pico, or one that only listens: sump:PORT, sigrok-pico:PORT, sigrok:driver=…, replay:FILE.";

    private static IEnumerable<CompletionItem> Simulated(params string[] first) =>
        first.Concat(BoardCatalog.Chips.Select(chip => "sim:" + chip.Id)).Select(word => new CompletionItem(word));

    public IEnumerable<Option> All =>
    [
        _pin, _irq, _responsePin, _stimulusPin, _handler, _script, _idle, _load, _cpuFreq, _burst, _burstGap, _samples, _warmup, _gap, _window, _minLatency, _seed, _repeat, _label, _rig, _target, _sampler, _timeout, _out,
        _csv, _simTruth, _keepLog, _maxExcluded, _forcePin, _failOn, _baseline, _limit, _wait, _test, _variant, _period, _pair, _edge, _duration,
    ];

    public RunRequest Read(ParseResult parsed)
    {
        var test = RunTest.All.First(t => t.Name == parsed.GetValue(_test));
        test.Check(parsed, All);
        return Read(parsed, test);
    }

    private RunRequest Read(ParseResult parsed, RunTest test) => new()
    {
        Test = test,
        Pin = parsed.GetValue(_pin),
        HandlerGiven = parsed.GetResult(_handler) is { Implicit: false },
        Variants = parsed.GetValue(_variant) is { Length: > 0 } variants ? variants : null,
        Period = parsed.GetValue(_period) ?? Duration.FromMilliseconds(1),
        Irq = EdgeWords.TryParse(parsed.GetValue(_irq)!, out var edge) ? edge : EdgeKind.Rising,
        ResponsePin = parsed.GetValue(_responsePin),
        StimulusPin = parsed.GetValue(_stimulusPin),
        Handler = HandlerOf(parsed),
        Load = parsed.GetValue(_load)!,
        CpuHz = parsed.GetValue(_cpuFreq),
        Script = parsed.GetValue(_script),
        Burst = BurstOf(parsed),
        Idle = Enum.Parse<IdleLoop>(parsed.GetValue(_idle)!, ignoreCase: true),
        Samples = parsed.GetValue(_samples),
        Warmup = parsed.GetValue(_warmup),
        Given = (parsed.GetResult(_samples) is { Implicit: false }, parsed.GetResult(_warmup) is { Implicit: false }),
        GivenOptions = [.. All.Where(o => parsed.GetResult(o) is { Implicit: false }).Select(o => o.Name)],
        Pair = parsed.GetValue(_pair)!,
        Edge = parsed.GetValue(_edge),
        OfListenersOnly = new Option[] { _pair, _edge, _duration }.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false })?.Name,
        Duration = parsed.GetValue(_duration),
        Gap = parsed.GetValue(_gap),
        Window = parsed.GetValue(_window),
        MinLatency = parsed.GetValue(_minLatency) ?? Duration.Zero,
        Seed = parsed.GetValue(_seed),
        Repeat = parsed.GetValue(_repeat),
        Label = parsed.GetValue(_label),
        Rig = parsed.GetValue(_rig),
        Target = parsed.GetValue(_target),
        Sampler = parsed.GetValue(_sampler),
        Timeout = parsed.GetValue(_timeout),
        Wait = parsed.GetValue(_wait),
        Out = parsed.GetValue(_out)!,
        Csv = parsed.GetValue(_csv),
        SimTruth = parsed.GetValue(_simTruth),
        KeepLog = parsed.GetValue(_keepLog),
        MaxExcludedPercent = parsed.GetValue(_maxExcluded),
        ForcePin = parsed.GetValue(_forcePin),
        FailOn = parsed.GetValue(_failOn),
        Baseline = parsed.GetValue(_baseline),
        Limit = parsed.GetValue(_limit),
    };

    private static string[]? Variants(ArgumentResult argument)
    {
        var names = argument.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct().ToArray();
        if (names.Length == 0 || names.FirstOrDefault(n => !ToggleTest.Variants.Contains(n)) is not null)
        {
            argument.AddError($"'{string.Join(',', argument.Tokens.Select(t => t.Value))}' are no variants; choose among {string.Join(", ", ToggleTest.Variants)}.");
            return null;
        }

        return names;
    }

    private IrqHandler HandlerOf(ParseResult parsed)
    {
        if (parsed.GetValue(_script) is null)
        {
            return Enum.Parse<IrqHandler>(parsed.GetValue(_handler)!, ignoreCase: true);
        }

        return parsed.GetResult(_handler) is { Implicit: false }
            ? throw new LatencyLabException(FaultKind.Usage, "Two handlers are named: one of LatencyLab's and your own.", "--script", "Leave out --handler or --script.")
            : IrqHandler.Script;
    }

    private BurstPlan? BurstOf(ParseResult parsed)
    {
        var gap = parsed.GetValue(_burstGap);
        return parsed.GetValue(_burst) is { } length ? new BurstPlan(length, gap ?? BurstPlan.DefaultGap)
            : gap is null ? null
            : throw new LatencyLabException(FaultKind.Usage, "A gap inside of trains is given, but no trains.", "--burst-gap", "Add --burst 12.");
    }

    private static string? Loads(ArgumentResult argument)
    {
        try
        {
            return TargetLoads.Parse(argument.Tokens[0].Value);
        }
        catch (LatencyLabException e)
        {
            argument.AddError($"{e.Message} {e.Try}");
            return null;
        }
    }

    private static Option<string> Words(string name, string description, string byDefault, params string[] words)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => byDefault };
        option.AcceptOnlyFromAmong(words);
        return option;
    }
}
