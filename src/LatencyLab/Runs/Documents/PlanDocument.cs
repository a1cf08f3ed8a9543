namespace LatencyLab.Runs.Documents;

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
