using LatencyLab.Captures;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Runs.Library;

/// <summary>What was brought back of a run whose process was killed.</summary>
/// <param name="Run">The document as it is now.</param>
/// <param name="Steps">What was done, one sentence each; empty when there was nothing to do.</param>
public sealed record RecoveredRun(RunDocument Run, IReadOnlyList<string> Steps);

/// <summary>Turns what a killed process left into a run folder that reads like any other, marked partial. Nothing readable is removed.</summary>
public static class RunRecovery
{
    /// <summary>Reason in run.json of a run that was brought back.</summary>
    internal const string Recovered = "recovered after the process was killed";

    /// <summary>Makes edges.parquet from a log that was left, and a run.json where there is none that can be read.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="now">Becomes the time of the run where nothing else tells it.</param>
    /// <param name="toolVersion">Stands in a run.json that has to be made.</param>
    /// <param name="cancellationToken">Ends the work; the log stays.</param>
    /// <exception cref="LatencyLabException">Another process records into the folder, or nothing in it can be read (kind storage).</exception>
    public static RecoveredRun Recover(RunFolder folder, DateTimeOffset now, string toolVersion, CancellationToken cancellationToken = default)
    {
        if (!folder.IsIdle())
        {
            throw new LatencyLabException(FaultKind.Storage, "The run is still being recorded by another process.", folder.Path, "Wait for its end, or end it with Ctrl-C.");
        }

        var steps = new List<string>();
        var run = ReadOrSetAside(folder, steps);
        if (run is not null && !run.Reasons.Contains(RunFolder.InProgress) && (run.Live is not null || File.Exists(folder.TablePath)))
        {
            return new RecoveredRun(run, steps);
        }

        foreach (var leftover in Directory.EnumerateFiles(folder.Path, "*.partial"))
        {
            RunFolder.Touching(leftover, "remove", File.Delete);
        }

        if (run?.Live is { } live)
        {
            return LiveRecovery.Recover(folder, run, live, steps, cancellationToken);
        }

        var (metadata, edges) = File.Exists(folder.LogPath) ? Convert(folder, steps, cancellationToken) : ReadTable(folder);
        var recovered = (run ?? FromEdges(folder, metadata, now, toolVersion)) with
        {
            Status = RunStatus.Partial,
            Reasons = [.. (run?.Reasons ?? []).Where(r => r != RunFolder.InProgress), Recovered],
            Gaps = [.. metadata.Gaps.Select(GapDocument.From)],

            // Numbers from before the kill, if any, aren't those of these edges; analysing the folder gives them.
            Counts = null,
            LatencyNs = null,
            ByEdge = null,
            Burst = null,
            DetailsNs = null,
            UncertaintyNs = null,
        };
        if (recovered.Sampler is { } sampler)
        {
            ChannelDocument[] channels = [.. metadata.Header.Channels.Select(c => new ChannelDocument { Index = c.Index, Name = c.Name, Edges = edges?[c.Index] })];
            recovered = recovered with { Sampler = sampler with { Channels = channels } };
        }

        folder.Write(recovered);
        steps.Add("run.json says now that the run is partial.");
        return new RecoveredRun(recovered, steps);
    }

    private static RunDocument? ReadOrSetAside(RunFolder folder, List<string> steps)
    {
        if (!File.Exists(folder.RunJsonPath))
        {
            return null;
        }

        try
        {
            return folder.Read();
        }
        catch (CaptureFormatException e) when (e.Try is null)
        {
            // A document of a later schema has a remedy and stays where it is; damage has none.
            var aside = folder.In("run.json.damaged");
            RunFolder.Touching(aside, "write", _ => File.Move(folder.RunJsonPath, aside, overwrite: true));
            steps.Add($"run.json can't be read ({e.Message}) and is called run.json.damaged now.");
            return null;
        }
    }

    // A damaged log stays: its bytes may tell somebody more than they tell LatencyLab.
    private static (CaptureMetadata Metadata, IReadOnlyList<long>? Edges) Convert(RunFolder folder, List<string> steps, CancellationToken cancellationToken)
    {
        var report = folder.ConvertLog(keepLog: true, cancellationToken);
        steps.Add($"edges.parquet holds the {report.Edges} edges of edges.llc{(report.Damages.Count == 0 ? "" : $", which is damaged in {report.Damages.Count} places and was kept")}.");
        if (report.Damages.Count == 0)
        {
            RunFolder.Touching(folder.LogPath, "remove", File.Delete);
        }

        return (report.Metadata, report.EdgesByChannel);
    }

    private static (CaptureMetadata Metadata, IReadOnlyList<long>? Edges) ReadTable(RunFolder folder) => File.Exists(folder.TablePath)
        ? (ParquetCaptureReader.ReadMetadata(folder.TablePath), null)
        : throw new LatencyLabException(FaultKind.Storage, "The folder holds no edges that could be recovered.", folder.Path, "Remove it by hand if nothing else in it matters.");

    private static RunDocument FromEdges(RunFolder folder, CaptureMetadata metadata, DateTimeOffset now, string toolVersion) => new()
    {
        RunId = folder.RunId,
        Folder = folder.Path,
        Status = RunStatus.Partial,
        Simulated = metadata.Origin.Simulated,
        CreatedUtc = now,
        Tool = new ToolDocument { Version = toolVersion },
        Plan = new PlanDocument { Test = "capture" },
        Sampler = new SamplerDocument { Kind = "unknown", TickHz = metadata.Header.TimeBase.TickHz },
    };
}
