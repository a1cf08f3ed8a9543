using System.Diagnostics;

namespace LatencyLab.TestSupport;

/// <summary>The built command line as a program of its own, for tests that need a process, a shell or an exit code.</summary>
public static class ToolUnderTest
{
    /// <summary>The assembly that <c>dotnet</c> starts; it lies beside the tests of the command line.</summary>
    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "LatencyLab.Cli.dll");

    /// <summary>Puts an executable <c>latencylab</c> into a folder, as an installed tool would be on the PATH (not on Windows).</summary>
    public static string FolderWithLauncher(string folder)
    {
        var launcher = Path.Combine(folder, "latencylab");
        File.WriteAllText(launcher, $"#!/bin/sh\nexec dotnet '{Assembly}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(launcher, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder;
    }

    /// <summary>Runs a program to its end and returns its exit code and both outputs.</summary>
    public static async Task<(int Code, string Stdout, string Stderr)> RunAsync(
        string program, IEnumerable<string> args, string? workingFolder = null, string? pathInFront = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingFolder ?? Repository.Root,
        };
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        if (pathInFront is not null)
        {
            start.Environment["PATH"] = pathInFront + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        }

        using var process = Process.Start(start)!;
        try
        {
            var stdout = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var stderr = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await stdout, await stderr);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
