using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>kill -9 in mid-run: what was flushed comes back, marked partial, and the next run works.</summary>
public sealed class KilledRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Captures => _folder.File("captures");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_flushed_comes_back_marked_partial()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Processes are killed as Linux does it.");
        // The same seed gives the same edges: a whole run says what the killed ones must have seen.
        var whole = await CommandOutcome.OfAsync("run", "--pin", "4", "--rig", "sim", "--seed", "3", "--samples", "600", "--warmup", "0", "--json", "-o", _folder.File("whole"));
        var expected = CsvRow.Read(Path.Combine((string)whole.Json["folder"]!, "latency.csv"));
        var random = new Random(4);
        for (var round = 0; round < (Tool.LongRuns ? 40 : 3); round++)
        {
            await using var tool = ToolProcess.Start(
                _folder.Path, "run", "--pin", "4", "--rig", "sim:esp32?pace=real", "--seed", "3", "--samples", "600", "--warmup", "0", "-o", Captures);
            string? log = null;
            await tool.UntilAsync(() => (log = Directory.Exists(Captures) ? Directory.EnumerateFiles(Captures, "edges.llc", SearchOption.AllDirectories).FirstOrDefault() : null) is not null);
            var atLeast = random.Next(2000, 8000);
            await tool.UntilAsync(() => new FileInfo(log!).Length >= atLeast);
            tool.Kill();
            await tool.OutcomeAsync();
            await AssertRecoverableAsync(Path.GetDirectoryName(log)!, expected);
            Directory.Delete(Captures, recursive: true);
        }
    }

    [Fact]
    public async Task Boards_whose_host_was_killed_serve_the_next_run()
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?pace=real");
        await using (var killed = rig.StartRun("--samples", "3000"))
        {
            await killed.UntilAsync(() => InterruptedRunTests.LogHolds(Path.Combine(rig.LockFolder, "captures"), 2000));
            killed.Kill();
            await killed.OutcomeAsync();
        }

        var next = await rig.RunAsync("--samples", "100", "--gap", "2ms", "--json");
        Assert.True(next.Code == 0, next.Said);
        Assert.Equal(100, (int)next.Json["counts"]!["matched"]!);
    }

    private static async Task AssertRecoverableAsync(string folder, IReadOnlyList<CsvRow> expected)
    {
        var verified = await CommandOutcome.OfAsync("runs", "verify", folder, "--json");
        Assert.True(verified.Code == 6, verified.Said);
        var recovered = await CommandOutcome.OfAsync("runs", "recover", folder, "--json");
        Assert.True(recovered.Code == 0, recovered.Said);
        verified = await CommandOutcome.OfAsync("runs", "verify", folder);
        Assert.True(verified.Code == 0, verified.Said);
        var shown = await CommandOutcome.OfAsync("runs", "show", folder, "--json");
        Assert.Equal("partial", (string?)shown.Json["status"]);
        Assert.False(File.Exists(Path.Combine(folder, "edges.llc")));

        var again = Path.Combine(folder, "again.csv");
        var analysis = await CommandOutcome.OfAsync("analyze", folder, "--csv", again, "--json");
        Assert.True(analysis.Code == 0, analysis.Said);
        var rows = CsvRow.Read(again);
        // Nothing is known to be whole after the last watermark that was flushed: a heartbeat of 100 ms, some 7 stimuli, and what was on its way.
        var sure = rows.TakeWhile(r => r["status"] != "excluded").ToArray();
        Assert.True(sure.Length > 0, $"nothing of {rows.Count} stimuli is sure");
        Assert.InRange(rows.Count - sure.Length, 0, 40);
        foreach (var (row, truth) in sure.Zip(expected))
        {
            Assert.Equal(truth["stimulus_ticks"], row["stimulus_ticks"]);
            Assert.Equal(truth["response_ticks"], row["response_ticks"]);
            Assert.Equal(truth["status"], row["status"]);
        }
    }
}
