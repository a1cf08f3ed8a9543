using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LatencyLab.Benchmarks;

/// <summary>What one process cost.</summary>
/// <param name="WallMs">Start to exit.</param>
/// <param name="CpuMs">User and system time of the process.</param>
/// <param name="PeakMb">High-water mark of resident memory, as far as looking every few milliseconds shows it.</param>
/// <param name="ExitCode">What it returned.</param>
internal sealed partial record Measured(double WallMs, double CpuMs, double PeakMb, int ExitCode)
{
    private const int RusageChildren = -1;

    /// <summary>Runs a program with its output thrown away. Linux only: CPU time and memory come from the kernel's accounts.</summary>
    public static Measured Run(string program, params string[] args)
    {
        var before = ChildrenCpuMs();
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var drain = Task.Run(() => process.StandardOutput.BaseStream.CopyTo(Stream.Null));
        var peakKb = 0L;
        while (!process.WaitForExit(2))
        {
            peakKb = Math.Max(peakKb, HighWaterKb(process.Id));
        }

        var wall = clock.Elapsed.TotalMilliseconds;
        drain.Wait();
        return new Measured(wall, ChildrenCpuMs() - before, peakKb / 1024.0, process.ExitCode);
    }

    /// <summary>The run with the median wall time of several.</summary>
    public static Measured Median(int rounds, string program, params string[] args) =>
        Enumerable.Range(0, rounds).Select(_ => Run(program, args)).OrderBy(m => m.WallMs).ElementAt(rounds / 2);

    private static long HighWaterKb(int processId)
    {
        try
        {
            var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(6).Trim().TrimEnd("kB").Trim());
        }
        catch (IOException)
        {
            // It ended between two looks.
            return 0;
        }
    }

    private static double ChildrenCpuMs()
    {
        var usage = new long[18];
        _ = GetRusage(RusageChildren, usage);
        return ((usage[0] + usage[2]) * 1000.0) + ((usage[1] + usage[3]) / 1000.0);
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetRusage(int who, [Out] long[] usage);
}
