using LatencyLab.Runs.Documents;
using LatencyLab.Samplers;
using LatencyLab.Units;

namespace LatencyLab.Runs;

/// <summary>A measured run as run.json tells it.</summary>
public static class MeasuredRunDocument
{
    /// <summary>The document before the first edge: what is planned, on what.</summary>
    public static RunDocument Planned(RunPlan plan, BoardOnPort? target, SamplerIdentity sampler, RunOrigin origin) =>
        origin.Planned(plan.ToDocument(new TimeBase(sampler.TickHz))) with { Target = TargetOf(target), Sampler = SamplerDocument.Of(sampler) };

    /// <summary>The document of a run that is over.</summary>
    /// <param name="planned">What was written before.</param>
    /// <param name="run">What was measured.</param>
    public static RunDocument Of(RunDocument planned, MeasuredRun run) => planned.WithResult(run.Result, run.Sampler) with
    {
        Status = run.Status,
        Reasons = run.Reasons,
        Firmware = run.Firmware,
        Plan = run.Plan.ToDocument(run.Result.TimeBase),
        Target = TargetOf(run.Target) with
        {
            CpuHz = run.CpuHz ?? run.Target?.Board.Identity.CpuHz,
            LoadWork = run.Done is { LoadWork.Count: > 0 } done ? done.LoadWork : null,
        },
        Sampler = SamplerDocument.Of(run.Sampler, run.Outcome?.Health) with
        {
            Pulses = run.Outcome?.Pulses,
            Channels = [.. run.EdgesSeen.Select((edges, index) => new ChannelDocument { Index = index, Name = $"D{index}", Edges = edges })],
        },
        Wiring = new WiringDocument { Wires = run.Wires },
        Burst = run.Result.Trains is { } trains ? BurstDocument.Of(trains, run.Plan.Handler != Targets.IrqHandler.Hard) : null,
        Warnings = run.Warnings,
        Gaps = [.. run.Gaps.Select(GapDocument.From)],
    };

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
}
