using System.Text.Json.Nodes;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>The same numbers come out of a run, of its files, and of the same run once more.</summary>
public sealed class RepeatabilityTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sim", "--irq rising")]
    [InlineData("sim:esp8266?load=gc", "--irq both")]
    [InlineData("sim:esp8266?load=wifi", "--gap 200us+200us")]
    [InlineData("sim:esp32?fault=drop:0.1", "--irq rising")]
    [InlineData("sim:esp32?fault=flip:1e-4,reorder:0.05", "--irq both --gap 300us+300us")]
    [InlineData("sim:esp32?fault=stuck@100", "--irq rising")]
    [InlineData("sim:esp32?fault=overrun@100", "--irq falling")]
    [InlineData("sim:esp32?fault=unplug@150", "--irq rising")]
    [InlineData("sim:rp2040", "--handler hard --min-latency 1us --window 2ms")]
    [InlineData("sim:esp32?fault=drop:0.1", "--limit 80us")]
    [InlineData("sim", "--sampler self --limit 60us")]
    public async Task Analyzing_a_run_folder_gives_its_numbers_bit_for_bit(string rig, string options)
    {
        var run = await MeasureAsync(rig, options);
        var analysis = await CommandOutcome.OfAsync("analyze", (string)run.Json["folder"]!, "--json");
        Assert.True(analysis.Code == 0, analysis.Said);
        Assert.Equal("latencylab.analysis/1", (string?)analysis.Json["schema"]);
        var counts = run.Json["counts"]!.AsObject();
        // Only the target knows its callbacks.
        counts.Remove("callbacks");
        Assert.Equal(counts.ToJsonString(), analysis.Json["counts"]!.ToJsonString());
        foreach (var member in new[] { "latency_ns", "by_edge", "uncertainty_ns", "details_ns" })
        {
            Assert.Equal(run.Json[member]?.ToJsonString(), analysis.Json[member]?.ToJsonString());
        }
    }

    [Theory]
    [InlineData("sim", "--irq rising")]
    [InlineData("sim:esp8266?load=wifi&fault=drop:0.05,flip:1e-5", "--irq both --gap 400us+300us")]
    public async Task The_same_seed_gives_the_same_latencies(string rig, string options)
    {
        var first = await MeasureAsync(rig, options);
        var second = await MeasureAsync(rig, options);
        Assert.NotEqual((string)first.Json["run_id"]!, (string)second.Json["run_id"]!);
        Assert.Equal(Latencies(first.Json), Latencies(second.Json));
        Assert.NotEqual(Latencies(first.Json), Latencies((await MeasureAsync(rig, options + " --seed 8")).Json));
    }

    [Fact]
    public async Task How_the_links_cut_the_bytes_into_pieces_changes_nothing()
    {
        const string rig = "sim:esp32?fault=drop:0.03,flip:1e-5";
        var direct = await MeasureAsync(rig, "--irq both");
        foreach (var largest in new[] { 1, 7, 1000 })
        {
            await using var served = await ServedRig.StartAsync("--rig", rig.Split('?')[0], "--sampler", "sim:pico?" + rig.Split('?')[1], "--tcp", "0");
            await using var target = ChoppingRelay.Start(served.Target, largest);
            await using var sampler = ChoppingRelay.Start(served.Sampler, largest);
            var run = await served.LatencyLabAsync(
                "run", "--pin", "4", "--seed", "7", "--samples", "200", "--irq", "both", "--max-excluded", "100", "--timeout", "20x",
                "--target", target.Selector, "--sampler", sampler.Selector, "--json", "-o", _folder.Path);
            Assert.True(run.Code == 0, run.Said);
            Assert.Equal(Latencies(direct.Json), Latencies(run.Json));
        }
    }

    private static string[] Latencies(JsonNode run) =>
        [.. File.ReadAllLines(Path.Combine((string)run["folder"]!, "latency.csv")).Select(line => line[(line.IndexOf(',', StringComparison.Ordinal) + 1)..])];

    private Task<CommandOutcome> MeasureAsync(string rig, string options) => CommandOutcome.OfAsync(
        ["run", "--pin", "4", "--rig", rig, .. options.Contains("--seed", StringComparison.Ordinal) ? Array.Empty<string>() : ["--seed", "7"], "--samples", "200",
            .. options.Split(' '), "--max-excluded", "100", "--json", "-o", _folder.Path]);
}
