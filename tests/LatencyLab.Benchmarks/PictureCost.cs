using System.Globalization;
using LatencyLab.Analysis;
using LatencyLab.Captures;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Benchmarks;

/// <summary>
/// Cost follows the picture, not the data: a report of a run with 10 million latencies against one with 10 thousand, and a waveform window of a
/// capture of 50 million edges against one of 50 thousand.
/// </summary>
internal static class PictureCost
{
    private const int Rounds = 5;
    private const int Block = 8192;
    private static readonly TimeBase Pico = new(62_500_000);

    public static int Run(string[] args)
    {
        if (args is not [var folder, var tool])
        {
            Console.Error.WriteLine("usage: pictures FOLDER LATENCYLAB.DLL");
            return 2;
        }

        Directory.CreateDirectory(folder);
        Console.WriteLine($"{"",-44}{"wall ms",10}{"CPU ms",10}{"peak MB",10}");
        var few = Report(folder, tool, 10_000);
        var many = Report(folder, tool, 10_000_000);
        Ratio("report", few, many);
        var small = Waveform(folder, tool, 50_000);
        var large = Waveform(folder, tool, 50_000_000);
        Ratio("waveform window", small, large);
        return 0;
    }

    private static Measured Report(string folder, string tool, int latencies)
    {
        var run = MakeRun(folder, latencies);
        return Show($"report, {latencies:N0} latencies", Measured.Median(Rounds, "dotnet", tool, "report", run, "-o", Path.Combine(folder, "out")));
    }

    private static Measured Waveform(string folder, string tool, int edges)
    {
        var run = MakeRun(folder, edges / 4);
        return Show($"waveform of 1 ms, {edges:N0} edges", Measured.Median(
            Rounds, "dotnet", tool, "plot", run, "--kind", "waveform", "--from", "50ms", "--to", "51ms", "-o", Path.Combine(folder, "wave.png")));
    }

    private static Measured Show(string what, Measured measured)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-44}{measured.WallMs,10:F0}{measured.CpuMs,10:F0}{measured.PeakMb,10:F0}{(measured.ExitCode == 0 ? "" : "  FAILED")}"));
        return measured;
    }

    private static void Ratio(string what, Measured small, Measured large) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what + ", large by small",-44}{large.WallMs / small.WallMs,10:F2}{large.CpuMs / small.CpuMs,10:F2}{large.PeakMb / small.PeakMb,10:F2}"));

    // Four edges a stimulus: both of the pulse and both of the answer. Kept from run to run, since making it takes longer than measuring.
    private static string MakeRun(string folder, int latencies)
    {
        var path = Path.Combine(folder, $"run-{latencies}");
        if (File.Exists(Path.Combine(path, "run.json")))
        {
            return path;
        }

        Directory.CreateDirectory(path);
        var random = new Random(1);
        var header = new CaptureHeader(Pico, [new Channel(0, "stimulus", false), new Channel(1, "response", false)]);
        var pipeline = new LatencyPipeline(new PairingRules(0, 1, WindowTicks: 600_000));
        using (var table = ParquetCaptureWriter.Create(Path.Combine(path, "edges.parquet"), new CaptureOrigin(Path.GetFileName(path), true)))
        {
            IEdgeSink[] sinks = [table, pipeline];
            Array.ForEach(sinks, s => s.Begin(header));
            var (stimuli, answers) = (new long[Block], new long[Block]);
            long tick = 625_000;
            for (var done = 0; done < latencies; done += Block / 2)
            {
                var count = 2 * Math.Min(Block / 2, latencies - done);
                for (var i = 0; i < count; i += 2)
                {
                    var latency = 1950 + (long)(250 * -Math.Log(1 - random.NextDouble())) + (random.Next(1000) == 0 ? random.Next(100_000) : 0);
                    (stimuli[i], stimuli[i + 1], answers[i], answers[i + 1]) = (tick, tick + 3125, tick + latency, tick + latency + 300);
                    tick += 625_000 + random.Next(625_000);
                }

                foreach (var sink in sinks)
                {
                    sink.Edges(0, true, stimuli.AsSpan(0, count));
                    sink.Edges(1, true, answers.AsSpan(0, count));
                    sink.Advance(tick);
                }
            }

            Array.ForEach(sinks, s => s.End(tick));
        }

        File.WriteAllBytes(Path.Combine(path, "run.json"), RunJson.ToUtf8(Document(Path.GetFileName(path), latencies, pipeline.Result())));
        return path;
    }

    private static RunDocument Document(string name, int latencies, LatencyResult result) => new()
    {
        RunId = name,
        Status = RunStatus.Complete,
        Simulated = true,
        CreatedUtc = DateTimeOffset.UnixEpoch,
        Tool = new ToolDocument { Version = "0" },
        Plan = new PlanDocument
        {
            Test = "irq", Pin = 4, Irq = "rising", Samples = latencies, Warmup = 0, WindowTicks = 600_000, StimulusChannel = 0, StimulusEdge = "rising", ResponseChannel = 1, ResponseEdge = "rising",
        },
        Sampler = new SamplerDocument { Kind = "pico", TickHz = Pico.TickHz },
        Counts = new RunCounts
        {
            Stimuli = result.Counts.Stimuli, Matched = result.Counts.Matched, Late = result.Counts.Late, Missed = result.Counts.Missed, Excluded = result.Counts.Excluded,
            Extra = result.Counts.Extra, Spurious = result.Counts.Spurious, Gaps = result.Gaps,
        },
        LatencyNs = LatencyInTime.Of(result.Summary, Pico),
    };
}
