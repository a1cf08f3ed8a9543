using System.Diagnostics;
using System.Runtime.InteropServices;
using LatencyLab.Analysis;
using LatencyLab.Signals;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Benchmarks;

/// <summary>
/// The statistics beside numpy, in turns on the same numbers on one machine: exact quantiles against partition, moments against mean, std, min and
/// max, pairing against searchsorted. Both sides hold the numbers in memory as 64-bit integers when the clock starts.
/// </summary>
internal static class NumpyBeside
{
    private const string Script = """
        import sys, time, numpy as np
        def best(work, rounds):
            times = []
            for _ in range(rounds):
                start = time.perf_counter(); work(); times.append(time.perf_counter() - start)
            return sorted(times)[len(times) // 2]
        rounds = int(sys.argv[3])
        x = np.fromfile(sys.argv[1], dtype=np.int64)
        n = len(x)
        ranks = [int(np.ceil(n * p)) - 1 for p in (0.5, 0.99, 0.999)]
        print("quantiles", best(lambda: np.partition(x, ranks)[ranks], rounds))
        print("moments", best(lambda: (len(x), x.mean(), x.std(ddof=1), x.min(), x.max()), rounds))
        del x
        e = np.fromfile(sys.argv[2], dtype=np.int64)
        stim, resp = e[:len(e) // 2].copy(), e[len(e) // 2:].copy()
        def pair():
            i = np.searchsorted(resp, stim)
            return resp[i] - stim
        print("pairing", best(pair, rounds))
        """;

    public static int Run(string[] args)
    {
        var latencies = args.Length > 0 ? int.Parse(args[0]) : 100_000_000;
        var rounds = args.Length > 1 ? int.Parse(args[1]) : 3;
        var python = args.Length > 2 ? args[2] : "python3";
        var folder = Directory.CreateTempSubdirectory("latencylab-numpy").FullName;
        try
        {
            var values = Latencies(latencies);
            var (stimuli, responses) = Edges(latencies / 4);
            Write(Path.Combine(folder, "latencies"), values);
            Write(Path.Combine(folder, "edges"), stimuli, responses);

            var ours = new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["quantiles"] = Median(rounds, () => ExactQuantiles(values)),
                ["moments"] = Median(rounds, () => AllMoments(values)),
                ["pairing"] = Median(rounds, () => Pair(stimuli, responses)),
            };
            values = [];
            var theirs = RunNumpy(python, folder, rounds);
            if (theirs.Count != ours.Count)
            {
                Console.Error.WriteLine($"{python} has no numpy, or failed");
                return 1;
            }

            Console.WriteLine($"{"work",-44} {"LatencyLab",14} {"numpy",14} {"times as fast",14}");
            Print("quantiles", $"p50, p99, p99.9 of {latencies / 1_000_000} M latencies", ours, theirs);
            Print("moments", $"n, mean, sd, min, max of {latencies / 1_000_000} M", ours, theirs);
            Print("pairing", $"pairing {latencies / 2_000_000} M edges", ours, theirs);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(string key, string work, Dictionary<string, double> ours, Dictionary<string, double> theirs) =>
        Console.WriteLine($"{work,-44} {ours[key] * 1000,11:0} ms {theirs[key] * 1000,11:0} ms {theirs[key] / ours[key],13:0.0}x");

    // A bell of some 64 ticks at 500, and one in twenty far above it: what interrupt latencies look like.
    private static long[] Latencies(int count)
    {
        var random = new SplitMix64(0x1A26E);
        var values = new long[count];
        for (var i = 0; i < count; i++)
        {
            var bits = random.Next();
            values[i] = 500 + long.PopCount((long)bits) + ((bits & 31) == 0 ? (long)(bits >> 50) : 0);
        }

        return values;
    }

    private static (long[] Stimuli, long[] Responses) Edges(int count)
    {
        var random = new SplitMix64(7);
        var stimuli = new long[count];
        var responses = new long[count];
        long tick = 1000;
        for (var i = 0; i < count; i++)
        {
            stimuli[i] = tick;
            responses[i] = tick + 500 + random.Below(3000);
            tick += 5000 + random.Below(5000);
        }

        return (stimuli, responses);
    }

    private static long ExactQuantiles(long[] values)
    {
        var table = new CountTable();
        table.Add(values);
        var sorted = table.ToSorted();
        return sorted.ValueAtRank(Quantiles.Rank(sorted.Count, 0.5)) + sorted.ValueAtRank(Quantiles.Rank(sorted.Count, 0.99)) + sorted.ValueAtRank(Quantiles.Rank(sorted.Count, 0.999));
    }

    private static double AllMoments(long[] values)
    {
        var table = new CountTable();
        table.Add(values);
        var sorted = table.ToSorted();
        return sorted.Count + Moments.Mean(sorted)!.Value + Moments.StandardDeviation(sorted)!.Value + sorted.Min!.Value + sorted.Max!.Value;
    }

    private static long Pair(long[] stimuli, long[] responses)
    {
        const int Block = 8192;
        var sum = new LatencySum();
        var pairer = new Pairer(new PairingRules(0, 1, EdgeKind.Both, EdgeKind.Both, null, 0), sum);
        pairer.Begin(new CaptureHeader(new TimeBase(62_500_000), [new Channel(0, "stim"), new Channel(1, "resp")]));
        for (var at = 0; at < stimuli.Length; at += Block)
        {
            var count = Math.Min(Block, stimuli.Length - at);
            pairer.Edges(0, true, stimuli.AsSpan(at, count));
            pairer.Edges(1, true, responses.AsSpan(at, count));
            pairer.Advance(stimuli[at + count - 1]);
        }

        pairer.End(responses[^1] + 1);
        return sum.Total;
    }

    private sealed class LatencySum : IPairSink
    {
        public long Total { get; private set; }

        public void Pairs(ReadOnlySpan<Pair> pairs)
        {
            foreach (ref readonly var pair in pairs)
            {
                Total += pair.ResponseTick - pair.StimulusTick;
            }
        }
    }

    private static double Median<T>(int rounds, Func<T> work)
    {
        work();
        return Enumerable.Range(0, rounds).Select(_ =>
        {
            var clock = Stopwatch.StartNew();
            work();
            return clock.Elapsed.TotalSeconds;
        }).Order().ElementAt(rounds / 2);
    }

    private static Dictionary<string, double> RunNumpy(string python, string folder, int rounds)
    {
        var start = new ProcessStartInfo(python, ["-c", Script, Path.Combine(folder, "latencies"), Path.Combine(folder, "edges"), rounds.ToString()]) { UseShellExecute = false, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).ToDictionary(p => p[0], p => double.Parse(p[1]), StringComparer.Ordinal);
    }

    private static void Write(string path, params long[][] parts)
    {
        using var file = File.Create(path);
        foreach (var part in parts)
        {
            for (var at = 0; at < part.Length; at += 1 << 20)
            {
                file.Write(MemoryMarshal.AsBytes(part.AsSpan(at, Math.Min(1 << 20, part.Length - at))));
            }
        }
    }
}
