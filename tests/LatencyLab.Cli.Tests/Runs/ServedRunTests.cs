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
