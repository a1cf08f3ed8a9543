using LatencyLab.Captures;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Pipeline;

namespace LatencyLab.Runs.Library;

/// <summary>Looks whether a run folder holds together: its document, its edges, and each against the other.</summary>
public static class RunVerification
{
    /// <summary>What is wrong, one sentence each; nothing for a sound run.</summary>
    public static IReadOnlyList<string> Problems(RunFolder folder, CancellationToken cancellationToken = default)
    {
        var problems = new List<string>();
        var run = Try(folder.Read, problems);
        if (run is not null)
        {
            problems.AddRange(DocumentProblems(run, folder));
        }

        if (run is { Live: not null } && (run.Counts is not null || File.Exists(folder.LatencyCountsPath)) && Try(() => LatencyCounts.Read(folder.LatencyCountsPath), problems) is { } table)
        {
            problems.AddRange(CountProblems(table, run));
        }

        if (File.Exists(folder.LogPath) && Try(() => ChunkLogReader.Verify(folder.LogPath, cancellationToken), problems) is { IsClean: false } log)
        {
            problems.Add(log.Damages.Count == 0
                ? $"edges.llc breaks off after {log.Edges} edges."
                : $"edges.llc is damaged in {log.Damages.Count} places; {log.Edges} edges can be read.");
        }

        if (File.Exists(folder.TablePath))
        {
            problems.AddRange(TableProblems(folder, run, cancellationToken));
        }
        else if (!File.Exists(folder.LogPath) && run?.Live is not { Kept: null })
        {
            problems.Add("There are neither edges.parquet nor edges.llc.");
        }

        return problems;
    }

    private static IEnumerable<string> DocumentProblems(RunDocument run, RunFolder folder)
    {
        if (run.RunId != folder.RunId)
        {
            yield return $"run.json is that of run {run.RunId}, the folder is called {folder.RunId}.";
        }

        if (run.Reasons.Contains(RunFolder.InProgress))
        {
            yield return "run.json says that the run is still being recorded.";
        }

        if (run.Counts is { } c && c.Stimuli != c.Matched + c.Late + c.Missed + c.Excluded)
        {
            yield return $"The counts don't add up: {c.Stimuli} stimuli, but {c.Matched} matched + {c.Late} late + {c.Missed} missed + {c.Excluded} excluded.";
        }

        if (run.Counts is { } counts && run.LatencyNs is { } numbers && (numbers.N > counts.Matched + counts.Late + counts.Missed || numbers.NMatched > counts.Matched))
        {
            yield return $"Statistics are over {numbers.N} stimuli, more than the counts have.";
        }

        if (run.Counts is not null && run.Live is null && run.Counts.Gaps != run.Gaps.Count)
        {
            yield return $"{run.Counts.Gaps} gaps are counted, {run.Gaps.Count} are listed.";
        }
    }

    private static IEnumerable<string> TableProblems(RunFolder folder, RunDocument? run, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var counter = new EdgeCounts();
        if (Try(() => ParquetCaptureReader.Read(folder.TablePath, counter, cancellationToken), problems) is not { } metadata || run is null)
        {
            return problems;
        }

        if (metadata.Origin.RunId != run.RunId || metadata.Origin.Simulated != run.Simulated)
        {
            problems.Add("edges.parquet belongs to another run than run.json.");
        }

        if (run.Live is { } live)
        {
            return counter.ByChannel.SequenceEqual(live.Kept?.Edges ?? []) ? problems : [.. problems, "edges.parquet holds other edges than run.json says were kept."];
        }

        foreach (var channel in (run.Sampler?.Channels ?? run.Source?.Channels ?? []).Where(c => c.Edges is not null))
        {
            var held = channel.Index >= 0 && channel.Index < counter.ByChannel.Length ? counter.ByChannel[channel.Index] : 0;
            if (held != channel.Edges)
            {
                problems.Add($"edges.parquet holds {held} edges of channel {channel.Name}, run.json says {channel.Edges}.");
            }
        }

        if (metadata.Gaps.Count != run.Gaps.Count)
        {
            problems.Add($"edges.parquet has {metadata.Gaps.Count} gaps, run.json {run.Gaps.Count}.");
        }

        return problems;
    }

    private static IEnumerable<string> CountProblems(LatencyCounts table, RunDocument run)
    {
        if (run.Counts is not { } counts)
        {
            yield break;
        }

        var matched = table.Latencies.Count + table.Withheld;
        if (matched != counts.Matched || table.Late != counts.Late || table.Missed != counts.Missed || table.Excluded != counts.Excluded)
        {
            yield return $"latency-counts.csv counts {matched} matched, {table.Late} late, {table.Missed} missed and {table.Excluded} excluded stimuli, run.json {counts.Matched}, {counts.Late}, {counts.Missed} and {counts.Excluded}.";
        }
    }

    private static T? Try<T>(Func<T> read, List<string> problems)
        where T : class
    {
        try
        {
            return read();
        }
        catch (LatencyLabException e)
        {
            problems.Add(e.Where is null ? e.Message : $"{e.Message} ({e.Where})");
            return null;
        }
    }
}
