using LatencyLab.Analysis;
using LatencyLab.Reports;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;

namespace LatencyLab.Cli.Measuring;

/// <summary>Rows of a run in which the pairing may be shifted throughout: what run.json doesn't say, no row may say.</summary>
internal static class WithheldRows
{
    /// <summary>True where a stored run gives none of its latencies.</summary>
    public static bool Of(RunDocument run) => run is { LatencyNs.N: 0, Counts.Matched: > 0 };

    /// <summary>
    /// Writes latency.csv once more, without latencies: that they are in doubt is known at the end only, when the rows stand in the file. The edges and run.json
    /// are there already.
    /// </summary>
    public static void Rewrite(RunFolder folder, string runId, bool selfTimed)
    {
        var partial = folder.LatencyCsvPath + ".partial";
        LatencyCsv? csv = null;
        try
        {
            FileAnalysis.Run(folder, also: timeBase => In(csv = LatencyCsv.Create(partial, runId, timeBase, selfTimed)));
        }
        finally
        {
            csv?.Dispose();
        }

        OutputFile.Move(partial, folder.LatencyCsvPath);
    }

    /// <summary>Takes the latencies out of rows on their way.</summary>
    public static IPairSink In(IPairSink rows) => new Doubted(rows);

    private sealed class Doubted(IPairSink next) : IPairSink
    {
        private readonly Pair[] _block = new Pair[1024];

        public void Pairs(ReadOnlySpan<Pair> pairs)
        {
            while (!pairs.IsEmpty)
            {
                var count = Math.Min(pairs.Length, _block.Length);
                for (var i = 0; i < count; i++)
                {
                    _block[i] = pairs[i].Status == PairStatus.Matched ? pairs[i] with { Flags = pairs[i].Flags | PairFlags.MaybeShifted } : pairs[i];
                }

                next.Pairs(_block.AsSpan(0, count));
                pairs = pairs[count..];
            }
        }
    }
}
