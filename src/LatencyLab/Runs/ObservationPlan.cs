using System.Globalization;
using LatencyLab.Analysis;
using LatencyLab.Runs.Documents;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Units;
using static LatencyLab.Runs.PlanCheck;

namespace LatencyLab.Runs;

/// <summary>A measurement with a sampler that only listens: somebody else fires the stimuli.</summary>
public sealed record ObservationPlan
{
    /// <summary>The line that asks.</summary>
    public required SampledLine Stimulus { get; init; }

    /// <summary>The line that answers.</summary>
    public required SampledLine Response { get; init; }

    public EdgeKind StimulusEdge { get; init; } = EdgeKind.Rising;

    public EdgeKind ResponseEdge { get; init; } = EdgeKind.Rising;

    /// <summary>A later answer is late; null: until the next stimulus.</summary>
    public Duration? Window { get; init; }

    public Duration MinLatency { get; init; } = Units.Duration.Zero;

    /// <summary>A latency whose exceedances are counted; null for none.</summary>
    public Duration? Limit { get; init; }

    /// <summary>Stimuli that count, exactly; null for all that come.</summary>
    public long? Samples { get; init; }

    /// <summary>Stimuli before them.</summary>
    public long Warmup { get; init; }

    /// <summary>How long to listen; null until the stimuli are there or the source is over.</summary>
    public Duration? Duration { get; init; }

    public int Repeat { get; init; } = 1;

    /// <summary>Which of the repeats this is, from 1.</summary>
    public int RepeatIndex { get; init; } = 1;

    public string? Label { get; init; }

    /// <summary>Share of excluded stimuli above which the run is invalid.</summary>
    public double MaxExcludedPercent { get; init; } = 1;

    /// <summary>The plan, if it can be carried out.</summary>
    /// <exception cref="LatencyLabException">A value that can't be (kind usage), with the option that set it.</exception>
    public ObservationPlan Checked()
    {
        Require(Samples is null or >= 1, $"{Samples} samples can't be measured.", "--samples", "Use 1 or more.");
        Require(Warmup >= 0, "The warm-up is negative.", "--warmup", "Use 0 or more.");
        Require(Window is null || Window > Units.Duration.Zero, "The window is empty.", "--window", "Use a time above 0.");
        Require(MinLatency >= Units.Duration.Zero && (Window is null || MinLatency < Window), "The least latency isn't shorter than the window.", "--min-latency", $"Use less than {Window}.");
        Require(Limit is null || Limit > Units.Duration.Zero, "The limit isn't above 0.", "--limit", "Use a latency such as 200us.");
        Require(Duration is null || Duration > Units.Duration.Zero, "The duration is empty.", "--duration", "Use a time above 0.");
        Require(MaxExcludedPercent is >= 0 and <= 100, $"{MaxExcludedPercent.ToString(CultureInfo.InvariantCulture)} is no percentage.", "--max-excluded", "Use 0 to 100.");
        Require(Repeat is >= 1 and <= 10_000, $"{Repeat} repeats can't be made.", "--repeat", "Use 1 to 10000.");
        Require(Stimulus.Name != Response.Name, $"'{Stimulus.Name}' can't be stimulus and response at once.", "--pair", "Name two channels, such as --pair D0:D1.");
        return this;
    }

    /// <summary>How its edges are paired.</summary>
    public PairingRules Rules(TimeBase timeBase) => new(
        StimulusChannel: 0, ResponseChannel: 1, StimulusEdge, ResponseEdge, Window is { } window ? timeBase.ToTicks(window) : null, timeBase.ToTicks(MinLatency), Warmup);

    /// <summary>The plan as run.json holds it; ticks are known once the sampler has said its rate.</summary>
    public PlanDocument ToDocument(TimeBase? timeBase) => new()
    {
        Test = "listen",
        Irq = EdgeWords.Of(StimulusEdge),
        Samples = Samples,
        Warmup = Warmup,
        WindowNs = Window?.Nanoseconds,
        WindowTicks = Window is { } window ? timeBase?.ToTicks(window) : null,
        MinLatencyNs = MinLatency.Nanoseconds,
        MinLatencyTicks = timeBase?.ToTicks(MinLatency),
        LimitNs = Limit?.Nanoseconds,
        StimulusChannel = 0,
        StimulusEdge = EdgeWords.Of(StimulusEdge),
        ResponseChannel = 1,
        ResponseEdge = EdgeWords.Of(ResponseEdge),
        Repeat = Repeat,
        RepeatIndex = RepeatIndex,
        Label = Label,
        MaxExcludedPercent = MaxExcludedPercent,
    };
}
