using System.Diagnostics;
using System.Globalization;
using System.Text;
using LatencyLab.Comparison;
using LatencyLab.Reports;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Statistics;

namespace LatencyLab.Benchmarks;

/// <summary>A full comparison of 2 x 10 runs of 100,000 samples beside the mere reading of their files.</summary>
internal static class CompareCost
{
    public static int Run(string[] args)
    {
        var samples = args.Length > 0 ? int.Parse(args[0]) : 100_000;
        var root = Directory.CreateTempSubdirectory("latencylab-compare").FullName;
        try
        {
            string[] before = [.. Enumerable.Range(0, 10).Select(i => Write(root, "a", 2 * i, samples))];
            string[] after = [.. Enumerable.Range(0, 10).Select(i => Write(root, "b", (2 * i) + 1, samples))];
            for (var round = 0; round < 3; round++)
            {
                var clock = Stopwatch.StartNew();
                ComparedRun[] first = [.. before.Select(ComparedRunReader.Read)];
                ComparedRun[] second = [.. after.Select(ComparedRunReader.Read)];
                var reading = clock.Elapsed.TotalMilliseconds;
                var result = Comparer.Compare(first, second, new ComparisonOptions());
                ComparisonJson.Write([result], null, true);
                var all = clock.Elapsed.TotalMilliseconds;
                Console.WriteLine($"reading {reading:0} ms   reading and comparing {all:0} ms   {all / reading:0.00} times   ({result.Verdict.Word()})");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static string Write(string root, string label, int place, int samples)
    {
        var id = $"{label}{place}";
        var folder = Directory.CreateDirectory(Path.Combine(root, id)).FullName;
        var random = new SplitMix64((ulong)place + 1);
        var csv = new StringBuilder("run_id,seq,stimulus_ticks,response_ticks,stimulus_t_ns,response_t_ns,latency_ns,status,flags\n");
        for (var i = 0; i < samples; i++)
        {
            var latency = 2000 + random.Below(400) + random.Below(400) + (random.Below(100) == 0 ? random.Below(20_000) : 0);
            var stimulus = i * 1_000_000L;
            csv.Append(CultureInfo.InvariantCulture, $"{id},{i},{stimulus},{stimulus + latency},{stimulus * 16}.000,{(stimulus + latency) * 16}.000,{latency * 16}.000,matched,\n");
        }

        File.WriteAllText(Path.Combine(folder, "latency.csv"), csv.ToString());
        File.WriteAllBytes(Path.Combine(folder, "run.json"), RunJson.ToUtf8(new RunDocument
        {
            RunId = id,
            Status = RunStatus.Complete,
            Simulated = true,
            CreatedUtc = DateTimeOffset.UnixEpoch.AddMinutes(place),
            Tool = new ToolDocument { Version = "benchmark" },
            Plan = new PlanDocument { Test = "irq", Label = label },
            Sampler = new SamplerDocument { Kind = "pico", TickHz = 62_500_000 },
            Counts = new RunCounts { Stimuli = samples, Matched = samples, Late = 0, Missed = 0, Excluded = 0, Extra = 0, Spurious = 0, Gaps = 0 },
        }));
        return folder;
    }
}
