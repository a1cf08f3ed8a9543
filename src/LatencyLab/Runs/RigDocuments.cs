using LatencyLab.Samplers;

namespace LatencyLab.Runs;

/// <summary>Member <c>plan</c>: what was asked for, defaults filled in, so that the same plan can be run again.</summary>
public sealed record PlanDocument
{
    /// <summary>"irq", "poll", "schedule", "toggle", "timer", "listen" where somebody else fires the stimuli, or "capture" for a recording without stimuli of ours.</summary>
    public required string Test { get; init; }

    /// <summary>GPIO of the target that gets the stimulus.</summary>
    public int? Pin { get; init; }

    /// <summary>"rising", "falling" or "both".</summary>
    public string? Irq { get; init; }

    /// <summary>GPIO of the target that answers.</summary>
    public int? ResponsePin { get; init; }

    /// <summary>GPIO of the target that fires at <see cref="Pin"/> in a self-timed run; null where a sampler fires.</summary>
    public int? StimulusPin { get; init; }

    /// <summary>"bytecode", "native", "viper", "hard" or "script".</summary>
    public string? Handler { get; init; }

    /// <summary>"sleep" or "spin": what the target's main loop does.</summary>
    public string? Idle { get; init; }

    /// <summary>"none", or loads with commas.</summary>
    public string? Load { get; init; }

    /// <summary>Ways to toggle: "value", "call", "on-off", "toggle", "native", "viper".</summary>
    public IReadOnlyList<string>? Variants { get; init; }

    /// <summary>Period of the timer.</summary>
    public double? PeriodNs { get; init; }

    /// <summary>Clock that the target was set to for the run; null where it was left alone.</summary>
    public long? CpuHz { get; init; }

    /// <summary>File of the user's own handler; its hash stands among the firmware's.</summary>
    public string? Script { get; init; }

    /// <summary>Stimuli of a train; null where they are single.</summary>
    public int? Burst { get; init; }

    /// <summary>Time between two pulses of a train.</summary>
    public double? BurstGapNs { get; init; }

    /// <summary>Stimuli that count, or periods.</summary>
    public long? Samples { get; init; }

    /// <summary>Stimuli before those that count.</summary>
    public long? Warmup { get; init; }

    /// <summary>Seed of the stimulus table.</summary>
    public uint? Seed { get; init; }

    /// <summary>Smallest time between the end of a pulse and the next one.</summary>
    public double? GapMinNs { get; init; }

    /// <summary>Width of the uniform random part on top of <see cref="GapMinNs"/>.</summary>
    public double? GapWidthNs { get; init; }

    public double? PulseNs { get; init; }

    /// <summary>Time in which an answer counts as matched; null means until the next stimulus.</summary>
    public double? WindowNs { get; init; }

    /// <summary>The same window in ticks, exact.</summary>
    public long? WindowTicks { get; init; }

    /// <summary>Answers faster than this are taken for crosstalk.</summary>
    public double? MinLatencyNs { get; init; }

    public long? MinLatencyTicks { get; init; }

    /// <summary>A latency whose exceedances are counted; null for none.</summary>
    public double? LimitNs { get; init; }

    /// <summary>Index of the captured channel with the stimulus.</summary>
    public int? StimulusChannel { get; init; }

    /// <summary>"rising", "falling" or "both".</summary>
    public string? StimulusEdge { get; init; }

    public int? ResponseChannel { get; init; }

    public string? ResponseEdge { get; init; }

    /// <summary>How many runs were asked for.</summary>
    public int Repeat { get; init => field = Math.Max(1, value); } = 1;

    /// <summary>Which of them this is, from 1.</summary>
    public int RepeatIndex { get; init => field = Math.Max(1, value); } = 1;

    /// <summary>The user's name for the firmware.</summary>
    public string? Label { get; init; }

    /// <summary>Share of excluded stimuli above which the run is invalid, in percent.</summary>
    public double? MaxExcludedPercent { get; init; }
}

/// <summary>Member <c>target</c>: the board under test as it identified itself.</summary>
public sealed record TargetDocument
{
    public required string Chip { get; init; }

    /// <summary>Where it is connected: a port path, tcp://host:port or sim:esp32.</summary>
    public required string Port { get; init; }

    public string? Micropython { get; init; }

    /// <summary>Version string of the firmware with its git hash.</summary>
    public string? Build { get; init; }

    public string? Uid { get; init; }

    public string? Machine { get; init; }

    public long? CpuHz { get; init; }

    /// <summary>How much each load did: collections, bytes sent in tens, files written, datagrams; null without a load.</summary>
    public IReadOnlyDictionary<string, long>? LoadWork { get; init; }
}

/// <summary>Member <c>sampler</c>: what stamped the edges, and how much of what it sent arrived.</summary>
public sealed record SamplerDocument
{
    /// <summary>The kind of a board that stamped itself.</summary>
    public const string SelfKind = "self";

