using LatencyLab.Samplers;
using LatencyLab.Units;

namespace LatencyLab.Runs;

/// <summary>A measured run as run.json tells it.</summary>
public static class MeasuredRunDocument
{
    /// <summary>The document before the first edge: what is planned, on what.</summary>
    public static RunDocument Planned(
        RunPlan plan, BoardOnPort? target, SamplerIdentity sampler, string runId, string folder, DateTimeOffset createdUtc, IReadOnlyList<string> argv,
        ToolDocument tool, bool simulated) => new()
        {
            RunId = runId,
            Folder = folder,
            Status = RunStatus.Partial,
            Simulated = simulated,
            CreatedUtc = createdUtc,
            Argv = argv,
            Tool = tool,
            Plan = plan.ToDocument(new TimeBase(sampler.TickHz)),
            Target = TargetOf(target),
            Sampler = SamplerDocument.Of(sampler),
        };

    /// <summary>The document of a run that is over.</summary>
    /// <param name="run">What was measured.</param>
    /// <param name="runId">Name of its folder.</param>
    /// <param name="folder">Where that is.</param>
    /// <param name="createdUtc">When it began.</param>
    /// <param name="argv">The command line.</param>
    /// <param name="tool">The program.</param>
    /// <param name="simulated">True where any part of the rig was simulated.</param>
    public static RunDocument Of(
        MeasuredRun run, string runId, string folder, DateTimeOffset createdUtc, IReadOnlyList<string> argv, ToolDocument tool, bool simulated)
    {
        var result = run.Result;
        var (edgeNs, clockPpm) = (run.Sampler.EdgeNs, run.Sampler.ClockPpmLimit);
        return new RunDocument
        {
            RunId = runId,
            Folder = folder,
            Status = run.Status,
            Reasons = run.Reasons,
            Simulated = simulated,
            CreatedUtc = createdUtc,
            Argv = argv,
            Tool = tool,
            Firmware = run.Firmware,
            Plan = run.Plan.ToDocument(result.TimeBase),
            Target = TargetOf(run.Target) with
            {
                CpuHz = run.CpuHz ?? run.Target?.Board.Identity.CpuHz,
                LoadWork = run.Done is { LoadWork.Count: > 0 } done ? done.LoadWork : null,
            },
            Sampler = SamplerOf(run),
            Wiring = new WiringDocument { Wires = run.Wires },
            Counts = CountsOf(result),
            LatencyNs = LatencyInTime.Of(result.Summary, result.TimeBase),
            ByEdge = FileAnalysis.ByEdge(result),
            Burst = result.Trains is { } trains ? BurstDocument.Of(trains, run.Plan.Handler != Targets.IrqHandler.Hard) : null,
            DetailsNs = result.Report is { } report ? LatencyDetails.Of(report, result.TimeBase, edgeNs, clockPpm) : null,
            UncertaintyNs = LatencyInTime.UncertaintyOf(result.Summary, result.TimeBase, edgeNs, clockPpm),
            Warnings = run.Warnings,
            Gaps = [.. run.Gaps.Select(GapDocument.From)],
        };
    }

    /// <summary>Of a target that can't be asked: what identifies it is the run's label.</summary>
    internal static TargetDocument FreeRunningTarget { get; } = new() { Chip = "free-running", Port = "none" };

    internal static TargetDocument TargetOf(BoardOnPort? target) => target is null ? FreeRunningTarget : new()
    {
        Chip = target.Chip,
        Port = target.Port,
        Micropython = target.Board.Identity.Version,
        Build = target.Board.Identity.Build,
        Uid = target.Board.Identity.UniqueId,
        Machine = target.Board.Identity.Machine,
        CpuHz = target.Board.Identity.CpuHz,
    };

    internal static RunCounts CountsOf(LatencyResult result) => new()
    {
        Stimuli = result.Counts.Stimuli,
        Matched = result.Counts.Matched,
        Late = result.Counts.Late,
        Missed = result.Counts.Missed,
        Excluded = result.Counts.Excluded,
        Extra = result.Counts.Extra,
        Spurious = result.Counts.Spurious,
        Callbacks = result.Callbacks,
        Gaps = result.Gaps,
    };

    private static SamplerDocument SamplerOf(MeasuredRun run) => SamplerDocument.Of(run.Sampler, run.Outcome?.Health) with
    {
        Pulses = run.Outcome?.Pulses,
        Channels = [.. run.EdgesSeen.Select((edges, index) => new ChannelDocument { Index = index, Name = $"D{index}", Edges = edges })],
    };
}
