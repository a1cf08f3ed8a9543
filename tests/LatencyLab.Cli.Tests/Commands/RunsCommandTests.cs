using System.Diagnostics;
using System.Text.Json.Nodes;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Signals;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Cli.Tests.Commands;

public sealed class RunsCommandTests : IDisposable
{
    private readonly TempFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task List_shows_each_run_in_one_line_and_in_json()
    {
        var (sound, killed) = (Finished(), Killed());
        var (code, text, _) = await RunAsync("list");
        Assert.Equal(0, code);
        var lines = text.TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains(lines, l => l.StartsWith(sound.RunId, StringComparison.Ordinal) && l.Contains("complete", StringComparison.Ordinal) && l.EndsWith("SIMULATED", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith(killed.RunId, StringComparison.Ordinal) && l.Contains("partial", StringComparison.Ordinal));
        var runs = JsonNode.Parse((await RunAsync("list", "--json")).Stdout)!;
        Assert.Equal("latencylab.runs/1", (string?)runs["schema"]);
        Assert.Equal(2, runs["runs"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_empty_root_says_how_to_record_a_run()
    {
        var (code, text, _) = await RunAsync("list");
        Assert.Equal(0, code);
        Assert.Contains("latencylab run", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_prints_the_document()
    {
        var folder = Finished();
        Assert.Equal(folder.RunId, (string?)JsonNode.Parse((await RunAsync("show", "latest", "--json")).Stdout)!["run_id"]);
        Assert.Contains("stim", (await RunAsync("show", folder.RunId)).Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_says_sound_or_what_is_wrong_with_the_exit_code_of_storage()
    {
        Assert.Equal(0, (await RunAsync("verify", Finished().RunId)).Code);
        var killed = Killed();
        var (code, text, _) = await RunAsync("verify", killed.RunId);
        Assert.Equal(6, code);
        Assert.Contains("breaks off", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_seed_on_the_simulated_rig_gives_the_same_latencies_byte_for_byte()
    {
        var files = new List<byte[]>();
        for (var i = 0; i < 2; i++)
        {
            string[] args = ["run", "--pin", "4", "--irq", "rising", "--rig", "sim", "--samples", "50", "--seed", "7", "-o", _root.File($"{i}"), "--json"];
            var stdout = new StringWriter();
            Assert.Equal(0, await CommandLine.RunAsync(args, stdout, TextWriter.Null, TestContext.Current.CancellationToken));
            files.Add(File.ReadAllBytes(Path.Combine((string)JsonNode.Parse(stdout.ToString())!["folder"]!, "latency.csv")));
            Assert.Equal(0, await CommandLine.RunAsync(["runs", "verify", "latest", "--root", _root.File($"{i}")], stdout, TextWriter.Null, TestContext.Current.CancellationToken));
        }

        Assert.Equal(files[0], files[1]);
        Assert.StartsWith("SIMULATED,", System.Text.Encoding.UTF8.GetString(files[0]).Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_killed_at_any_moment_comes_back_as_the_beginning_of_the_whole_run()
    {
        string[] plan = ["run", "--pin", "4", "--irq", "rising", "--seed", "7", "--samples", "400", "-o"];
        var whole = await EdgesOfAsync([.. plan, _root.File("whole"), "--rig", "sim"]);
        var random = new Random(5);
        for (var round = 0; round < (Tool.LongRuns ? 30 : 2); round++)
        {
            var root = _root.File($"killed{round}");
            await KillWhenLoggedAsync([.. plan, root, "--rig", "sim:esp32?pace=real"], root, random.Next(1500, 5000));
            var (stdout, stderr) = (new StringWriter(), new StringWriter());
            Assert.True(await CommandLine.RunAsync(["runs", "recover", "latest", "--root", root], stdout, stderr, TestContext.Current.CancellationToken) == 0, stderr.ToString());
            Assert.Equal(0, await CommandLine.RunAsync(["runs", "verify", "latest", "--root", root], stdout, stderr, TestContext.Current.CancellationToken));
            var folder = new RunLibrary(root).Find("latest");
            Assert.Equal(RunStatus.Partial, folder.Read().Status);
            var collector = new CaptureCollector();
            folder.OpenEdges().Read(collector, TestContext.Current.CancellationToken);
            var capture = collector.ToCapture();
            Assert.True(capture.Gaps.Single().FromTick > capture.EndTick / 2, "hardly anything of the recording is beyond doubt");
            foreach (var (trace, wholeTrace) in capture.Traces.Zip(whole.Traces))
            {
                Assert.NotEmpty(trace.Ticks);
                Assert.Equal(wholeTrace.Ticks.Take(trace.Ticks.Length), trace.Ticks);
            }
        }
    }

    [Fact]
    public async Task Recover_makes_a_killed_run_sound_and_partial()
    {
        var folder = Killed();
        Assert.Equal(0, (await RunAsync("recover", folder.RunId)).Code);
        Assert.Equal(RunStatus.Partial, folder.Read().Status);
        Assert.Equal(0, (await RunAsync("verify", folder.RunId)).Code);
        Assert.Contains("nothing to recover", (await RunAsync("recover", folder.RunId)).Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_takes_all_or_nothing()
    {
        var folder = Finished();
        Assert.Equal(2, (await RunAsync("rm", folder.RunId, "nonsense")).Code);
        Assert.True(Directory.Exists(folder.Path));
        Assert.Equal(0, (await RunAsync("rm", folder.RunId, "--json")).Code);
        Assert.False(Directory.Exists(folder.Path));
    }

    [Fact]
    public async Task An_unknown_run_is_a_usage_error_in_json_too()
    {
        var (code, text, _) = await RunAsync("show", "nonsense", "--json");
        Assert.Equal(2, code);
        Assert.Equal("latencylab.error/1", (string?)JsonNode.Parse(text)!["schema"]);
    }

    private static async Task<Capture> EdgesOfAsync(string[] args)
    {
        var stderr = new StringWriter();
        Assert.True(await CommandLine.RunAsync(args, TextWriter.Null, stderr, TestContext.Current.CancellationToken) == 0, stderr.ToString());
        var collector = new CaptureCollector();
        new RunLibrary(args[Array.IndexOf(args, "-o") + 1]).Find("latest").OpenEdges().Read(collector, TestContext.Current.CancellationToken);
        return collector.ToCapture();
    }

    private static async Task KillWhenLoggedAsync(string[] args, string root, int bytes)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(CommandLine).Assembly.Location, .. args]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        try
        {
            while (LogBytes(root) < bytes)
            {
                Assert.False(process.HasExited, "the run ended before it was killed");
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static long LogBytes(string root) =>
        Directory.Exists(root) ? Directory.EnumerateFiles(root, "edges.llc", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length) : 0;

    private RunFolder Finished()
    {
        var folder = Recorded(withEnd: true);
        folder.ConvertLog(keepLog: false);
        folder.Write(folder.Read() with { Status = RunStatus.Complete, Reasons = [] });
        return folder;
    }

    private RunFolder Killed() => Recorded(withEnd: false);

    private RunFolder Recorded(bool withEnd)
    {
        var folder = RunFolder.Create(_root.Path, TimeProvider.System.GetUtcNow());
        folder.Begin(new RunDocument
        {
            RunId = folder.RunId, Status = RunStatus.Partial, Simulated = true, CreatedUtc = TimeProvider.System.GetUtcNow(), Tool = new ToolDocument { Version = "0.1.0" },
            Plan = new PlanDocument { Test = "capture" },
            Sampler = new SamplerDocument { Kind = "pico", TickHz = 1000, Channels = [new ChannelDocument { Index = 0, Name = "stim", Edges = 2 }] },
        });
        using var log = folder.CreateLog(simulated: true, TimeProvider.System);
        log.Begin(new CaptureHeader(new TimeBase(1000), [new Channel(0, "stim", false)]));
        log.Edges(0, true, [10, 20]);
        log.Advance(30);
        if (withEnd)
        {
            log.End(100);
        }
        else
        {
            log.Flush();
        }

        return folder;
    }

    private async Task<(int Code, string Stdout, string Stderr)> RunAsync(params string[] args)
    {
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(["runs", .. args, "--root", _root.Path], stdout, stderr, TestContext.Current.CancellationToken);
        return (code, stdout.ToString(), stderr.ToString());
    }
}
