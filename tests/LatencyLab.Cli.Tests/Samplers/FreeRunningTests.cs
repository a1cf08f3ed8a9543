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

    [Theory]
    [InlineData("--handler viper")]
    [InlineData("--script own.py")]
    [InlineData("--idle spin")]
    [InlineData("--load gc")]
    [InlineData("--cpu-freq 240MHz")]
    [InlineData("--gap 1ms", "replay:x.sr")]
    [InlineData("--burst 3", "sump:a0")]
    [InlineData("--pin 4", "sigrok-pico:a0")]
    [InlineData("--response-pin 5", "sigrok:driver=demo,samplerate=1M")]
    [InlineData("--force-pin", "replay:x.sr")]
    [InlineData("--seed 3", "replay:x.sr")]
    [InlineData("--wait 1s", "replay:x.sr")]
    [InlineData("--rig sim", "replay:x.sr")]
    [InlineData("--irq falling --edge rising", "replay:x.sr")]
    [InlineData("--load gc", "replay:x.sr")]
    public async Task What_would_do_nothing_is_refused_before_anything_is_opened(string options, string? sampler = null)
    {
        var outcome = await CommandOutcome.OfAsync(
            ["run", "--target", "none", "--out", _folder.Path, .. sampler is null ? new[] { "--rig", "sim" } : ["--sampler", sampler], .. options.Split(' ')]);
        Assert.True(outcome.Code == 2, outcome.Said);
        Assert.Contains($"{options.Split(' ')[0]} would do nothing", outcome.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capture_of_two_samplers_is_refused()
    {
        var outcome = await CommandOutcome.OfAsync("capture", "--rig", "sim", "--sampler", "replay:x.sr", "--channels", "2,3", "--duration", "1ms", "--out", _folder.Path);
        Assert.True(outcome.Code == 2, outcome.Said);
        Assert.Contains("Two samplers are named", outcome.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_line_that_floats_is_not_called_shorted()
    {
        // Each reading of a floating pin is a toss of a coin, and in one rig of sixteen four in a row follow the pulls: in this one.
        var outcome = await RunAsync("--rig", "sim:esp32?fault=open:response&seed=7");
        Assert.DoesNotContain("shorted", outcome.Said, StringComparison.Ordinal);
        Assert.Contains("Nothing matched", outcome.Said, StringComparison.Ordinal);
    }

    private Task<CommandOutcome> RunAsync(params string[] args) =>
        CommandOutcome.OfAsync(["run", "--target", "none", "-n", "200", "--seed", "7", "--json", "--out", _folder.Path, .. args]);
}
