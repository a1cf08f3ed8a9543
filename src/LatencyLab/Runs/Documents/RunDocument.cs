using LatencyLab.Runs.Pipeline;
using LatencyLab.Samplers;
using LatencyLab.Signals;

namespace LatencyLab.Runs.Documents;

/// <summary>What a run is worth.</summary>
public enum RunStatus
{
    /// <summary>Measured to its end; the numbers hold.</summary>
    Complete,

    /// <summary>Interrupted, killed or still going on: what was recorded holds, but isn't all.</summary>
    Partial,

    /// <summary>Something happened that makes the numbers unbelievable; the reasons say what.</summary>
    Invalid,
}

/// <summary>
/// The content of run.json, schema latencylab.run/1: one measurement, how it was made and what it says. Members that a kind of run doesn't have
/// (a plain capture has no pin and no latencies) are null. Numbers are in the unit of their name. Initialisers also guard against null, since
/// the generated reader passes it for a member that the file lacks.
/// </summary>
public sealed record RunDocument
{
    public const string SchemaName = "latencylab.run/1";

    public string Schema { get; init => field = value ?? SchemaName; } = SchemaName;

    /// <summary>Name of the run folder.</summary>
    public required string RunId { get; init; }

    /// <summary>Where the folder was when the document was written or read.</summary>
    public string? Folder { get; init; }

    public required RunStatus Status { get; init; }

    /// <summary>Why the status isn't complete; empty for a complete run.</summary>
    public IReadOnlyList<string> Reasons { get; init => field = value ?? []; } = [];

    /// <summary>True where any part of the rig was simulated.</summary>
    public required bool Simulated { get; init; }

    /// <summary>True where the board stamped itself, so that nothing is pin to pin.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool SelfTimed => Sampler?.Kind == SamplerDocument.SelfKind;

    public required DateTimeOffset CreatedUtc { get; init; }

    /// <summary>The command line that made the run.</summary>
    public IReadOnlyList<string> Argv { get; init => field = value ?? []; } = [];

    public required ToolDocument Tool { get; init; }

    /// <summary>SHA-256 (lower-case hex) of each script part that was sent to a board: "target/irq", "sampler/capture".</summary>
    public IReadOnlyDictionary<string, string> Firmware { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    public required PlanDocument Plan { get; init; }

    public TargetDocument? Target { get; init; }

    public SamplerDocument? Sampler { get; init; }

    /// <summary>How a session without a planned end went; null for a run.</summary>
    public LiveDocument? Live { get; init; }

    public WiringDocument? Wiring { get; init; }

    /// <summary>The file that was imported; null for a run on a rig.</summary>
    public SourceDocument? Source { get; init; }

    public RunCounts? Counts { get; init; }

    public LatencyNumbers? LatencyNs { get; init; }

    public LatenciesByEdge? ByEdge { get; init; }

    /// <summary>What trains of stimuli say; null where stimuli are single.</summary>
    public BurstDocument? Burst { get; init; }

    /// <summary>What else is said about the latencies: modes, outliers, phase locking.</summary>
    public LatencyDetails? DetailsNs { get; init; }

    public UncertaintyNumbers? UncertaintyNs { get; init; }

    /// <summary>Signals that the target made by itself: the tests toggle and timer.</summary>
    public IReadOnlyList<SignalNumbers>? Signals { get; init; }

    /// <summary>Why a member of the document is null, by its name.</summary>
    public IReadOnlyDictionary<string, string> NullReasons { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    public IReadOnlyList<string> Warnings { get; init => field = value ?? []; } = [];

    public IReadOnlyList<GapDocument> Gaps { get; init => field = value ?? []; } = [];

    /// <summary>The document with counts and latencies of what was paired.</summary>
    /// <param name="result">What came of the edges, in ticks.</param>
    /// <param name="sampler">What stamped them; the uncertainty is that of its clock and edges.</param>
    public RunDocument WithResult(LatencyResult result, SamplerIdentity sampler)
    {
        var (edgeNs, clockPpm) = (sampler.EdgeNs, sampler.ClockPpmLimit);
        return this with
        {
            Counts = new RunCounts(AnalysisCounts.Of(result.Counts, result.Gaps), result.Callbacks),
            LatencyNs = LatencyInTime.Of(result.Summary, result.TimeBase),
            ByEdge = LatencyInTime.ByEdge(result),
            DetailsNs = result.Report is { } report ? LatencyDetails.Of(report, result.TimeBase, edgeNs, clockPpm) : null,
            UncertaintyNs = LatencyInTime.UncertaintyOf(result.Summary, result.TimeBase, edgeNs, clockPpm),
        };
    }
}

/// <summary>What <c>run --repeat N --json</c> prints, schema latencylab.runs/1.</summary>
public sealed record RunSeries
{
    public string Schema { get; init => field = value ?? "latencylab.runs/1"; } = "latencylab.runs/1";

    /// <summary>In the order in which they were made.</summary>
    public required IReadOnlyList<RunDocument> Runs { get; init; }
}

/// <summary>The program that wrote a document.</summary>
public sealed record ToolDocument
{
    public required string Version { get; init; }

    /// <summary>Operating system and architecture of the host.</summary>
    public string? Host { get; init; }
}

/// <summary>A span in which edges may have been lost: ticks from_tick to to_tick, both included.</summary>
public sealed record GapDocument
{
    public required long FromTick { get; init; }

    public required long ToTick { get; init; }

    /// <summary>Index of the channel; null for all of them.</summary>
    public int? Channel { get; init; }

    public long? LostEdges { get; init; }

    public required string Reason { get; init; }

    public static GapDocument From(Gap gap) =>
        new() { FromTick = gap.FromTick, ToTick = gap.ToTick, Channel = gap.Channel, LostEdges = gap.LostEdges, Reason = gap.Reason };
}
