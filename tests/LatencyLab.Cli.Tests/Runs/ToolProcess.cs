using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>
/// The built tool in a process of its own, which can be signalled and killed. Board locks of this and of other tests stay apart by a folder
/// for temporary files that is the test's own.
/// </summary>
internal sealed partial class ToolProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _stderr = new();
    private readonly Task<string> _stdout;
    private readonly Task _talking;
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ToolProcess(Process process)
    {
        _process = process;
        _stdout = ReadStdoutAsync();
        _talking = ReadStderrAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The first line of stdout; empty when there was none.</summary>
    public Task<string> FirstLine => _firstLine.Task;

    /// <param name="temporary">Becomes the system's folder for temporary files, where board locks live.</param>
    /// <param name="args">Arguments of latencylab.</param>
    public static ToolProcess Start(string temporary, params string[] args) => StartUnder([], temporary, args);

    /// <param name="launcher">A program and its arguments that start the tool.</param>
    /// <param name="temporary">Becomes the system's folder for temporary files.</param>
    /// <param name="args">Arguments of latencylab.</param>
    public static ToolProcess StartUnder(string[] launcher, string temporary, params string[] args)
    {
        string[] command = [.. launcher, "dotnet", ToolUnderTest.Assembly, .. args];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = temporary,
            // The user's own calibrations must not reach a test, nor a test's the user.
            Environment = { ["TMPDIR"] = temporary, ["TMP"] = temporary, ["XDG_CONFIG_HOME"] = Path.Combine(temporary, "config") },
        };
        return new ToolProcess(Process.Start(start)!);
    }

    /// <summary>Runs the tool to its end.</summary>
    public static async Task<CommandOutcome> RunAsync(string temporary, params string[] args)
    {
        await using var tool = Start(temporary, args);
        return await tool.OutcomeAsync();
    }

    public async Task<CommandOutcome> OutcomeAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _talking;
        return new CommandOutcome(_process.ExitCode, await _stdout, _stderr.ToString());
    }

    /// <summary>SIGINT.</summary>
    /// <param name="wholeGroup">To its process group, as a terminal does; for tools that lead one.</param>
    public void Interrupt(bool wholeGroup = false) => Assert.Equal(0, SendSignal(wholeGroup ? -_process.Id : _process.Id, 2));

    public void Terminate() => Signal(15);

    /// <summary>SIGSTOP: the process stands still, as on a host that sleeps.</summary>
    public void Suspend() => Signal(19);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal(18);

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits until something is so, as long as the process lives.</summary>
    public async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            if (_process.HasExited)
            {
                Assert.Fail($"The tool ended too soon: {(await OutcomeAsync()).Said}");
            }

            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        await Task.WhenAll(_stdout, _talking);
        _process.Dispose();
    }

    private void Signal(int number) => Assert.Equal(0, SendSignal(_process.Id, number));

    private async Task<string> ReadStdoutAsync()
    {
        var all = new StringBuilder();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            all.Append(line).Append('\n');
            _firstLine.TrySetResult(line);
        }

        _firstLine.TrySetResult("");
        return all.ToString();
    }

    private async Task ReadStderrAsync() => _stderr.Append(await _process.StandardError.ReadToEndAsync());

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
