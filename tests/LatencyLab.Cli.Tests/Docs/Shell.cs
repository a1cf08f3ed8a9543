using System.Diagnostics;

namespace LatencyLab.Cli.Tests.Docs;

/// <summary>What a script said and how it ended.</summary>
internal sealed record ShellOutcome(int ExitCode, string Stdout, string Stderr)
{
    public string Said => $"exit {ExitCode}\n{Stdout}\n{Stderr}";
}

/// <summary>A POSIX shell in a folder of its own, with its temporary files there too.</summary>
internal sealed class Shell(string folder)
{
    /// <summary>Runs a line, which must succeed.</summary>
    public async Task<ShellOutcome> RunAsync(string line, params (string Name, string Value)[] variables)
    {
        var outcome = await StartAsync(["-c", line], variables);
        Assert.True(outcome.ExitCode == 0, outcome.Said);
        return outcome;
    }

    /// <summary>Runs sh with arguments: a script, or -c and a line.</summary>
    public async Task<ShellOutcome> StartAsync(string[] args, params (string Name, string Value)[] variables)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The examples are for POSIX shells.");
        var start = new ProcessStartInfo("sh", args)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
            Environment = { ["TMPDIR"] = folder, ["XDG_CONFIG_HOME"] = folder, ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_CONFIG_NOSYSTEM"] = "1" },
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (stdout, stderr) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ShellOutcome(process.ExitCode, await stdout, await stderr);
    }
}