    /// <summary>The sampler that stimulates and stamps, and whose clock <c>doctor --clock</c> can measure.</summary>
    public const string PicoKind = Samplers.PicoSampler.Kind;

    /// <summary>"pico", "self" where the target stamped itself, or the kind of analyser an imported file came from.</summary>
    public required string Kind { get; init; }

    public required long TickHz { get; init; }

    public string? Port { get; init; }

    public string? Micropython { get; init; }

    public string? Build { get; init; }

    public string? Uid { get; init; }

    public string? Machine { get; init; }

    public long? ClockHz { get; init; }

    /// <summary>Measured deviation of the clock; null when nobody has measured it.</summary>
    public double? ClockPpm { get; init; }

    /// <summary>Limit of the deviation with which the uncertainty is computed: the crystal's tolerance, or what was measured with its own doubt.</summary>
    public double? ClockPpmLimit { get; init; }

    /// <summary>Self-timed runs: the clock of MicroPython that was read, "ticks_cpu" or "ticks_us".</summary>
    public string? Ticks { get; init; }

    /// <summary>Self-timed runs: what one reading of that clock costs.</summary>
    public double? ReadNs { get; init; }

    /// <summary>Self-timed runs: how much too long a latency is at most, since the stimulus is written between two readings.</summary>
    public double? BiasNs { get; init; }

    /// <summary>How <see cref="ClockPpm"/> was measured; null when nobody has.</summary>
    public ClockCalibrationDocument? ClockCalibration { get; init; }

    /// <summary>Pulses that it says it fired, warm-up included.</summary>
    public long? Pulses { get; init; }

    public long? Frames { get; init; }

    public long? LostFrames { get; init; }

    /// <summary>Frames with a right checksum whose content makes no sense; one with a wrong checksum is lost.</summary>
    public long? DamagedFrames { get; init; }

    /// <summary>Bytes between frames that belonged to none.</summary>
    public long? ForeignBytes { get; init; }

    public IReadOnlyList<ChannelDocument> Channels { get; init => field = value ?? []; } = [];

    /// <summary>What a sampler says of itself, and how much of what it sent arrived.</summary>
    /// <param name="sampler">The sampler.</param>
    /// <param name="health">Its link; null before the end, and where it was never known.</param>
    public static SamplerDocument Of(SamplerIdentity sampler, StreamHealth? health = null) => new()
    {
        Kind = sampler.Kind,
        TickHz = sampler.TickHz,
        Port = sampler.Port,
        Micropython = sampler.Micropython,
        Build = sampler.Build,
        Uid = sampler.Uid,
        Machine = sampler.Machine,
        ClockHz = sampler.ClockHz,
        ClockPpm = sampler.ClockPpm,
        ClockPpmLimit = sampler.ClockPpmLimit,
        ClockCalibration = ClockCalibrationDocument.From(sampler.Calibration),
        Ticks = sampler.Ticks,
        ReadNs = sampler.ReadNs,
        BiasNs = sampler.BiasNs,
        LostFrames = health?.FramesLost,
        DamagedFrames = health?.FramesMalformed,
        ForeignBytes = health?.StrayBytes,
    };
}

/// <summary>Member <c>clock_calibration</c>: how the deviation of a sampler's clock was measured. Times in the run are not changed by it.</summary>
public sealed record ClockCalibrationDocument
{
    /// <summary>Standard uncertainty (k = 1) of the comparison.</summary>
    public required double UncertaintyPpm { get; init; }

    /// <summary>How long was compared.</summary>
    public double? Seconds { get; init; }

    public required DateTimeOffset MeasuredUtc { get; init; }

    /// <summary>Whether the computer's clock was held to UTC meanwhile; null where the system didn't tell.</summary>
    public bool? HostSynchronised { get; init; }

    public static ClockCalibrationDocument? From(ClockCalibration? clock) => clock is null ? null : new()
    {
        UncertaintyPpm = clock.UncertaintyPpm, Seconds = clock.Seconds, MeasuredUtc = clock.MeasuredUtc, HostSynchronised = clock.HostSynchronised,
    };
}

/// <summary>One captured line and how much happened on it.</summary>
public sealed record ChannelDocument
{
    public required int Index { get; init; }

    public required string Name { get; init; }

    public long? Edges { get; init; }
}

/// <summary>Member <c>wiring</c>: the wires and how each was proven before the run.</summary>
public sealed record WiringDocument
{
    public IReadOnlyList<WireDocument> Wires { get; init => field = value ?? []; } = [];
}

/// <summary>One wire of the rig.</summary>
public sealed record WireDocument
{
    /// <summary>"stimulus" or "response".</summary>
    public required string Name { get; init; }

    /// <summary>The pin that drives it: "sampler GP2".</summary>
    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary>True where the far end was seen to follow.</summary>
    public required bool Proven { get; init; }

    /// <summary>What was tried and seen, in one phrase.</summary>
    public string? Proof { get; init; }
}
