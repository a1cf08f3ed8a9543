using LatencyLab.Cli.Tests.Runs;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Samplers;

/// <summary>Targets that run firmware of their own, against what truly happened on the simulated rig.</summary>
public sealed class FreeRunningTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--rig", "sim", "rising")]
    [InlineData("--rig", "sim:rp2040?load=gc", "both")]
    [InlineData("--sampler", "sim:pico", "falling")]
    public async Task Every_pair_and_count_is_true(string option, string rig, string irq)
    {
        var truth = _folder.File("truth.csv");
        var outcome = await RunAsync(option, rig, "--irq", irq, "--sim-truth", truth, "--label", "blinky");
        Assert.True(outcome.Code == 0, outcome.Said);
        TruthComparison.AssertAllTrue(outcome.Json, truth);
        Assert.True((bool)outcome.Json["simulated"]!);
        Assert.Null(outcome.Json["counts"]!["callbacks"]);
        Assert.Equal("free-running", (string?)outcome.Json["target"]!["chip"]);
        Assert.Null(outcome.Json["plan"]!["handler"]);
        Assert.Equal("blinky", (string?)outcome.Json["plan"]!["label"]);
    }

    [Fact]
    public async Task Lost_edges_are_excluded_here_too()
    {
        var truth = _folder.File("truth.csv");
        var outcome = await RunAsync("--sampler", "sim:pico?fault=drop:0.05", "--sim-truth", truth, "--max-excluded", "100");
        Assert.True(outcome.Code == 0, outcome.Said);
        Assert.True((long)outcome.Json["counts"]!["excluded"]! > 0, outcome.Said);
        TruthComparison.AssertTrueOrExcluded(outcome.Json, truth);
    }

    [Theory]
    [InlineData("swap", "swapped")]
    [InlineData("short", "is held low")]
    [InlineData("open:response", "Nothing matched")]
    [InlineData("open:stimulus", "Nothing matched")]
    public async Task Wrong_wires_are_told_from_the_samplers_side_alone(string fault, string words)
    {
        var outcome = await RunAsync("--rig", $"sim:esp32?fault={fault}");
        Assert.True(outcome.Code == 4, outcome.Said);
        Assert.Contains(words, outcome.Stdout + outcome.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_that_needs_our_script_is_refused()
    {
        var outcome = await CommandOutcome.OfAsync("run", "--target", "none", "--test", "toggle", "--rig", "sim");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("needs our script", outcome.Stderr, StringComparison.Ordinal);
    }

    private Task<CommandOutcome> RunAsync(params string[] args) =>
        CommandOutcome.OfAsync(["run", "--target", "none", "-n", "200", "--seed", "7", "--json", "--out", _folder.Path, .. args]);
}
