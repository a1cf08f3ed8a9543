using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LatencyLab.Runs.Library;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Completion;

/// <summary>The scripts are run by the shells that they are for.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string, string[]> Lines => new()
    {
        { "latencylab pi", ["pins"] },
        { "latencylab pins esp32 --ex", ["--explain"] },
        { "latencylab pins esp32 --for ", ["irq", "out"] },
        { "latencylab pins esp8", ["esp8266"] },
        { "latencylab export x --to v", ["vcd"] },
        { "latencylab report x --format h", ["html"] },
    };

    /// <summary>Runs of the working folder, which the PowerShell in this process has not, and words with a colon, which bash takes apart.</summary>
    public static TheoryData<string, string[]> LinesAboutRuns => new()
    {
        { "latencylab analyze l", ["latest"] },
        { "latencylab runs show 20260102", ["20260102-030405-abcde"] },
        { "latencylab baseline show v", ["v1.26"] },
        { "latencylab run --rig sim:esp8", ["sim:esp8266"] },
        { "latencylab compare baseline:v", ["baseline:v1.26"] },
    };

    public CompletionTests()
    {
        Directory.CreateDirectory(_folder.File("captures/20260102-030405-abcde"));
        File.WriteAllText(_folder.File("captures/20260102-030405-abcde/run.json"), "{}");
        var baselines = Baselines.Load(_folder.File("captures"));
        baselines.Set("v1.26", ["20260102-030405-abcde"]);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    [MemberData(nameof(LinesAboutRuns))]
    public async Task Bash_proposes_what_fits(string line, string[] expected)
    {
        var words = line.Split(' ');
        var script = $"""
            source <(latencylab completion bash)
            COMP_LINE='{line}' COMP_POINT={line.Length} COMP_WORDS=({line} {(line.EndsWith(' ') ? "''" : "")}) COMP_CWORD={words.Length - 1}
            _latencylab
            for proposal in "${"{COMPREPLY[@]}"}"; do echo "$proposal"; done
            """;
        // What stands before the colon is on the line already.
        Assert.Equal(expected.Select(word => line.Contains(':') ? word[(word.IndexOf(':') + 1)..] : word), await ProposalsAsync(Tool.Require("bash"), "--norc", "-c", script));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    [MemberData(nameof(LinesAboutRuns))]
    public async Task Zsh_proposes_what_fits(string line, string[] expected)
    {
        // Outside of the line editor the two builtins of the completion system are stand-ins; everything else is the real script.
        var script = $"""
            compdef() {"{ : }"}
            compadd() {"{ shift; print -l -- \"${(@M)@:#${words[CURRENT]}*}\" }"}
            eval "$(latencylab completion zsh)"
            words=({line} {(line.EndsWith(' ') ? "''" : "")})
            CURRENT=$#words
            _latencylab
            """;
        Assert.Equal(expected, await ProposalsAsync(Tool.Require("zsh"), "-f", "-c", script));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task PowerShell_proposes_what_fits(string line, string[] expected)
    {
        var (_, script, _) = await ToolUnderTest.RunAsync("dotnet", [ToolUnderTest.Assembly, "completion", "pwsh"], cancellationToken: TestContext.Current.CancellationToken);
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell.AddScript($"function latencylab {{ & dotnet '{ToolUnderTest.Assembly}' @args }}\n{script}").Invoke();
        Assert.Empty(shell.Streams.Error);
        shell.Commands.Clear();
        var completion = CommandCompletion.CompleteInput(line, line.Length, null, shell);
        Assert.Equal(expected, completion.CompletionMatches.Select(match => match.CompletionText));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string[]> ProposalsAsync(string shell, params string[] args)
    {
        var (code, stdout, stderr) = await ToolUnderTest.RunAsync(shell, args, workingFolder: _folder.Path, pathInFront: ToolUnderTest.FolderWithLauncher(_folder.Path), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (code, stderr));
        return stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
