using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>Whole runs of a board that times itself, with one wire and no sampler.</summary>
public sealed class SelfTimedRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sim:esp32", "rising", "ticks_cpu", 160_000_000)]
    [InlineData("sim:esp8266?seed=2", "falling", "ticks_cpu", 80_000_000)]
    [InlineData("sim:esp32c3", "both", "ticks_cpu", 160_000_000)]
    [InlineData("sim:pico", "rising", "ticks_us", 1_000_000)]
    public async Task A_run_says_that_it_is_self_timed_by_what_how_fine_and_how_far_off(string rig, string irq, string ticks, long tickHz)
    {
        var run = await RunAsync("--rig", rig, "--irq", irq, "--samples", "120", "--warmup", "10", "--seed", "4");
        Assert.True(run.Code == 0, run.Said);
        var (sampler, plan) = (run.Json["sampler"]!, run.Json["plan"]!);
        Assert.Equal(("self", ticks, tickHz), ((string?)sampler["kind"], (string?)sampler["ticks"], (long)sampler["tick_hz"]!));
        Assert.Equal((120, 120, 120), ((int)run.Json["counts"]!["stimuli"]!, (int)run.Json["counts"]!["matched"]!, (int)run.Json["counts"]!["callbacks"]!));
        Assert.Null(plan["response_pin"]);
        Assert.Equal((4, 5), ((int)plan["pin"]!, (int)plan["stimulus_pin"]!));
        Assert.Contains("Self-timed", (string)run.Json["warnings"]![0]!, StringComparison.Ordinal);
        // The uncertainty can't be finer than the clock, nor than what reading it costs.
        var (tickNs, biasNs) = (1e9 / tickHz, (double)sampler["bias_ns"]!);
        Assert.True((double)run.Json["uncertainty_ns"]!["single"]! >= Math.Max(tickNs / Math.Sqrt(6), biasNs / Math.Sqrt(3)));

        var folder = (string)run.Json["folder"]!;
        var rows = (await File.ReadAllLinesAsync(Path.Combine(folder, "latency.csv"), TestContext.Current.CancellationToken))[1..];
        Assert.Equal(130, rows.Length);
        Assert.All(rows, row => Assert.Contains("self_timed", row, StringComparison.Ordinal));
        Assert.True((await CommandOutcome.OfAsync("runs", "verify", folder)) is { Code: 0 });
        var again = await CommandOutcome.OfAsync("analyze", folder, "--json");
        Assert.Equal(run.Json["latency_ns"]!.ToJsonString(), again.Json["latency_ns"]!.ToJsonString());
        Assert.Equal(run.Json["uncertainty_ns"]!.ToJsonString(), again.Json["uncertainty_ns"]!.ToJsonString());
        var report = await CommandOutcome.OfAsync("report", folder, "-o", _folder.File("report"));
        Assert.True(report.Code == 0, report.Said);
        Assert.Contains("timed by the board itself", await File.ReadAllTextAsync(Directory.GetFiles(_folder.File("report"), "*.html").Single(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_file_and_another_one_does_not()
    {
        var (first, second, other) = (await CsvAsync("1"), await CsvAsync("1"), await CsvAsync("2"));
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public async Task Self_timed_runs_are_compared_among_themselves_and_never_with_a_samplers()
    {
        var (alone, timed) = (_folder.File("alone"), _folder.File("timed"));
        foreach (var (root, sampler) in new[] { (alone, "self"), (alone, "self"), (timed, null), (timed, null) })
        {
            var run = await CommandOutcome.OfAsync(["run", "--pin", "4", "--rig", "sim", "--samples", "60", "-o", root, .. sampler is null ? Array.Empty<string>() : ["--sampler", sampler]]);
            Assert.True(run.Code == 0, run.Said);
        }

        var mixed = await CommandOutcome.OfAsync("compare", alone, timed, "--json");
        Assert.Equal("not_comparable", (string?)mixed.Json["verdict"]);
        Assert.Contains(mixed.Json["reasons"]!.AsArray(), r => ((string)r!).Contains("sampler differs: self against pico", StringComparison.Ordinal));
        Assert.NotEqual("not_comparable", (string?)(await CommandOutcome.OfAsync("compare", alone, alone, "--json")).Json["verdict"]);
    }

    [Theory]
    [InlineData(4, "wire from GPIO5 to GPIO4", "--rig", "sim:esp32?fault=open:stimulus")]
    [InlineData(4, "wire from GPIO5 to GPIO4", "--rig", "sim:esp8266?wire=12:13")]
    [InlineData(2, "--stimulus-pin", "--rig", "sim", "--response-pin", "5")]
    [InlineData(2, "GPIO34", "--rig", "sim", "--stimulus-pin", "34")]
    [InlineData(2, "GPIO4", "--rig", "sim", "--stimulus-pin", "4")]
    [InlineData(2, "viper", "--rig", "sim", "--handler", "viper")]
    [InlineData(2, "extra keyword", "--rig", "sim", "--handler", "hard")]
    [InlineData(2, "schedule", "--rig", "sim", "--test", "schedule")]
    [InlineData(2, "toggle", "--rig", "sim", "--test", "toggle")]
    [InlineData(2, "--sim-truth", "--rig", "sim", "--sim-truth", "truth.csv")]
    public async Task What_can_not_be_is_refused(int code, string expected, params string[] args)
    {
        var run = await RunAsync(args);
        Assert.True(run.Code == code, run.Said);
        Assert.Contains(expected, run.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_board_on_a_port_is_measured_alone_interrupted_in_order_and_left_as_it_was()
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?wire=12:14&pace=real");
        string[] args = ["run", "--pin", "14", "--stimulus-pin", "12", "--sampler", "self", "--target", rig.Target, "--timeout", "10x", "--json", "-o", Path.Combine(rig.LockFolder, "captures")];
        await using var first = ToolProcess.Start(rig.LockFolder, [.. args, "--samples", "5000", "--warmup", "2"]);
        await first.UntilAsync(() => InterruptedRunTests.LogHolds(Path.Combine(rig.LockFolder, "captures"), 50));
        first.Interrupt();
        var interrupted = await first.OutcomeAsync();
        Assert.True(interrupted.Code == 130, interrupted.Said);
        Assert.Equal("partial", (string?)interrupted.Json["status"]);
        Assert.True((int)interrupted.Json["counts"]!["matched"]! > 5);
        var second = await rig.LatencyLabAsync([.. args, "--samples", "30", "--warmup", "2", "--gap", "2ms"]);
        Assert.True(second.Code == 0, second.Said);
        Assert.Equal(30, (int)second.Json["counts"]!["matched"]!);
    }

    private Task<CommandOutcome> RunAsync(params string[] args) => CommandOutcome.OfAsync(["run", "--pin", "4", "--sampler", "self", "-o", _folder.File("captures"), "--json", .. args]);

    private async Task<string> CsvAsync(string seed)
    {
        var run = await RunAsync("--rig", "sim", "--samples", "40", "--seed", seed);
        return await File.ReadAllTextAsync(Path.Combine((string)run.Json["folder"]!, "latency.csv"), TestContext.Current.CancellationToken);
    }
}
