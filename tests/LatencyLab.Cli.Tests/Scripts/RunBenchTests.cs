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
        Assert.Subset(new HashSet<string> { "Set-StrictMode", "Invoke-LatencyLab", "Where-Object", "& program" }, commands);
        Assert.Contains("Set-StrictMode", commands);
        var text = File.ReadAllText(Script);
        Assert.DoesNotContain('\\', text);
        Assert.DoesNotContain('\r', text);
        Assert.True(text.Split('\n').Length <= 81, "a thin script has at most 80 lines");
    }

    [Fact]
    public void WhatIf_prints_the_suite_and_the_comparison()
    {
        var (code, lines) = Run("-WhatIf", "-Out", "OUT", "-Tool", "latencylab", "-Base", "v1", "-New", "v2", "-FailOn", "missed > 0");
        Assert.Equal(0, code);
        Assert.Equal([$"latencylab suite run {Repository.Path("suites", "bench.toml")} --out OUT --rig sim", "latencylab compare v1 v2 --runs OUT --fail-on missed > 0"], lines);
    }

    [Fact]
    public void Bench_runs_its_suite_collects_the_csv_reports_and_compares()
    {
        var suite = _folder.File("small.toml");
        File.WriteAllText(suite, """
            repeat = 2
            samples = 30
            [matrix]
            pin = [4]
            [[firmware]]
            label = "base"
            [[firmware]]
            label = "new"
            """);
        var (code, lines) = Run("-Suite", suite, "-Out", _folder.File("out"), "-Tool", $"@('dotnet', '{ToolUnderTest.Assembly}')");
        Assert.Equal(0, code);
        Assert.Single(lines, line => line.StartsWith("base", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("SIMULATED: new against base", StringComparison.Ordinal));
        var reports = Directory.GetFiles(Path.Combine(_folder.File("out"), "csv")).Select(Path.GetFileName).ToArray();
        Assert.Equal(4, reports.Count(name => name!.EndsWith("-latency.csv", StringComparison.Ordinal)));
        Assert.Equal(4, reports.Count(name => name!.EndsWith("-summary.csv", StringComparison.Ordinal) && name != "suite-summary.csv"));
        Assert.Contains("suite-summary.csv", reports);
    }

    [Theory]
    [InlineData(5, "missed < 1")] // the condition of a gate is what makes it fail
    [InlineData(2, "p99 >>")]
    public void Exit_code_of_the_tool_is_the_exit_code_of_the_script(int expected, string gate)
    {
        var suite = _folder.File("small.toml");
        File.WriteAllText(suite, "repeat = 4\nsamples = 30\n[matrix]\npin = [4]\n[[firmware]]\nlabel = \"base\"\n[[firmware]]\nlabel = \"new\"\n");
        var (code, _) = Run("-Suite", suite, "-Out", _folder.File("out"), "-FailOn", gate, "-Tool", $"@('dotnet', '{ToolUnderTest.Assembly}')");
        Assert.Equal(expected, code);
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
