using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Scripts;

/// <summary>run-bench.ps1 in the real PowerShell engine, without the modules that only a PowerShell installation has.</summary>
public sealed class RunBenchTests : IDisposable
{
    private static readonly string Script = Repository.Path("run-bench.ps1");
    private readonly TempFolder _folder = new();

    [Fact]
    public void Script_parses_is_strict_thin_and_free_of_what_only_one_system_has()
    {
        var ast = Parser.ParseFile(Script, out _, out var errors);
        Assert.Empty(errors);
        Assert.Equal(new Version(7, 2), ast.ScriptRequirements.RequiredPSVersion);
        Assert.Contains(ast.ParamBlock.Attributes, attribute => attribute.TypeName.Name == "CmdletBinding");
        var commands = ast.FindAll(node => node is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>().Select(command => command.GetCommandName() ?? "& program").ToHashSet();
        Assert.Subset(new HashSet<string> { "Set-StrictMode", "Invoke-LatencyLab", "& program" }, commands);
        Assert.Contains("Set-StrictMode", commands);
        var text = File.ReadAllText(Script);
        Assert.DoesNotContain('\\', text);
        Assert.DoesNotContain('\r', text);
        Assert.True(text.Split('\n').Length <= 81, "a thin script has at most 80 lines");
    }

    [Fact]
    public void WhatIf_prints_runs_in_turn_and_the_comparison()
    {
        var (code, lines) = Run("-WhatIf", "-Repeat", "2", "-Out", "OUT", "-Tool", "latencylab", "-FailOn", "missed > 0");
        Assert.Equal(0, code);
        Assert.Equal(5, lines.Length);
        Assert.Equal(["base", "new", "new", "base"], lines[..4].Select(line => line.Split(' ').SkipWhile(word => word != "--label").ElementAt(1)));
        Assert.All(lines[..4], line => Assert.StartsWith("latencylab run --pin 4 --irq rising --rig sim --samples 1000 --label ", line, StringComparison.Ordinal));
        Assert.StartsWith("latencylab compare --base ", lines[4], StringComparison.Ordinal);
        Assert.EndsWith("--fail-on missed > 0", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void Exit_code_of_the_tool_is_the_exit_code_of_the_script()
    {
        var (code, _) = Run("-Repeat", "1", "-Pin", "6", "-Out", _folder.Path, "-Tool", $"@('dotnet', '{ToolUnderTest.Assembly}')");
        Assert.Equal(2, code);
    }

    public void Dispose() => _folder.Dispose();

    private static (int Code, string[] Lines) Run(params string[] args)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        var words = args.Select(arg => arg[0] is '-' or '@' ? arg : $"'{arg}'");
        var results = shell.AddScript($"& '{Script}' {string.Join(' ', words)}; \"exit $LASTEXITCODE\"").Invoke();
        // What the tool says on stderr arrives here too; a fault of the script itself doesn't carry this id.
        Assert.All(shell.Streams.Error, error => Assert.StartsWith("NativeCommandError", error.FullyQualifiedErrorId, StringComparison.Ordinal));
        var lines = results.Select(result => result.ToString()).ToArray();
        var exit = lines[^1]["exit ".Length..];
        return (exit.Length == 0 ? 0 : int.Parse(exit, System.Globalization.CultureInfo.InvariantCulture), lines[..^1]);
    }
}
