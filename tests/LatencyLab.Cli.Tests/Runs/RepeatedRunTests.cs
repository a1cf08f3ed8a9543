using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>What <c>run --repeat</c> says of its runs together.</summary>
public sealed class RepeatedRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--rig sim --pin 4", "p50")]
    [InlineData("--rig sim --target none", "p50")]
    [InlineData("--rig sim --test timer --response-pin 5", "timer p50")]
    public async Task Each_run_is_announced_and_a_table_of_all_ends_it(string options, string spread)
    {
        var outcome = await RunAsync([.. options.Split(' '), "--repeat", "3"]);
        Assert.True(outcome.Code == 0, outcome.Said);
        Assert.Contains("run 2 of 3", outcome.Stderr, StringComparison.Ordinal);
        var table = outcome.Stdout[outcome.Stdout.IndexOf("3 of 3 runs", StringComparison.Ordinal)..];
        Assert.All(Directory.GetDirectories(_folder.Path), folder => Assert.Contains(Path.GetFileName(folder), table, StringComparison.Ordinal));
        Assert.Contains("between 3 complete runs", table, StringComparison.Ordinal);
        Assert.Contains(spread, table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_run_has_neither()
    {
        var outcome = await RunAsync("--rig", "sim", "--pin", "4");
        Assert.True(outcome.Code == 0, outcome.Said);
        Assert.DoesNotContain("1 of 1", outcome.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_stdout_is_one_document_of_all_runs()
    {
        var outcome = await RunAsync("--rig", "sim", "--pin", "4", "--repeat", "2", "--json");
        Assert.True(outcome.Code == 0, outcome.Said);
        Assert.Equal("latencylab.runs/1", (string?)outcome.Json["schema"]);
        Assert.Equal(2, outcome.Json["runs"]!.AsArray().Count);
    }

    private Task<CommandOutcome> RunAsync(params string[] options) => CommandOutcome.OfAsync(["run", "-n", "50", "--seed", "3", "-o", _folder.Path, .. options]);
}
