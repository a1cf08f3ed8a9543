using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>
/// The host and its disk misbehave in mid-run: no wrong number, no silent loss, no hang, and the next start works. LATENCYLAB_LONG=1 makes 200 of
/// each random moment.
/// </summary>
public sealed class HostFaultTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_host_that_was_suspended_for_ten_seconds_ends_its_run_without_a_wrong_number()
    {
        string[] plan = ["--seed", "3", "--samples", "200", "--warmup", "0", "--json"];
        var whole = await CommandOutcome.OfAsync(["run", "--pin", "4", "--rig", "sim", "-o", _folder.File("whole"), .. plan]);
        Assert.True(whole.Code == 0, whole.Said);
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?pace=real");
        await using var run = rig.StartRun(plan);
        await run.UntilAsync(() => InterruptedRunTests.LogHolds(Path.Combine(rig.LockFolder, "captures"), 500));
        run.Suspend();
        await Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        run.Resume();
        var outcome = await run.OutcomeAsync();
        Assert.True(outcome.Code == 0, outcome.Said);
        AssertNothingWrong(whole, outcome);
        var next = await rig.RunAsync("--samples", "50", "--gap", "2ms");
        Assert.True(next.Code == 0, next.Said);
    }

    [Fact]
    public async Task A_folder_that_is_removed_in_mid_run_is_an_error_of_storage_and_the_next_run_works()
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?pace=real");
        var captures = Path.Combine(rig.LockFolder, "captures");
        await using var run = rig.StartRun("--samples", "150", "--warmup", "0", "--json");
        await run.UntilAsync(() => InterruptedRunTests.LogHolds(captures, 500));
        Directory.Delete(captures, recursive: true);
        var outcome = await run.OutcomeAsync();
        Assert.True(outcome.Code == 6, outcome.Said);
        Assert.Equal("latencylab.error/1", (string?)outcome.Json["schema"]);
        Assert.NotNull((string?)outcome.Json["where"]);
        var next = await rig.RunAsync("--samples", "50", "--gap", "2ms");
        Assert.True(next.Code == 0, next.Said);
    }

    [Fact]
    public async Task A_disk_that_takes_a_quarter_of_a_second_for_each_flush_costs_time_and_no_edge()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "strace is Linux's.");
        string[] plan = ["run", "--pin", "4", "--rig", "sim", "--seed", "3", "--samples", "100", "--warmup", "0", "--json", "-o"];
        var fast = await CommandOutcome.OfAsync([.. plan, _folder.File("fast")]);
        Assert.True(fast.Code == 0, fast.Said);
        string[] strace = [Tool.Require("strace"), "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync,pwrite64", "-e", "inject=fsync,fdatasync:delay_enter=250000", "-e", "inject=pwrite64:delay_enter=20000"];
        await using var tool = ToolProcess.StartUnder(strace, _folder.Path, [.. plan, _folder.File("slow")]);
        var slow = await tool.OutcomeAsync();
        Assert.SkipWhen(slow.Stderr.Contains("ptrace", StringComparison.OrdinalIgnoreCase), "This machine lets nobody trace.");
        Assert.True(slow.Code == 0, slow.Said);
        Assert.Equal(LatencyCsv(fast), LatencyCsv(slow));
    }

    [Fact]
    public async Task A_link_that_is_cut_at_any_byte_of_a_run_is_a_typed_error_and_what_is_kept_says_that_it_is_partial()
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32", "--tcp", "0");
        var random = new Random(9);
        var whole = await RunThroughAsync(rig, long.MaxValue, long.MaxValue);
        Assert.True(whole.Outcome.Code == 0, whole.Outcome.Said);
        Directory.Delete(_folder.File("captures"), recursive: true);
        for (var round = 0; round < (Tool.LongRuns ? 200 : 8); round++)
        {
            var ofTarget = round % 2 == 0;
            var cut = random.NextInt64(ofTarget ? whole.TargetBytes : whole.SamplerBytes);
            var (outcome, _, _) = await RunThroughAsync(rig, ofTarget ? cut : long.MaxValue, ofTarget ? long.MaxValue : cut);
            if (outcome.Code == 0)
            {
                // Runs differ by some bytes: this one was through before the cut, or nothing but the boards' farewell was cut off.
                Assert.Equal((60, 60, 60, 0), Counts(outcome));
                Directory.Delete(_folder.File("captures"), recursive: true);
                continue;
            }

            Assert.True(outcome.Code is 3 or 4, $"{(ofTarget ? "target" : "sampler")} cut after {cut} bytes: {outcome.Said}");
            foreach (var run in Directory.Exists(_folder.File("captures")) ? Directory.GetDirectories(_folder.File("captures")) : [])
            {
                var shown = await CommandOutcome.OfAsync("runs", "show", run, "--json");
                Assert.True((string?)shown.Json["status"] is "partial" or "invalid", shown.Said);
                Directory.Delete(run, recursive: true);
            }
        }

        var next = await RunThroughAsync(rig, long.MaxValue, long.MaxValue);
        Assert.True(next.Outcome.Code == 0, next.Outcome.Said);
    }

    [Fact]
    public async Task A_process_that_is_killed_at_any_moment_leaves_only_what_is_readable_or_recoverable()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Processes are killed as Linux does it.");
        var random = new Random(11);
        string[] plan = ["run", "--pin", "4", "--rig", "sim", "--seed", "3", "--samples", "400", "--warmup", "0", "--json", "-o"];
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        var whole = await ToolProcess.RunAsync(_folder.Path, [.. plan, _folder.File("whole")]);
        var longest = clock.GetElapsedTime(began);
        Assert.True(whole.Code == 0, whole.Said);
        for (var round = 0; round < (Tool.LongRuns ? 200 : 6); round++)
        {
            var root = _folder.File($"killed-{round}");
            await using var tool = ToolProcess.Start(_folder.Path, [.. plan, root]);
            await Task.Delay(longest * random.NextDouble(), TestContext.Current.CancellationToken);
            if (!tool.HasExited)
            {
                tool.Kill();
            }

            await tool.OutcomeAsync();
            foreach (var run in Directory.Exists(root) ? Directory.GetDirectories(root) : [])
            {
                await AssertUsableAsync(whole, run);
            }

            var listed = await CommandOutcome.OfAsync("runs", "list", "--root", root);
            Assert.True(listed.Code == 0, listed.Said);
        }

        var next = await CommandOutcome.OfAsync([.. plan, _folder.File("next")]);
        Assert.True(next.Code == 0, next.Said);
        Assert.Equal(LatencyCsv(whole), LatencyCsv(next));
    }

    private static async Task AssertUsableAsync(CommandOutcome whole, string run)
    {
        if (!File.Exists(Path.Combine(run, "run.json")))
        {
            // Killed before it said what it is: nothing was measured yet.
            Assert.False(new FileInfo(Path.Combine(run, "edges.llc")) is { Exists: true, Length: > 0 }, "edges without a run.json");
            return;
        }

        var shown = await CommandOutcome.OfAsync("runs", "show", run, "--json");
        Assert.True(shown.Code == 0, shown.Said);
        if ((string?)shown.Json["status"] == "complete")
        {
            var verified = await CommandOutcome.OfAsync("runs", "verify", run);
            Assert.True(verified.Code == 0, verified.Said);
            Assert.Equal(whole.Json["counts"]!.ToJsonString(), shown.Json["counts"]!.ToJsonString());
            return;
        }

        Assert.Equal("partial", (string?)shown.Json["status"]);
        var recovered = await CommandOutcome.OfAsync("runs", "recover", run);
        Assert.True(recovered.Code is 0 or 6, recovered.Said);
        if (recovered.Code == 0)
        {
            var verified = await CommandOutcome.OfAsync("runs", "verify", run);
            Assert.True(verified.Code == 0, verified.Said);
            shown = await CommandOutcome.OfAsync("runs", "show", run, "--json");
            Assert.Equal("partial", (string?)shown.Json["status"]);
        }
    }

    private async Task<(CommandOutcome Outcome, long TargetBytes, long SamplerBytes)> RunThroughAsync(ServedRig rig, long cutTarget, long cutSampler)
    {
        await using var target = ChoppingRelay.Start(rig.Target, 4096, cutTarget);
        await using var sampler = ChoppingRelay.Start(rig.Sampler, 4096, cutSampler);
        // With locks of its own: all simulated boards of one seed have one unique_id, and so one lock in the folder that the tests share.
        var outcome = await rig.LatencyLabAsync(
            "run", "--pin", "4", "--target", target.Selector, "--sampler", sampler.Selector, "--samples", "60", "--warmup", "0", "--gap", "2ms", "--seed", "3", "--json", "-o", _folder.File("captures"));
        return (outcome, target.BytesOfBoard, sampler.BytesOfBoard);
    }

    private static (int Stimuli, int Matched, int Callbacks, int Gaps) Counts(CommandOutcome run)
    {
        var counts = run.Json["counts"]!;
        return ((int)counts["stimuli"]!, (int)counts["matched"]!, (int)counts["callbacks"]!, (int)counts["gaps"]!);
    }

    private static void AssertNothingWrong(CommandOutcome truth, CommandOutcome run)
    {
        var expected = CsvRow.Read(Path.Combine((string)truth.Json["folder"]!, "latency.csv"));
        var rows = CsvRow.Read(Path.Combine((string)run.Json["folder"]!, "latency.csv"));
        Assert.Equal(expected.Count, rows.Count);
        foreach (var (row, real) in rows.Zip(expected).Where(p => p.First["status"] != "excluded"))
        {
            Assert.Equal(real["status"], row["status"]);
            Assert.Equal(real["latency_ns"], row["latency_ns"]);
        }
    }

    private static string LatencyCsv(CommandOutcome run)
    {
        var rows = File.ReadAllLines(Path.Combine((string)run.Json["folder"]!, "latency.csv"));
        return string.Join('\n', rows.Select(r => r[(r.IndexOf(',', StringComparison.Ordinal) + 1)..]));
    }
}
