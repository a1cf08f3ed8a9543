using System.Security.Cryptography;
using LatencyLab.Boards;
using LatencyLab.Runs;
using LatencyLab.Runs.Periodic;
using LatencyLab.Runs.Suites;
using LatencyLab.Signals;
using LatencyLab.Targets;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary>What the user asked of <c>run</c>; null where the default depends on the board.</summary>
internal sealed record RunRequest
{
    public required RunTest Test { get; init; }

    public int? Pin { get; init; }

    /// <summary>True where nothing is to be loaded into the target.</summary>
    public bool FreeRunning => Target == FreeRunningTarget;

    public const string FreeRunningTarget = "none";

    public required EdgeKind Irq { get; init; }

    public int? ResponsePin { get; init; }

    /// <summary>GPIO that fires in a self-timed run.</summary>
    public int? StimulusPin { get; init; }

    /// <summary>True where the target times itself and there is no sampler.</summary>
    public bool IsSelfTimed => Sampler == "self";

    public required IrqHandler Handler { get; init; }

    /// <summary>The user named a handler.</summary>
    public bool HandlerGiven { get; init; }

    /// <summary>Ways to toggle; null for all that the board can.</summary>
    public IReadOnlyList<string>? Variants { get; init; }

    /// <summary>The timer's period.</summary>
    public Duration Period { get; init; }

    public required IdleLoop Idle { get; init; }

    public required int Samples { get; init; }

    public required int Warmup { get; init; }

    /// <summary>Which of the two the user wrote; a sampler that only listens has other defaults.</summary>
    public required (bool Samples, bool Warmup) Given { get; init; }

    /// <summary>Names of the options that the user wrote.</summary>
    public IReadOnlyList<string> GivenOptions { get; init; } = [];

    /// <summary>Channels of a sampler that only listens: "STIMULUS:RESPONSE".</summary>
    public required string Pair { get; init; }

    /// <summary>An option that was written and that only a sampler which only listens knows; null for none.</summary>
    public string? OfListenersOnly { get; init; }

    /// <summary>Edges of a sampler that only listens; null for those that --irq means.</summary>
    public string? Edge { get; init; }

    /// <summary>How long a sampler listens that only listens; null until the stimuli are there.</summary>
    public Duration? Duration { get; init; }

    public required RandomTime Gap { get; init; }

    /// <summary>Loads as the script knows them.</summary>
    public string Load { get; init; } = TargetLoads.None;

    public long? CpuHz { get; init; }

    /// <summary>File with the user's own handler.</summary>
    public string? Script { get; init; }

    public BurstPlan? Burst { get; init; }

    public Duration? Window { get; init; }

    public required Duration MinLatency { get; init; }

    public uint? Seed { get; init; }

    public required int Repeat { get; init; }

    public string? Label { get; init; }

    public string? Rig { get; init; }

    public string? Target { get; init; }

    public string? Sampler { get; init; }

    public string? Timeout { get; init; }

    public Duration? Wait { get; init; }

    public required string Out { get; init; }

    public string? Csv { get; init; }

    public string? SimTruth { get; init; }

    public bool KeepLog { get; init; }

    public required double MaxExcludedPercent { get; init; }

    public bool ForcePin { get; init; }

    /// <summary>Gate over the runs of this command; null for none.</summary>
    public string? FailOn { get; init; }

    /// <summary>What relative limits of the gate are measured against.</summary>
    public string? Baseline { get; init; }

    /// <summary>The latency whose exceedances are counted, also by over_limit of the gate.</summary>
    public Duration? Limit { get; init; }

