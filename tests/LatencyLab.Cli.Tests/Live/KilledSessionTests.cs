using System.Text.Json.Nodes;
using LatencyLab.Cli.Tests.Runs;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Live;

/// <summary>A live session killed between any two of its writes: whatever came back is true, and what didn't is named.</summary>
public sealed class KilledSessionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Counts_newer_than_the_document_are_those_that_come_back(bool countedBefore, bool edgesStored)
    {
        var (folder, whole) = await SessionAsync();
        Rewrite(folder, run =>
        {
            run["counts"] = countedBefore ? Fewer(run["counts"]!) : null;
            run["latency_ns"] = countedBefore ? run["latency_ns"] : null;
        });
        if (!edgesStored)
        {
            File.Delete(Path.Combine(folder, "edges.parquet"));
            File.WriteAllText(Path.Combine(folder, "edges.parquet.partial"), "cut");
        }

        var recovered = await CommandOutcome.OfAsync("runs", "recover", folder);
        Assert.True(recovered.Code == 0, recovered.Said);
        Assert.Contains("restored from latency-counts.csv", recovered.Said, StringComparison.Ordinal);
        var run = Document(folder);
        Assert.Equal(("partial", "killed"), ((string?)run["status"], (string?)run["live"]!["end"]));
        foreach (var count in new[] { "stimuli", "matched", "late", "missed", "excluded" })
        {
            Assert.Equal((long)whole["counts"]![count]!, (long)run["counts"]![count]!);
        }

        foreach (var statistic in new[] { "min", "p50", "p99", "max", "mean" })
        {
            Assert.Equal((double)whole["latency_ns"]![statistic]!, (double)run["latency_ns"]![statistic]!);
        }

        Assert.Null(run["counts"]!["callbacks"]);
        Assert.Contains(run["warnings"]!.AsArray(), w => ((string)w!).Contains("couldn't be restored", StringComparison.Ordinal));
        Assert.Equal(edgesStored ? whole["live"]!["kept"]!.ToJsonString() : null, run["live"]!["kept"]?.ToJsonString());
        Assert.Empty(Directory.GetFiles(folder, "*.partial"));
        await AssertSoundAsync(folder);
    }

    [Fact]
    public async Task A_session_killed_before_it_counted_says_so()
    {
        var (folder, _) = await SessionAsync();
        Rewrite(folder, run => (run["counts"], run["latency_ns"]) = (null, null));
        File.Delete(Path.Combine(folder, "latency-counts.csv"));
        File.Delete(Path.Combine(folder, "edges.parquet"));
        var recovered = await CommandOutcome.OfAsync("runs", "recover", folder);
        Assert.True(recovered.Code == 0, recovered.Said);
        Assert.Contains("before anything was counted", recovered.Said, StringComparison.Ordinal);
        Assert.Null(Document(folder)["counts"]);
        await AssertSoundAsync(folder);
    }

    [Fact]
    public async Task Counts_that_cannot_be_read_leave_those_of_the_document_and_verify_tells()
    {
        var (folder, whole) = await SessionAsync();
        Rewrite(folder, _ => { });
        File.WriteAllText(Path.Combine(folder, "latency-counts.csv"), "nonsense\n");
        var recovered = await CommandOutcome.OfAsync("runs", "recover", folder);
        Assert.True(recovered.Code == 0, recovered.Said);
        Assert.Contains("latency-counts.csv can't be read", recovered.Said, StringComparison.Ordinal);
        Assert.Equal((long)whole["counts"]!["stimuli"]!, (long)Document(folder)["counts"]!["stimuli"]!);
        Assert.Equal(6, (await CommandOutcome.OfAsync("runs", "verify", folder)).Code);
    }

    [Fact]
    public async Task A_session_that_goes_on_is_left_alone()
    {
        var (folder, _) = await SessionAsync();
        Rewrite(folder, _ => { });
        using (File.Open(Path.Combine(folder, "session.lock"), FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            var refused = await CommandOutcome.OfAsync("runs", "recover", folder);
            Assert.True(refused.Code == 6, refused.Said);
            Assert.Contains("still being recorded", refused.Said, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await CommandOutcome.OfAsync("runs", "recover", folder)).Code);
        Assert.False(File.Exists(Path.Combine(folder, "session.lock")));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(string Folder, JsonNode Whole)> SessionAsync()
    {
        var truth = _folder.File("truth.csv");
        var outcome = await CommandOutcome.OfAsync(
            "live", "--pin", "4", "--rig", "sim:esp32?load=gc", "--duration", "15s", "--seed", "5", "--sim-truth", truth, "--json", "-o", _folder.File("captures"));
        Assert.True(outcome.Code == 0, outcome.Said);
        var folder = (string)outcome.Json["folder"]!;
        Assert.Equal(File.ReadAllText(truth), File.ReadAllText(Path.Combine(folder, "latency-counts.csv")));
        Assert.False(File.Exists(Path.Combine(folder, "session.lock")));
        return (folder, outcome.Json);
    }

    // The document as the last minute left it.
    private static void Rewrite(string folder, Action<JsonNode> change)
    {
        var run = Document(folder);
        run["status"] = "partial";
        run["reasons"] = new JsonArray("still being recorded, or the process was killed");
        run["counts"]!["callbacks"] = null;
        run["live"]!["end"] = "going on";
        run["live"]!["kept"] = null;
        change(run);
        File.WriteAllText(Path.Combine(folder, "run.json"), run.ToJsonString());
    }

    private static JsonNode Fewer(JsonNode counts)
    {
        var fewer = counts.DeepClone();
        fewer["stimuli"] = 10;
        (fewer["matched"], fewer["late"], fewer["missed"], fewer["excluded"]) = (10, 0, 0, 0);
        return fewer;
    }

    private static async Task AssertSoundAsync(string folder)
    {
        var verified = await CommandOutcome.OfAsync("runs", "verify", folder);
        Assert.True(verified.Code == 0, verified.Said);
        var shown = await CommandOutcome.OfAsync("runs", "show", folder);
        Assert.True(shown.Code == 0, shown.Said);
        Assert.Empty((await CommandOutcome.OfAsync("runs", "recover", folder, "--json")).Json["steps"]?.AsArray() ?? []);
    }

    private static JsonNode Document(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "run.json")))!;
}
