namespace LatencyLab.Runs.Documents;

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