    /// <summary>The request with what its rig file says; options on the command line win.</summary>
    /// <exception cref="LatencyLabException">The file can't be read or says something that can't be, or its wires lead elsewhere than --pin.</exception>
    public RunRequest WithRigFile()
    {
        if (Rig is null || !Rig.EndsWith(".toml", StringComparison.OrdinalIgnoreCase))
        {
            return this;
        }

        var file = RigFile.Read(Rig);
        return file.Pin is { } wired && Pin is { } pin && wired != pin && (Target ?? file.Target) != FreeRunningTarget
            ? throw new LatencyLabException(FaultKind.Usage, $"The stimulus wire of this rig leads to GPIO{wired}, not to GPIO{pin}.", Rig, $"Use --pin {wired}, or change the wire and the file.")
            : this with { Rig = null, Pin = Pin ?? file.Pin, Target = Target ?? file.Target, Sampler = Sampler ?? file.Sampler, ResponsePin = ResponsePin ?? file.ResponsePin, FailOn = FailOn ?? file.FailOn };
    }

    /// <summary>The request, refused where it names a wire that a self-timed run, or one with a sampler, doesn't have.</summary>
    /// <exception cref="LatencyLabException">It does (kind usage).</exception>
    public RunRequest WithWires()
    {
        if (IsSelfTimed && Test.Stimulus is not StimulusTest.Irq)
        {
            throw new LatencyLabException(FaultKind.Usage, $"A board can't time the test {Test.Name} by itself.", "--sampler", "Use --test irq, or a sampler.");
        }

        if (IsSelfTimed && (Load != TargetLoads.None || CpuHz is not null || Script is not null || Burst is not null))
        {
            var option = Load != TargetLoads.None ? "--load" : CpuHz is not null ? "--cpu-freq" : Script is not null ? "--script" : "--burst";
            throw new LatencyLabException(FaultKind.Usage, $"A board that times itself knows no {option}.", option, "Leave it out, or use a sampler.");
        }

        if (IsSelfTimed && (ResponsePin is not null || SimTruth is not null))
        {
            throw new LatencyLabException(
                FaultKind.Usage, "A board that times itself has no response wire.", ResponsePin is null ? "--sim-truth" : "--response-pin",
                ResponsePin is null ? "Leave it out, or use a sampler." : "Write --stimulus-pin for the pin that is wired to --pin.");
        }

        return IsSelfTimed || StimulusPin is null
            ? this
            : throw new LatencyLabException(FaultKind.Usage, "With a sampler the target doesn't fire.", "--stimulus-pin", "Use it with --sampler self, or leave it out.");
    }

    /// <summary>The request, if its test suits its target.</summary>
    /// <exception cref="LatencyLabException">The test needs a script on a target that takes none (kind usage).</exception>
    public RunRequest Checked() => FreeRunning && IsSelfTimed
        ? throw new LatencyLabException(FaultKind.Usage, "A board that times itself needs our script on it.", "--sampler", "Leave --target none away, or use a sampler.")
        : FreeRunning && Test.Name != "irq"
        ? throw new LatencyLabException(FaultKind.Usage, $"The test {Test.Name} needs our script on the target.", "--test", "Leave --test away: with --target none, firmware of its own answers the stimuli.")
        : this;

    /// <summary>The request, its pin required.</summary>
    /// <exception cref="LatencyLabException">It names none (kind usage).</exception>
    public RunRequest WithPin() => Pin is not null || FreeRunning
        ? this
        : throw new LatencyLabException(FaultKind.Usage, $"The test {Test.Name} needs the pin that gets the stimulus.", "--pin", "Add --pin with a GPIO, such as --pin 4; 'latencylab pins CHIP' shows which suit. Firmware of its own needs none: --target none.");

    /// <summary>The plan of a test without stimuli, with a given response pin.</summary>
    /// <exception cref="LatencyLabException">A value can't be (kind usage).</exception>
    public SignalPlan SignalPlanOn(SignalTest test, int responsePin, uint seed, int repeatIndex) => new SignalPlan
    {
        Test = test,
        ResponsePin = responsePin,
        Variants = Variants,
        Handler = Handler,
        Idle = Idle,
        Load = Load,
        CpuHz = CpuHz,
        Period = Period,
        Samples = Samples,
        Warmup = Warmup,
        Seed = seed,
        Repeat = Repeat,
        RepeatIndex = repeatIndex,
        Label = Label,
    }.Checked();

