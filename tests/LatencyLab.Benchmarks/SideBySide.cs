namespace LatencyLab.Benchmarks;

/// <summary>
/// LatencyLab and sigrok-cli do the same work on the same generated files, in turns on one machine; the table shows ratios, which travel better than times.
/// On a machine with other work on it the ratio of CPU times is the one to believe.
/// </summary>
internal static class SideBySide
{
    public static int Run(string[] args)
    {
        if (args.Length < 2)
        {
            Console.Error.WriteLine("usage: side-by-side FOLDER LATENCYLAB [ROUNDS]   (FOLDER as 'generate' filled it, LATENCYLAB the program to judge)");
            return 2;
        }

        var (folder, latencyLab) = (args[0], args[1]);
        var rounds = args.Length > 2 ? int.Parse(args[2]) : 5;
        var scratch = Directory.CreateTempSubdirectory("latencylab-bench").FullName;
        Console.WriteLine($"{"work",-34} {"LatencyLab",22} {"sigrok-cli",22} {"inflate only",14} {"times as fast",14} {"in CPU time",12} {"of inflating",13}");
        try
        {
            foreach (var name in (string[])["sparse", "dense", "vdense"])
            {
                var file = Path.Combine(folder, name + ".sr");
                var inflate = Measured.Median(rounds, Environment.ProcessPath!, "inflate", file);
                Print(
                    $"pair {name}.sr, CSV", inflate,
                    Measured.Median(rounds, latencyLab, "analyze", file, "--pair", "stim:resp", "--csv", Path.Combine(scratch, "pairs.csv"), "--no-plots"),
                    Measured.Median(Math.Min(rounds, 3), "sigrok-cli", "-i", file, "-P", "jitter:clk=stim:sig=resp", "-B", "jitter=ascii-float"));
                Print(
                    $"{name}.sr to VCD", inflate,
                    Measured.Median(rounds, latencyLab, "export", file, "--to", "vcd", "-o", Path.Combine(scratch, name + ".vcd"), "--overwrite"),
                    Measured.Median(rounds, "sigrok-cli", "-i", file, "-O", "vcd", "-o", Path.Combine(scratch, name + ".sigrok.vcd")));
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }

        return 0;
    }

    private static void Print(string work, Measured inflate, Measured ours, Measured theirs)
    {
        Console.WriteLine(
            $"{work,-34} {Cell(ours),22} {Cell(theirs),22} {Cell(inflate),14} {theirs.WallMs / ours.WallMs,13:0.0}x {theirs.CpuMs / ours.CpuMs,11:0.0}x {ours.WallMs / inflate.WallMs,12:0.00}x");
        if (ours.ExitCode != 0 || theirs.ExitCode != 0)
        {
            Console.WriteLine($"  exit codes: LatencyLab {ours.ExitCode}, sigrok-cli {theirs.ExitCode}");
        }
    }

    private static string Cell(Measured m) => $"{m.WallMs:0} ms, {m.PeakMb:0} MB";
}
