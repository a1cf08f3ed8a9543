using System.Text.Json.Nodes;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>Whole runs over serial ports and TCP, as with boards on a bench.</summary>
public sealed class ServedRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--rig sim:esp8266")]
    [InlineData("--rig sim:esp32c3 --tcp 0")]
    public async Task Runs_follow_each_other_on_the_same_boards(string serve)
    {
        await using var rig = await ServedRig.StartAsync(serve.Split(' '));
        foreach (var irq in new[] { "rising", "both", "falling" })
        {
            var run = await rig.RunAsync("--irq", irq, "--samples", "100", "--json");
            Assert.True(run.Code == 0, run.Said);
            Assert.Equal("complete", (string?)run.Json["status"]);
            Assert.Equal(100, (int)run.Json["counts"]!["matched"]!);
            Assert.Equal(100, (int)run.Json["counts"]!["callbacks"]!);
            Assert.Equal(rig.Target, (string?)run.Json["target"]!["port"]);
        }
    }

    [Fact]
    public async Task A_slow_board_works_when_it_is_given_time()
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?slow=10");
        string[] args = ["run", "--pin", "4", "--target", rig.Target, "--sampler", rig.Sampler, "--samples", "50", "--json", "-o", _folder.Path];
        // Too little time is said to be that, and the board isn't left hanging.
        var impatient = await rig.LatencyLabAsync([.. args, "--timeout", "0.001x"]);
        Assert.True(impatient.Code == 3, impatient.Said);
        var patient = await rig.LatencyLabAsync([.. args, "--timeout", "10x"]);
        Assert.True(patient.Code == 0, patient.Said);
        Assert.Equal(50, (int)patient.Json["counts"]!["matched"]!);
    }

    [Theory]
    [InlineData("--pty", 10)]
    [InlineData("--tcp", 1)]
    public async Task Boards_at_a_tenth_of_real_speed_give_the_same_numbers(string door, int slow)
    {
        var quick = await EdgesOfAsync(door, "sim:esp32?seed=3", "3x");
        Assert.Equal(quick, await EdgesOfAsync(door, $"sim:esp32?seed=3&pace=0.1&slow={slow}", "10x"));
    }

    private static async Task<string> EdgesOfAsync(string door, string boards, string timeout)
    {
        await using var rig = await ServedRig.StartAsync(["--rig", boards, .. door == "--tcp" ? ["--tcp", "0"] : Array.Empty<string>()]);
        var csv = Path.Combine(rig.LockFolder, "latency.csv");
        var run = await rig.LatencyLabAsync(
            "run", "--pin", "4", "--target", rig.Target, "--sampler", rig.Sampler, "--samples", "60", "--warmup", "5", "--gap", "2ms+2ms", "--seed", "9", "--json",
            "--csv", csv, "--timeout", timeout, "-o", Path.Combine(rig.LockFolder, "captures"));
        Assert.True(run.Code == 0, run.Said);
        Assert.Equal(60, (int)run.Json["counts"]!["matched"]!);
        // All but the run's name.
        return string.Join('\n', (await File.ReadAllLinesAsync(csv, TestContext.Current.CancellationToken)).Select(l => l[(l.IndexOf(',', StringComparison.Ordinal) + 1)..]));
    }

    [Fact]
    public async Task A_stored_calibration_is_stated_with_its_age_and_moves_no_time()
    {
        string[] args = ["run", "--pin", "4", "--rig", "sim:esp32?ppm=50", "--samples", "100", "--seed", "3"];
        var plain = await ToolProcess.RunAsync(_folder.Path, [.. args, "--json"]);
        Assert.Equal(30, (double)plain.Json["sampler"]!["clock_ppm_limit"]!);
        Assert.Null(plain.Json["sampler"]!["clock_ppm"]);
        var uid = (string)plain.Json["sampler"]!["uid"]!;
        var store = Directory.CreateDirectory(_folder.File(Path.Combine("config", "latencylab", "calibration"))).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(store, uid + ".json"),
            $$"""{"schema": "latencylab.calibration/1", "uid": "{{uid}}", "clock_ppm": 49.5, "uncertainty_ppm": 0.25, "seconds": 60.1, "utc": "{{DateTime.UtcNow.AddDays(-12.5):s}}Z", "host_synchronised": true}""",
            TestContext.Current.CancellationToken);
        var calibrated = await ToolProcess.RunAsync(_folder.Path, [.. args, "--json"]);
        var sampler = calibrated.Json["sampler"]!;
        Assert.Equal((49.5, 51.0, 0.25), ((double)sampler["clock_ppm"]!, (double)sampler["clock_ppm_limit"]!, (double)sampler["clock_calibration"]!["uncertainty_ppm"]!));
        Assert.Equal(plain.Json["latency_ns"]!.ToJsonString(), calibrated.Json["latency_ns"]!.ToJsonString());
        Assert.True((double)calibrated.Json["uncertainty_ns"]!["systematic"]! > (double)plain.Json["uncertainty_ns"]!["systematic"]!);
        Assert.Contains("+49.5 ± 0.5 ppm (k = 2), measured 12 days before", (await ToolProcess.RunAsync(_folder.Path, args)).Stdout, StringComparison.Ordinal);

        var timer = await ToolProcess.RunAsync(_folder.Path, "run", "--test", "timer", "--rig", "sim:esp32?ppm=50", "--samples", "50");
        Assert.Contains("+49.5 ± 0.5 ppm (k = 2)", timer.Stdout, StringComparison.Ordinal);

        // The edges carry it as their time base does, and their analysis gives the run's own uncertainty.
        var again = await ToolProcess.RunAsync(_folder.Path, "analyze", (string)calibrated.Json["folder"]!, "--json");
        Assert.Equal(calibrated.Json["uncertainty_ns"]!.ToJsonString(), again.Json["uncertainty_ns"]!.ToJsonString());
        Assert.Equal(calibrated.Json["latency_ns"]!.ToJsonString(), again.Json["latency_ns"]!.ToJsonString());

        var capture = await ToolProcess.RunAsync(_folder.Path, "capture", "--channels", "2,3", "--duration", "100ms", "--sampler", "sim:pico", "--json");
        Assert.Equal(49.5, (double)capture.Json["sampler"]!["clock_ppm"]!);
    }

    [Fact]
    public async Task Repeats_are_runs_of_their_own_with_their_own_seeds_and_one_label()
    {
        var first = await SeriesAsync("one");
        var second = await SeriesAsync("two");
        Assert.Equal(3, first.Length);
        Assert.Equal(3, first.Select(r => (long)r["plan"]!["seed"]!).Distinct().Count());
        Assert.Equal([1, 2, 3], first.Select(r => (int)r["plan"]!["repeat_index"]!));
        Assert.All(first, r => Assert.Equal("mine", (string?)r["plan"]!["label"]));
        Assert.All(first, r => Assert.Equal("complete", (string?)r["status"]));
        // One seed fixes the whole series.
        Assert.Equal(first.Select(r => r["latency_ns"]!.ToJsonString()), second.Select(r => r["latency_ns"]!.ToJsonString()));
        Assert.Equal(3, first.Select(r => r["latency_ns"]!["mean"]!.ToJsonString()).Distinct().Count());
    }

    [Fact]
    public async Task Files_are_where_the_user_asked_for_them()
    {
        var (root, csv) = (_folder.File("results"), _folder.File("latencies.csv"));
        var run = await CommandOutcome.OfAsync("run", "--pin", "4", "--rig", "sim", "--samples", "100", "--csv", csv, "--keep-log", "-o", root, "--json");
        Assert.True(run.Code == 0, run.Said);
        var folder = Assert.Single(Directory.GetDirectories(root));
        Assert.Equal((string?)run.Json["run_id"], Path.GetFileName(folder));
        Assert.Equal(
            ["edges.llc", "edges.parquet", "histogram.png", "latency.csv", "run.json", "summary.csv", "waveform.png"],
            Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(folder, "latency.csv"), TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(csv, TestContext.Current.CancellationToken));
        Assert.Equal(run.Stdout, await File.ReadAllTextAsync(Path.Combine(folder, "run.json"), TestContext.Current.CancellationToken));
        Assert.Equal(0, (await CommandOutcome.OfAsync("runs", "verify", folder)).Code);

        var without = await CommandOutcome.OfAsync("run", "--pin", "4", "--rig", "sim", "--samples", "100", "-o", root);
        Assert.Equal(0, without.Code);
        Assert.Single(Directory.GetFiles(root, "edges.llc", SearchOption.AllDirectories));
        var lines = without.Stdout.TrimEnd('\n').Split('\n');
        Assert.StartsWith("SIMULATED", lines[0], StringComparison.Ordinal);
        Assert.Contains("files in " + root, lines[^1], StringComparison.Ordinal);
        Assert.Contains("next: latencylab", lines[^1], StringComparison.Ordinal);
    }

    private async Task<JsonNode[]> SeriesAsync(string root)
    {
        var outcome = await CommandOutcome.OfAsync("run", "--pin", "4", "--rig", "sim", "--samples", "100", "--repeat", "3", "--seed", "11", "--label", "mine", "-o", _folder.File(root));
        Assert.True(outcome.Code == 0, outcome.Said);
        return [.. Directory.GetFiles(_folder.File(root), "run.json", SearchOption.AllDirectories).Select(f => JsonNode.Parse(File.ReadAllText(f))!).OrderBy(r => (int)r["plan"]!["repeat_index"]!)];
    }
}
