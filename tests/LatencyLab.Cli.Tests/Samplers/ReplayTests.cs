using LatencyLab.Cli.Tests.Runs;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Samplers;

/// <summary>Captures as samplers: what comes out is what <c>analyze</c> says of the same file.</summary>
public sealed class ReplayTests : IDisposable
{
    private static readonly string Keil = Path.Combine(Repository.Root, "captures", "keil_mcb2140_idle.sr");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_replayed_capture_has_the_numbers_of_its_analysis()
    {
        var replayed = await RunAsync($"replay:{Keil}", "--pair", "TCK:RTCK", "--limit", "300ns");
        var analysed = await CommandOutcome.OfAsync("analyze", Keil, "--pair", "TCK:RTCK", "--limit", "300ns", "--json");
        Assert.True(replayed.Code == 0, replayed.Said);
        foreach (var count in new[] { "stimuli", "matched", "late", "missed", "excluded", "extra", "spurious" })
        {
            Assert.Equal((long)analysed.Json["counts"]![count]!, (long)replayed.Json["counts"]![count]!);
        }

        Assert.Equal(analysed.Json["latency_ns"]!.ToJsonString(), replayed.Json["latency_ns"]!.ToJsonString());
        Assert.Equal(analysed.Json["uncertainty_ns"]!.ToJsonString(), replayed.Json["uncertainty_ns"]!.ToJsonString());
        var folder = await CommandOutcome.OfAsync("analyze", (string)replayed.Json["folder"]!, "--json");
        Assert.Equal(replayed.Json["latency_ns"]!.ToJsonString(), folder.Json["latency_ns"]!.ToJsonString());
        Assert.NotNull(analysed.Json["details_ns"]!["limit"]);
        Assert.Equal(analysed.Json["details_ns"]!.ToJsonString(), replayed.Json["details_ns"]!.ToJsonString());
        Assert.Equal(analysed.Json["details_ns"]!.ToJsonString(), folder.Json["details_ns"]!.ToJsonString());
        Assert.Equal("replay", (string?)replayed.Json["sampler"]!["kind"]);
        var report = await CommandOutcome.OfAsync("report", (string)replayed.Json["folder"]!, "--format", "md");
        Assert.Contains("### Response time, pin to pin", await File.ReadAllTextAsync(report.Stdout.Trim(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False((bool)replayed.Json["simulated"]!);
    }

    [Fact]
    public async Task As_many_stimuli_count_as_were_asked_for_and_fewer_are_refused()
    {
        var some = await RunAsync($"replay:{Keil}", "--pair", "TCK:RTCK", "--samples", "100", "--warmup", "7");
        Assert.True(some.Code == 0, some.Said);
        Assert.Equal(100, (long)some.Json["counts"]!["stimuli"]!);
        var more = await RunAsync($"replay:{Keil}", "--pair", "TCK:RTCK", "--samples", "100000");
        Assert.True(more.Code == 4, more.Said);
        Assert.Contains("100000 stimuli were asked for", more.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capture_can_be_cut_but_not_stretched()
    {
        var cut = await CaptureAsync($"replay:{Keil}?speed=20", "--duration", "1s");
        Assert.True(cut.Code == 0, cut.Said);
        var stretched = await CaptureAsync($"replay:{Keil}", "--duration", "1h");
        Assert.True(stretched.Code == 4, stretched.Said);
        Assert.Contains("were asked for", stretched.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replayed_simulation_stays_simulated()
    {
        var run = await CommandOutcome.OfAsync("run", "--target", "none", "--rig", "sim", "-n", "50", "--warmup", "0", "--seed", "5", "--json", "--out", _folder.Path);
        var replayed = await RunAsync($"replay:{(string)run.Json["folder"]!}");
        Assert.True(replayed.Code == 0, replayed.Said);
        Assert.True((bool)replayed.Json["simulated"]!);
        Assert.Equal((double)run.Json["latency_ns"]!["max"]!, (double)replayed.Json["latency_ns"]!["max"]!);
    }

    [Theory]
    [InlineData("replay:", 2)]
    [InlineData("replay:nosuch.sr", 6)]
    [InlineData("replay:{keil}?speed=fast", 2)]
    [InlineData("replay:{keil}?pace=1", 2)]
    public async Task What_cannot_be_replayed_is_refused(string sampler, int code) =>
        Assert.Equal(code, (await RunAsync(sampler.Replace("{keil}", Keil, StringComparison.Ordinal), "--pair", "TCK:RTCK")).Code);

    [Fact]
    public async Task A_board_with_our_script_needs_a_sampler_that_fires()
    {
        var outcome = await CommandOutcome.OfAsync("run", "--pin", "4", "--sampler", $"replay:{Keil}");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("only listens", outcome.Stderr, StringComparison.Ordinal);
    }

    private Task<CommandOutcome> RunAsync(string sampler, params string[] args) =>
        CommandOutcome.OfAsync(["run", "--target", "none", "--sampler", sampler, "--json", "--out", _folder.Path, .. args]);

    private Task<CommandOutcome> CaptureAsync(string sampler, params string[] args) =>
        CommandOutcome.OfAsync(["capture", "--sampler", sampler, "--channels", "TCK,RTCK", "--json", "--out", _folder.Path, .. args]);
}
