using System.Diagnostics;
using System.Globalization;
using LatencyLab.Tests.Fuzz;

namespace LatencyLab.Fuzz;

/// <summary>The command line: <c>[PARSER…] [--mutants N] [--seed N] [--out DIR] [--blind]</c>.</summary>
internal static class Fuzzing
{
    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(60);

    public static int Run(string[] args)
    {
        // Instrumented code writes into the map from its first branch on.
        _ = new BranchCoverage();
        var names = args.TakeWhile(a => !a.StartsWith("--", StringComparison.Ordinal)).ToList();
        var mutants = long.Parse(Option(args, "--mutants") ?? "1000000", CultureInfo.InvariantCulture);
        var seed = int.Parse(Option(args, "--seed") ?? "1", CultureInfo.InvariantCulture);
        var folder = Directory.CreateDirectory(Option(args, "--out") ?? "fuzz-faults").FullName;
        if (names is ["list"])
        {
            Console.WriteLine(string.Join('\n', FuzzTargets.All));
            return 0;
        }

        var faults = 0;
        foreach (var target in names.Count == 0 ? FuzzTargets.All : names.Select(FuzzTargets.Get))
        {
            faults += Fuzz(target, mutants, seed, folder, args.Contains("--blind"));
        }

        return faults == 0 ? 0 : 1;
    }

    private static int Fuzz(FuzzTarget target, long mutants, int seed, string folder, bool isBlind)
    {
        var loop = new FuzzLoop(target, seed, isBlind ? null : new BranchCoverage());
        using var watcher = new Timer(Watch(loop, target, folder), null, Stuck, Stuck);
        var began = Stopwatch.GetTimestamp();
        var report = loop.Run(mutants, progress: r => Say(target, r, began));
        Say(target, report, began);
        foreach (var (index, fault) in report.Faults.Index())
        {
            var file = Path.Combine(folder, $"{target}-{index}.bin");
            File.WriteAllBytes(file, fault.Input);
            Console.WriteLine($"  mutant {fault.Number} -> {file}\n    {fault.What.ReplaceLineEndings("\n    ")}");
        }

        return report.Faults.Count;
    }

    private static void Say(FuzzTarget target, FuzzReport report, long began) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target,-12} {report}; {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s"));

    /// <summary>A mutant that takes a minute is a hang: the input is kept and the program ended.</summary>
    private static TimerCallback Watch(FuzzLoop loop, FuzzTarget target, string folder)
    {
        var last = -2L;
        return _ =>
        {
            var (number, input) = loop.Current;
            if (number == last && input.Length > 0)
            {
                var file = Path.Combine(folder, $"{target}-hang.bin");
                File.WriteAllBytes(file, input);
                Console.WriteLine($"{target}: mutant {number} doesn't end -> {file}");
                Environment.Exit(3);
            }

            last = number;
        };
    }

    private static string? Option(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
}
