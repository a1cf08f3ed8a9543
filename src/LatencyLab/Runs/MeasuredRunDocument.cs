namespace LatencyLab.Runs;

/// <summary>A measured run as run.json tells it.</summary>
public static class MeasuredRunDocument
{
    /// <summary>
    /// Half width of the sampler's clock error where nobody has measured it, in ppm: the tolerance of the Pico's 12 MHz crystal (Abracon ABM8-272-T3,
    /// Hardware design with RP2040, section 2.3).
    /// </summary>
    public const double PicoClockPpm = 30;

    /// <summary>The document before the first edge: what is planned, on what.</summary>
    public static RunDocument Planned(
        RunPlan plan, BoardOnPort target, BoardOnPort sampler, Units.TimeBase timeBase, string runId, string folder, DateTimeOffset createdUtc, IReadOnlyList<string> argv,
        ToolDocument tool, bool simulated) => new()
        {
            RunId = runId,
            Folder = folder,
            Status = RunStatus.Partial,
            Simulated = simulated,
            CreatedUtc = createdUtc,
            Argv = argv,
            Tool = tool,
            Plan = plan.ToDocument(timeBase),
            Target = TargetOf(target),
            Sampler = SamplerOf(sampler, timeBase),
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
        var cycleNs = result.TimeBase.TickNs / 2;
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
            Firmware = run.Target.Board.Loaded.Concat(run.Sampler.Board.Loaded).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
            Plan = run.Plan.ToDocument(result.TimeBase),
            Target = TargetOf(run.Target),
            Sampler = SamplerOf(run),
            Wiring = new WiringDocument { Wires = run.Wires },
            Counts = new RunCounts
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
            },
            LatencyNs = LatencyInTime.Of(result.Summary, result.TimeBase),
            ByEdge = FileAnalysis.ByEdge(result),
            DetailsNs = result.Report is { } report ? LatencyDetails.Of(report, result.TimeBase, cycleNs, PicoClockPpm) : null,
            UncertaintyNs = LatencyInTime.UncertaintyOf(result.Summary, result.TimeBase, cycleNs, PicoClockPpm),
            Warnings = run.Warnings,
            Gaps = [.. run.Gaps.Select(GapDocument.From)],
        };
    }

    private static TargetDocument TargetOf(BoardOnPort target) => new()
    {
        Chip = target.Chip,
        Port = target.Port,
        Micropython = target.Board.Identity.Version,
        Build = target.Board.Identity.Build,
        Uid = target.Board.Identity.UniqueId,
        Machine = target.Board.Identity.Machine,
        CpuHz = target.Board.Identity.CpuHz,
    };

    private static SamplerDocument SamplerOf(BoardOnPort sampler, Units.TimeBase timeBase) => new()
    {
        Kind = "pico",
        TickHz = timeBase.TickHz,
        Port = sampler.Port,
        Micropython = sampler.Board.Identity.Version,
        Build = sampler.Board.Identity.Build,
        Uid = sampler.Board.Identity.UniqueId,
        Machine = sampler.Board.Identity.Machine,
        ClockHz = timeBase.TickHz * 2,
        ClockPpmLimit = PicoClockPpm,
    };

    private static SamplerDocument SamplerOf(MeasuredRun run) => SamplerOf(run.Sampler, run.Result.TimeBase) with
    {
        Pulses = run.Outcome?.End.Pulses,
        LostFrames = run.Outcome?.Health.FramesLost,
        ForeignBytes = run.Outcome?.Health.StrayBytes,
        Channels = [.. run.EdgesSeen.Select((edges, index) => new ChannelDocument { Index = index, Name = $"D{index}", Edges = edges })],
    };
}
