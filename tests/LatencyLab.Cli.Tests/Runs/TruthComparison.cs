using System.Text.Json.Nodes;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>Holds the files of a run against what the simulator says truly happened. Shares no code with either.</summary>
internal sealed class TruthComparison
{
    // One tick of the sampler and half a tick of its input synchroniser.
    private const double ToleranceNs = 24.01;
    private readonly JsonNode _run;
    private readonly CsvRow[] _stimuli;
    private readonly CsvRow[] _truth;
    private readonly Dictionary<long, CsvRow> _rows;

    private TruthComparison(JsonNode run, IReadOnlyList<CsvRow> truth)
    {
        _run = run;
        _truth = [.. truth];
        _stimuli = [.. truth.Where(r => r.Has("stimulus_t_ns"))];
        _rows = CsvRow.Read(Path.Combine((string)run["folder"]!, "latency.csv")).ToDictionary(r => long.Parse(r["seq"]));
    }

    /// <summary>Every pair, and every count.</summary>
    public static void AssertAllTrue(JsonNode run, string truthPath)
    {
        var comparison = new TruthComparison(run, CsvRow.Read(truthPath));
        foreach (var stimulus in comparison._stimuli)
        {
            AssertTrue(stimulus, comparison._rows[long.Parse(stimulus["seq"])]);
        }

        comparison.AssertCounts();
    }

    /// <summary>What isn't excluded is true, what is lost is excluded, and nothing is excluded that meets no gap.</summary>
    public static void AssertTrueOrExcluded(JsonNode run, string truthPath)
    {
        var comparison = new TruthComparison(run, CsvRow.Read(truthPath));
        foreach (var stimulus in comparison._stimuli)
        {
            var row = comparison._rows[long.Parse(stimulus["seq"])];
            if (row["status"] != "excluded")
            {
                Assert.True(stimulus["lost"] == "false", $"stimulus {stimulus["seq"]} lost an edge, but is {row["status"]}");
                AssertTrue(stimulus, row);
            }
            else if (stimulus["lost"] == "false" && stimulus["status"] != "excluded")
            {
                Assert.True(comparison.MeetsGap(stimulus, row), $"stimulus {stimulus["seq"]} is excluded, but meets no gap");
            }
        }

        comparison.AssertSums();
    }

    /// <summary>Rows by status as the run counted them: those of latency.csv.</summary>
    private void AssertSums()
    {
        var counted = _rows.Where(r => r.Key >= 0).ToArray();
        foreach (var status in new[] { "matched", "late", "missed", "excluded" })
        {
            Assert.Equal(counted.Count(r => r.Value["status"] == status), (long)_run["counts"]![status]!);
        }

        Assert.Equal(counted.Length, (long)_run["counts"]!["stimuli"]!);
    }

    private void AssertCounts()
    {
        AssertSums();
        Assert.Equal(_stimuli.Length, _rows.Count);
        foreach (var status in new[] { "matched", "late", "missed", "excluded" })
        {
            Assert.Equal(_stimuli.Count(r => r["status"] == status && long.Parse(r["seq"]) >= 0), (long)_run["counts"]![status]!);
        }

        Assert.Equal(_truth.Count(r => r["status"] == "extra" && long.Parse(r["seq"]) >= 0), (long)_run["counts"]!["extra"]!);
        // An answer of nobody belongs to warm-up until the first stimulus that counts.
        Assert.Equal(
            _truth.SkipWhile(r => !(r["seq"] == "0" && r.Has("stimulus_t_ns"))).Count(r => r["status"] == "spurious"), (long)_run["counts"]!["spurious"]!);
    }

    private static void AssertTrue(CsvRow truth, CsvRow row)
    {
        Assert.True(truth["status"] == row["status"], $"stimulus {truth["seq"]} is {row["status"]}, in truth {truth["status"]}");
        if (row["status"] is "matched" or "late")
        {
            var latencyNs = truth.Number("response_t_ns") - truth.Number("stimulus_t_ns");
            Assert.InRange(row.Number("response_t_ns") - row.Number("stimulus_t_ns") - latencyNs, -ToleranceNs, ToleranceNs);
            Assert.InRange(row.Number("stimulus_t_ns") - truth.Number("stimulus_t_ns"), -ToleranceNs, ToleranceNs);
        }
    }

    private bool MeetsGap(CsvRow truth, CsvRow row)
    {
        var tickNs = 1e9 / (long)_run["sampler"]!["tick_hz"]!;
        var tick = row.Has("stimulus_ticks") ? row.Number("stimulus_ticks") : Math.Floor(truth.Number("stimulus_t_ns") / tickNs);
        var window = (long)_run["plan"]!["window_ticks"]!;
        return _run["gaps"]!.AsArray().Any(g => (long)g!["from_tick"]! <= tick + window && (long)g["to_tick"]! >= tick);
    }
}
