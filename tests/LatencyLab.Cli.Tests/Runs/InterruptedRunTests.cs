using System.Text.Json.Nodes;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>Ctrl-C and SIGTERM in mid-run: what was measured is kept, and the boards are free at once.</summary>
public sealed class InterruptedRunTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_is_stopped_is_kept_and_the_boards_serve_the_next(bool terminated)
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?pace=real");
        var captures = Path.Combine(rig.LockFolder, "captures");
        await using var run = rig.StartRun("--samples", "5000", "--warmup", "0", "--json");
        await run.UntilAsync(() => LogHolds(captures, 1500));
        if (terminated)
        {
            run.Terminate();
        }
        else
        {
            run.Interrupt();
        }

        var outcome = await run.OutcomeAsync();
        Assert.True(outcome.Code == 130, outcome.Said);
        Assert.Equal("latencylab.run/1", (string?)outcome.Json["schema"]);
        AssertKept(outcome.Json);
        var verified = await rig.LatencyLabAsync("runs", "verify", (string)outcome.Json["folder"]!);
        Assert.True(verified.Code == 0, verified.Said);

        var next = await rig.RunAsync("--samples", "100", "--gap", "2ms", "--json");
        Assert.True(next.Code == 0, next.Said);
        Assert.Equal("complete", (string?)next.Json["status"]);
        Assert.Equal(100, (int)next.Json["counts"]!["matched"]!);
    }

    [Fact]
    public async Task A_series_that_is_stopped_makes_no_further_runs()
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?pace=real");
        var captures = Path.Combine(rig.LockFolder, "captures");
        await using var run = rig.StartRun("--samples", "5000", "--repeat", "5");
        // The head of a log alone has more than 500 bytes: without an edge nothing is kept.
        await run.UntilAsync(() => LogHolds(captures, 2000));
        run.Interrupt();
        var outcome = await run.OutcomeAsync();
        Assert.True(outcome.Code == 130, outcome.Said);
        Assert.Single(Directory.GetDirectories(captures));
    }

    /// <summary>True when some run under a root has flushed so many bytes of edges.</summary>
    internal static bool LogHolds(string root, long bytes) =>
        Directory.Exists(root) && Directory.EnumerateFiles(root, "edges.llc", SearchOption.AllDirectories).Any(f => new FileInfo(f).Length >= bytes);

    private static void AssertKept(JsonNode run)
    {
        var folder = (string)run["folder"]!;
        Assert.True((string?)run["status"] == "partial", run["reasons"]!.ToJsonString());
        var stored = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "run.json")))!;
        Assert.Equal("partial", (string?)stored["status"]);
        Assert.NotEmpty(stored["reasons"]!.AsArray());
        Assert.True((int)run["counts"]!["matched"]! > 0);
        Assert.InRange((int)run["counts"]!["stimuli"]!, 1, 4999);
        foreach (var file in new[] { "edges.parquet", "latency.csv", "summary.csv" })
        {
            Assert.True(File.Exists(Path.Combine(folder, file)), file);
        }
    }
}