    /// <summary>The plan of one of the repeats, once the chip is known.</summary>
    /// <exception cref="LatencyLabException">A pin can't do it, or a value can't be (kind usage).</exception>
    public RunPlan Plan(Chip chip, uint seed, int repeatIndex) => PlanOn((IsSelfTimed ? StimulusPin : ResponsePin) ?? PinRules.DefaultResponsePin(chip, Pin!.Value), seed, repeatIndex);

    /// <summary>The plan for a target that can't be asked.</summary>
    /// <exception cref="LatencyLabException">A value can't be (kind usage).</exception>
    public RunPlan FreeRunningPlan(uint seed, int repeatIndex) => PlanOn(ResponsePin ?? RunPlan.UnknownPin, seed, repeatIndex);

    /// <summary>The plan for a sampler that only listens: all stimuli of a source that ends, as many as asked of one that doesn't.</summary>
    /// <exception cref="LatencyLabException">A value can't be (kind usage).</exception>
    public ObservationPlan ObservationPlan(int repeatIndex, bool endsByItself)
    {
        var asked = new AnalysisRequest(Pair, Edge ?? $"{EdgeWords.Of(Irq)}:rising", Window, MinLatency, Samplers.SamplerIdentity.UnknownClockPpm);
        var (stimulus, response) = asked.Names()!.Value;
        var (stimulusEdge, responseEdge) = asked.Edges();
        return new ObservationPlan
        {
            Stimulus = new Samplers.SampledLine(stimulus, stimulus),
            Response = new Samplers.SampledLine(response, response),
            StimulusEdge = stimulusEdge,
            ResponseEdge = responseEdge,
            Window = Window,
            MinLatency = MinLatency,
            Limit = Limit,
            Samples = Given.Samples || (Duration is null && !endsByItself) ? Samples : null,
            Warmup = Given.Warmup ? Warmup : 0,
            Duration = Duration,
            Repeat = Repeat,
            RepeatIndex = repeatIndex,
            Label = Label,
            MaxExcludedPercent = MaxExcludedPercent,
        }.Checked();
    }

    /// <summary>The plan with a given response pin.</summary>
    /// <exception cref="LatencyLabException">A value can't be (kind usage).</exception>
    public RunPlan PlanOn(int responsePin, uint seed, int repeatIndex) => new RunPlan
    {
        Test = Test.Stimulus ?? StimulusTest.Irq,
        Pin = Pin ?? RunPlan.UnknownPin,
        Irq = Irq,
        ResponsePin = responsePin,
        StimulusPin = IsSelfTimed ? responsePin : null,
        Handler = Handler,
        HandlerByBoard = !HandlerGiven,
        Idle = Idle,
        Pulse = Test.Stimulus == StimulusTest.Poll ? PolledPulse : RunPlan.DefaultPulse,
        Load = Load,
        CpuHz = CpuHz,
        Script = Script is { } file ? HandlerScript.Of(file, InputBytes.Read(file, HandlerScript.MaxBytes + 1)) : null,
        Burst = Burst,
        Samples = Samples,
        Warmup = Warmup,
        Gap = Gap,
        Window = Window ?? Gap.Min,
        MinLatency = MinLatency,
        Limit = Limit,
        Seed = seed,
        Repeat = Repeat,
        RepeatIndex = repeatIndex,
        Label = Label,
        MaxExcludedPercent = MaxExcludedPercent,
        FreeRunning = FreeRunning,
        DriveHeldLine = FreeRunning && ForcePin,
    }.Checked();

    // A loop that looks at a pin every 70 us (ESP8266, bytecode) would overlook the pulse that an interrupt needs.
    private static readonly Duration PolledPulse = Units.Duration.FromMilliseconds(2);

    /// <summary>The first run's seed as asked for or by chance, later ones from it, so that one seed fixes a whole series.</summary>
    public IEnumerable<uint> Seeds()
    {
        var seed = Seed ?? (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
        for (var i = 0; i < Repeat; i++)
        {
            yield return seed;
            seed = Samplers.StimulusTable.Next(unchecked(seed + 0x9E3779B9));
        }
    }
}
