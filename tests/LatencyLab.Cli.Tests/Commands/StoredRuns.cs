using System.Globalization;
using System.Text;
using LatencyLab.Runs.Documents;
using LatencyLab.Statistics;

namespace LatencyLab.Cli.Tests.Commands;

/// <summary>Run folders with made-up latencies, written as the contract says, in a folder of their own.</summary>
public sealed class StoredRuns : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("latencylab-runs-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Writes one run of 500 stimuli: a bell at 1000 ticks of 16 ns, shifted.</summary>
    public string Add(string label, int place, long shiftTicks = 0, string handler = "bytecode", long missed = 0, string version = "1.27.0", RunStatus status = RunStatus.Complete, int samples = 500)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"20261123-1200{place:00}-{label.Replace('.', '-')}{place}");
        var folder = Directory.CreateDirectory(Path.Combine(Root, id)).FullName;
        var random = new SplitMix64((ulong)(place + 1) * 7919);
        var csv = new StringBuilder("run_id,seq,stimulus_ticks,response_ticks,stimulus_t_ns,response_t_ns,latency_ns,status,flags\n");
        var latencies = new List<long>();
        for (var i = -5; i < samples; i++)
        {
            var latency = 1000 + shiftTicks + random.Below(9) + random.Below(9);
            var stimulus = (i + 6) * 1_000_000L;
            csv.Append(CultureInfo.InvariantCulture, $"{id},{i},{stimulus},{stimulus + latency},{stimulus * 16}.000,{(stimulus + latency) * 16}.000,{latency * 16}.000,matched,\n");
            if (i >= 0)
            {
                latencies.Add(latency);
            }
        }

        for (var i = 0; i < missed; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{id},{samples + i},{(samples + i + 6) * 1_000_000L},,,,,missed,\n");
        }

        var timeBase = new LatencyLab.Units.TimeBase(62_500_000);
        var numbers = LatencyInTime.Of(LatencySummary.Of(SortedCounts.Of([.. latencies]), missed), timeBase);
        var run = new RunDocument
        {
            RunId = id,
            Status = status,
            Simulated = true,
            CreatedUtc = DateTimeOffset.UnixEpoch.AddMinutes(place),
            Tool = new ToolDocument { Version = "test" },
            Plan = new PlanDocument { Test = "irq", Pin = 4, Irq = "rising", ResponsePin = 5, Handler = handler, Idle = "sleep", Load = "none", Label = label },
            Target = new TargetDocument { Chip = "esp32", Port = "sim:esp32", Micropython = version, CpuHz = 160_000_000 },
            Sampler = new SamplerDocument { Kind = "pico", TickHz = 62_500_000 },
            Counts = new RunCounts { Stimuli = samples + missed, Matched = samples, Late = 0, Missed = missed, Excluded = 0, Extra = 0, Spurious = 0, Gaps = 0 },
            LatencyNs = numbers,
        };
        File.WriteAllBytes(Path.Combine(folder, "run.json"), RunJson.ToUtf8(run));
        File.WriteAllText(Path.Combine(folder, "latency.csv"), csv.ToString());
        return id;
    }

    /// <summary>Runs of two firmwares in turns.</summary>
    public StoredRuns With(int runs, long shiftTicks)
    {
        for (var i = 0; i < runs; i++)
        {
            Add("v1.26", 2 * i);
            Add("v1.27", (2 * i) + 1, shiftTicks);
        }

        return this;
    }
}
