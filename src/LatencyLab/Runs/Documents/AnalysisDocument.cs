namespace LatencyLab.Runs.Documents;

/// <summary>What analysing a file prints, schema latencylab.analysis/1: the numbers of a run without the run around them.</summary>
public sealed record AnalysisDocument
{
    public const string SchemaName = "latencylab.analysis/1";

    public string Schema { get; init => field = value ?? SchemaName; } = SchemaName;

    public required SourceDocument Source { get; init; }

    /// <summary>True where the capture came from a simulated rig.</summary>
    public bool Simulated { get; init; }

    public required AnalysisCounts Counts { get; init; }

    public required LatencyNumbers LatencyNs { get; init; }

    public LatenciesByEdge? ByEdge { get; init; }

    /// <summary>What else is said about the latencies: modes, outliers, phase locking.</summary>
    public LatencyDetails? DetailsNs { get; init; }

    /// <summary>Extrapolated quantiles, where they were asked for.</summary>
    public TailDetails? TailNs { get; init; }

    public required UncertaintyNumbers UncertaintyNs { get; init; }

    public IReadOnlyList<string> Warnings { get; init => field = value ?? []; } = [];
}

/// <summary>The file that was analysed or imported.</summary>
public sealed record SourceDocument
{
    public required string File { get; init; }

    /// <summary>Name of the format as it was recognised by content.</summary>
    public required string Format { get; init; }

    public required long TickHz { get; init; }

    public required IReadOnlyList<ChannelDocument> Channels { get; init; }
}
