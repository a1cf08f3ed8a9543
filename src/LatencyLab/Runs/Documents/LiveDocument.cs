namespace LatencyLab.Runs.Documents;

/// <summary>Member <c>live</c> of a run document: a session without a planned end, of whose edges only the last ones are in the folder.</summary>
public sealed record LiveDocument
{
    /// <summary><see cref="End"/> of a session that is being measured, or was killed.</summary>
    public const string GoingOn = "going on";

    /// <summary>"stopped", "duration", "break" or "fault"; "going on" while it is measured, and "killed" where a killed one was recovered.</summary>
    public required string End { get; init; }

    /// <summary>Captured time, pauses between captures left out.</summary>
    public required double CapturedNs { get; init; }

    /// <summary>Captures that the numbers are of.</summary>
    public required int Segments { get; init; }

    /// <summary>Stimuli of a capture that broke off, which are in no number.</summary>
    public long LeftOut { get; init; }

    public double? DurationNs { get; init; }

    public double? BreakOnNs { get; init; }

    /// <summary>What was above the limit; null where nothing was.</summary>
    public LiveBreakDocument? Break { get; init; }

    /// <summary>What edges.parquet holds; null where no edge was seen.</summary>
    public KeptEdgesDocument? Kept { get; init; }
}

/// <summary>The stimulus that ended a session by its latency.</summary>
public sealed record LiveBreakDocument
{
    public required long Sequence { get; init; }

    public required long StimulusTick { get; init; }

    public long? ResponseTick { get; init; }

    /// <summary>Null where no answer came.</summary>
    public double? LatencyNs { get; init; }

    /// <summary>"matched", "late" or "missed".</summary>
    public required string Status { get; init; }
}

/// <summary>Which part of a session's edges is stored.</summary>
public sealed record KeptEdgesDocument
{
    /// <summary>First tick of it.</summary>
    public required long FromTick { get; init; }

    /// <summary>First tick about which nothing is known.</summary>
    public required long ToTick { get; init; }

    /// <summary>Edges by channel.</summary>
    public required IReadOnlyList<long> Edges { get; init; }
}
