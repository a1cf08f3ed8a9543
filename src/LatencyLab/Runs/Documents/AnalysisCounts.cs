using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using LatencyLab.Analysis;

namespace LatencyLab.Runs.Documents;

/// <summary>What became of the stimuli of a capture; stimuli = matched + late + missed + excluded.</summary>
public record AnalysisCounts
{
    public required long Stimuli { get; init; }

    public required long Matched { get; init; }

    public required long Late { get; init; }

    public required long Missed { get; init; }

    public required long Excluded { get; init; }

    /// <summary>Further answers inside the window of a matched stimulus.</summary>
    public required long Extra { get; init; }

    /// <summary>Every other answer without a stimulus.</summary>
    public required long Spurious { get; init; }

    [JsonPropertyOrder(2)]
    public required long Gaps { get; init; }

    public static AnalysisCounts Of(PairCounts pairs, long gaps) => new()
    {
        Stimuli = pairs.Stimuli,
        Matched = pairs.Matched,
        Late = pairs.Late,
        Missed = pairs.Missed,
        Excluded = pairs.Excluded,
        Extra = pairs.Extra,
        Spurious = pairs.Spurious,
        Gaps = gaps,
    };
}

/// <summary>Counts of a run: those of its capture and what the target counted.</summary>
public sealed record RunCounts : AnalysisCounts
{
    /// <summary>For object initialisers and readers of JSON.</summary>
    public RunCounts()
    {
    }

    /// <param name="capture">What became of the stimuli.</param>
    /// <param name="callbacks">What the target counted.</param>
    [SetsRequiredMembers]
    public RunCounts(AnalysisCounts capture, long? callbacks)
        : base(capture) => Callbacks = callbacks;

    /// <summary>Interrupts that the target's handler served, warm-up not included; null where the target was never heard at the end.</summary>
    [JsonPropertyOrder(1)]
    public long? Callbacks { get; init; }
}
