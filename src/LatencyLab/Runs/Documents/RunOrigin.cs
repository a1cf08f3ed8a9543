namespace LatencyLab.Runs.Documents;

/// <summary>Where a run comes from: everything in its document that doesn't depend on what is measured.</summary>
/// <param name="RunId">Name of the run folder.</param>
/// <param name="Folder">Where that is.</param>
/// <param name="CreatedUtc">When it began.</param>
/// <param name="Argv">The command line.</param>
/// <param name="Tool">The program.</param>
/// <param name="Simulated">True where any part of the rig is simulated.</param>
public sealed record RunOrigin(string RunId, string Folder, DateTimeOffset CreatedUtc, IReadOnlyList<string> Argv, ToolDocument Tool, bool Simulated)
{
    /// <summary>The document before the first edge: a run that is killed stays partial.</summary>
    public RunDocument Planned(PlanDocument plan) => new()
    {
        RunId = RunId,
        Folder = Folder,
        Status = RunStatus.Partial,
        Simulated = Simulated,
        CreatedUtc = CreatedUtc,
        Argv = Argv,
        Tool = Tool,
        Plan = plan,
    };
}
