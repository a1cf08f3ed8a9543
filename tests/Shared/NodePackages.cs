using System.Diagnostics;

namespace LatencyLab.TestSupport;

/// <summary>Node and the packages of tests/firmware, exact versions by its lock file; installed by 'npm ci' the first time they are needed.</summary>
public static class NodePackages
{
    private static readonly Lock Gate = new();

    public static string Folder { get; } = Repository.Path("tests", "firmware");

    /// <summary>The path of node with all packages in place; skips or fails the running test where that can't be had.</summary>
    public static string Require()
    {
        var node = Tool.Require("node", "install Node.js 20 or newer");
        var installed = Path.Combine(Folder, "node_modules", ".package-lock.json");
        lock (Gate)
        {
            if (!File.Exists(installed))
            {
                Install(Tool.Require("npm", "install Node.js with npm"), installed);
            }
        }

        Tool.RequirePath(installed, "run 'npm ci' in tests/firmware");
        return node;
    }

    /// <summary>Starts a script of tests/firmware. Its standard input ends with the test, which ends the script.</summary>
    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Require(), arguments)
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    /// <summary>Runs a script of tests/firmware to its end and returns what it printed; a failure fails the test with what it said.</summary>
    public static async Task<string> RunAsync(string[] arguments, string input, CancellationToken cancellationToken)
    {
        using var process = Start(arguments);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            Assert.True(process.ExitCode == 0, $"node {string.Join(' ', arguments)} failed: {await error}{await output}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    // Two test programs may get here at the same time.
    private static void Install(string npm, string installed)
    {
        using var others = new Mutex(initiallyOwned: false, "latencylab-npm-ci");
        others.WaitOne();
        try
        {
            if (!File.Exists(installed))
            {
                using var process = Process.Start(new ProcessStartInfo(npm, ["ci"]) { WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardOutput = true })!;
                process.StandardOutput.ReadToEnd();
                process.WaitForExit();
            }
        }
        finally
        {
            others.ReleaseMutex();
        }
    }
}
