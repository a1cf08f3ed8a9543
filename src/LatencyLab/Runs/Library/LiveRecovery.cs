using System.Globalization;
using LatencyLab.Captures;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Units;

namespace LatencyLab.Runs.Library;

/// <summary>
/// Brings a killed live session back. It writes its counts first, then its document, and at its end the edges before both: whatever of these
/// a kill fell between, the counts are the newest numbers that there are, and the document is made to agree with them.
/// </summary>
internal static class LiveRecovery
{
    public static RecoveredRun Recover(RunFolder folder, RunDocument run, LiveDocument live, List<string> steps, CancellationToken cancellationToken)
    {
        var kept = Kept(folder, steps, cancellationToken);
        var counted = WithCounts(folder, run, steps);
        var recovered = counted with
        {
            Status = RunStatus.Partial,
            Reasons = [.. run.Reasons.Where(r => r != RunFolder.InProgress), RunRecovery.Recovered],
            Live = live with { End = "killed", Kept = kept },
            Warnings = [.. counted.Warnings, .. counted.Counts is null ? [] : new[] { "What the target counted was never asked, so that nobody compared its callbacks with the answers." }],
        };
        folder.Write(recovered);
        RunFolder.Touching(folder.SessionPath, "remove", File.Delete);
        steps.Add(recovered.Counts is { } counts
            ? string.Create(CultureInfo.InvariantCulture, $"run.json says now that the session was killed, and has the counts of {counts.Stimuli} stimuli.")
            : "run.json says now that the session was killed before anything was counted.");
        return new RecoveredRun(recovered, steps);
    }

    /// <summary>What edges.parquet holds, if the kill came after it was written.</summary>
    private static KeptEdgesDocument? Kept(RunFolder folder, List<string> steps, CancellationToken cancellationToken)
    {
        if (!File.Exists(folder.TablePath))
        {
            steps.Add("Edges of a live session are stored at its end only: there are none.");
            return null;
        }

        var edges = new EdgeCounts();
        var metadata = ParquetCaptureReader.Read(folder.TablePath, edges, cancellationToken);
        steps.Add(string.Create(CultureInfo.InvariantCulture, $"edges.parquet holds the last {edges.ByChannel.Sum()} edges of the session."));
        return new KeptEdgesDocument { FromTick = metadata.Header.StartTick, ToTick = metadata.EndTick ?? metadata.Header.StartTick, Edges = edges.ByChannel };
    }

    private static RunDocument WithCounts(RunFolder folder, RunDocument run, List<string> steps)
    {
        if (run.Sampler is not { } sampler || !File.Exists(folder.LatencyCountsPath))
        {
            return run;
        }

        LatencyCounts counts;
        try
        {
            counts = LatencyCounts.Read(folder.LatencyCountsPath);
        }
        catch (LatencyLabException e)
        {
            steps.Add($"latency-counts.csv can't be read ({e.Message}): the numbers are those of run.json, and there is no histogram.");
            return run;
        }

        if (run.Counts is { } same && same.Matched == counts.Latencies.Count + counts.Withheld && (same.Late, same.Missed, same.Excluded) == (counts.Late, counts.Missed, counts.Excluded))
        {
            return run;
        }

        var tally = PairTally.Restore(counts, []);
        var before = run.Counts;
        steps.Add(string.Create(CultureInfo.InvariantCulture, $"The counts were restored from latency-counts.csv, which is newer than run.json: {tally.Stimuli} stimuli instead of {before?.Stimuli ?? 0}."));
        return run with
        {
            Counts = new RunCounts(AnalysisCounts.Of(tally.Counts(before?.Extra ?? 0, before?.Spurious ?? 0), before?.Gaps ?? 0), callbacks: null),
            LatencyNs = LatencyInTime.Of(tally.Summary(), new TimeBase(sampler.TickHz)),
            ByEdge = null,
            Burst = null,
            DetailsNs = null,
            UncertaintyNs = null,
            Warnings =
            [
                .. run.Warnings,
                before is null
                    ? "Extra and spurious answers and gaps couldn't be restored after the kill: their zeros say nothing."
                    : string.Create(CultureInfo.InvariantCulture, $"Extra and spurious answers, gaps and the captured time are those of the first {before.Stimuli} stimuli: later ones couldn't be restored after the kill."),
                "In which order latencies came couldn't be restored: intervals are those of independent values.",
            ],
        };
    }
}
