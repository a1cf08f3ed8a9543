using System.Text.Json.Nodes;
using LatencyLab.Cli.Tests.Runs;

namespace LatencyLab.Cli.Tests.Live;

/// <summary>Ctrl-C, SIGTERM and kill on a session that goes on.</summary>
public sealed class LiveSignalTests
{
    [Theory]
    [InlineData("--until-stop", false, 0, "complete")]
    [InlineData("--until-stop", true, 0, "complete")]
    [InlineData("--duration 1h", false, 130, "partial")]
    public async Task A_session_that_is_stopped_gives_its_numbers(string end, bool terminated, int code, string status)
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?pace=real");
        await using var live = Start(rig, [.. end.Split(' '), "--json"]);
        await live.UntilAsync(() => Counted(rig) > 0);
        if (terminated)
        {
            live.Terminate();
        }
        else
        {
            live.Interrupt();
        }

        var outcome = await live.OutcomeAsync();
        Assert.True(outcome.Code == code, outcome.Said);
        Assert.Equal((status, "stopped"), ((string?)outcome.Json["status"], (string?)outcome.Json["live"]!["end"]));
        // The answer to the last stimulus may lie behind the end.
        var matched = (long)outcome.Json["counts"]!["matched"]!;
        Assert.InRange((long)outcome.Json["counts"]!["callbacks"]!, matched, matched + 1);
        Assert.True((long)outcome.Json["live"]!["kept"]!["edges"]![0]! > 0);

        var next = await rig.RunAsync("--samples", "50", "--gap", "2ms", "--json");
        Assert.True(next.Code == 0, next.Said);
    }

    [Fact]
    public async Task A_second_interrupt_ends_at_once_and_what_was_counted_is_there()
    {
        // A target that never answers: to end in order takes minutes, so that the second one surely comes in between.
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?pace=real&fault=hang@100");
        await using var live = Start(rig, "--until-stop");
        await live.UntilAsync(() => Counted(rig) > 0);
        live.Interrupt();
        await Task.Delay(500, TestContext.Current.CancellationToken);
        live.Interrupt();
        var outcome = await live.OutcomeAsync();
        Assert.True(outcome.Code == 130, outcome.Said);
        Assert.Contains("stopped at once", outcome.Stderr, StringComparison.Ordinal);
        Assert.Equal("partial", (string?)Document(rig)!["status"]);

        var next = await rig.RunAsync("--samples", "50", "--gap", "2ms", "--json");
        Assert.True(next.Code == 0, next.Said);
    }

    [Fact]
    public async Task A_killed_session_leaves_the_counts_of_its_last_minute()
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?pace=real");
        await using var live = Start(rig, "--until-stop");
        await live.UntilAsync(() => Counted(rig) > 0);
        live.Kill();
        await live.OutcomeAsync();
        var folder = Directory.GetDirectories(Path.Combine(rig.LockFolder, "captures")).Single();
        var recovered = await rig.LatencyLabAsync("runs", "recover", folder);
        Assert.True(recovered.Code == 0, recovered.Said);
        var run = Document(rig)!;
        Assert.Equal(("partial", "killed"), ((string?)run["status"], (string?)run["live"]!["end"]));
        Assert.True((long)run["counts"]!["stimuli"]! > 0);
        var verified = await rig.LatencyLabAsync("runs", "verify", folder);
        Assert.True(verified.Code == 0, verified.Said);
    }

    private static ToolProcess Start(ServedRig rig, params string[] options) => ToolProcess.Start(
        rig.LockFolder, ["live", "--pin", "4", "--target", rig.Target, "--sampler", rig.Sampler, "--timeout", "10x", "-o", Path.Combine(rig.LockFolder, "captures"), .. options]);

    private static long Counted(ServedRig rig) => (long?)Document(rig)?["counts"]?["stimuli"] ?? 0;

    private static JsonNode? Document(ServedRig rig)
    {
        var root = Path.Combine(rig.LockFolder, "captures");
        var file = Directory.Exists(root) ? Directory.EnumerateFiles(root, "run.json", SearchOption.AllDirectories).FirstOrDefault() : null;
        return file is null ? null : JsonNode.Parse(File.ReadAllText(file));
    }
}
