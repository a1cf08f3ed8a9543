using LatencyLab.Samplers;

namespace LatencyLab.Runs.Documents;

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
