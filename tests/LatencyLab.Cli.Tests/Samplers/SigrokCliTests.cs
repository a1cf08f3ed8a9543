using System.Diagnostics;
using LatencyLab.Cli.Tests.Runs;
using LatencyLab.Links;
using LatencyLab.Samplers;
using LatencyLab.Samplers.Sigrok;
using LatencyLab.Signals;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Cli.Tests.Samplers;

/// <summary>sigrok-cli itself: as the recorder behind <c>sigrok:</c>, and as a second client of the simulated analysers.</summary>
public sealed class SigrokCliTests : IDisposable
{
    private const int Attempts = 10;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Its_demo_device_is_recorded_to_the_last_sample()
    {
        Tool.Require("sigrok-cli");
        var outcome = await CaptureAsync("sigrok:driver=demo,samplerate=1M", "--channels", "D0,D1=clk", "--duration", "50ms");
        Assert.True(outcome.Code == 0, outcome.Said);
        Assert.Equal("sigrok", (string?)outcome.Json["sampler"]!["kind"]);
        Assert.Equal(1_000_000, (long)outcome.Json["sampler"]!["tick_hz"]!);
        // The demo's pattern is a picture that repeats each 64 samples: the same edges that sigrok-cli writes as a file.
        var file = _folder.File("demo.vcd");
        Run("sigrok-cli", null, "-d", "demo", "-c", "samplerate=1M", "-C", "D0,D1", "--samples", "50000", "-O", "vcd", "-o", file);
        var analysed = await CommandOutcome.OfAsync("analyze", file, "--pair", "D0:D1", "--json");
        foreach (var channel in new[] { 0, 1 })
        {
            Assert.Equal((long)analysed.Json["source"]!["channels"]![channel]!["edges"]!, (long)outcome.Json["sampler"]!["channels"]![channel]!["edges"]!);
        }
    }

    [Fact]
    public async Task A_run_through_it_stops_it_when_there_are_enough_stimuli()
    {
        Tool.Require("sigrok-cli");
        var outcome = await CommandOutcome.OfAsync(
            "run", "--target", "none", "--sampler", "sigrok:driver=demo,samplerate=1M", "--pair", "D0:D1", "-n", "40", "--json", "--out", _folder.Path);
        Assert.Equal(40, (long)outcome.Json["counts"]!["stimuli"]!);
        Assert.False((bool)outcome.Json["simulated"]!);
    }

    [Theory]
    [InlineData("run --target none --pair D0:D1 -n 50000000", false)]
    [InlineData("run --target none --pair D0:D1 -n 50000000", true)]
    [InlineData("capture --channels D0,D1 --until-stop", false)]
    public async Task Ctrl_C_keeps_what_was_recorded_and_leaves_no_recorder_behind(string command, bool fromTerminal)
    {
        Tool.Require("sigrok-cli");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked for in /proc.");
        // A group of its own, as a shell makes it: a terminal's Ctrl-C reaches all of it, the recorder too.
        await using var tool = ToolProcess.StartUnder(
            ["setsid"], _folder.Path, [.. command.Split(' '), "--sampler", "sigrok:driver=demo,samplerate=100k", "--json", "-o", _folder.File("captures")]);
        await tool.UntilAsync(() => Directory.Exists(_folder.File("captures"))
            && Directory.GetFiles(_folder.File("captures"), "edges.llc", SearchOption.AllDirectories) is [var log] && new FileInfo(log).Length > 1000);
        var recorder = Assert.Single(ChildrenOf(tool.Id));
        tool.Interrupt(wholeGroup: fromTerminal);
        var outcome = await tool.OutcomeAsync();
        Assert.False(Directory.Exists($"/proc/{recorder}"), "sigrok-cli goes on.");
        // Recording until stopped ends as planned; a run had a plan.
        Assert.True(outcome.Code == (command.StartsWith("run", StringComparison.Ordinal) ? 130 : 0), outcome.Said);
        Assert.True((long)outcome.Json["sampler"]!["channels"]![0]!["edges"]! > 100, outcome.Said);
        Assert.Equal(0, (await CommandOutcome.OfAsync("runs", "verify", (string)outcome.Json["folder"]!)).Code);
    }

    private static IEnumerable<int> ChildrenOf(int process) =>
        Directory.GetDirectories($"/proc/{process}/task").SelectMany(t => File.ReadAllText(Path.Combine(t, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse);

    [Theory]
    [InlineData("sigrok:driver=fx2lafw,samplerate=24M", 3, "No devices found")]
    [InlineData("sigrok:driver=nosuch,samplerate=24M", 3, "nosuch")]
    [InlineData("sigrok:driver=demo", 2, "samplerate")]
    [InlineData("sigrok:samplerate=1M", 2, "driver")]
    [InlineData("sigrok:driver=demo,samplerate=1M", 3, "D99")]
    public async Task What_it_refuses_is_told_in_its_words(string sampler, int code, string words)
    {
        Tool.Require("sigrok-cli");
        var outcome = await CaptureAsync(sampler, "--channels", "D99", "--duration", "1ms");
        Assert.True(outcome.Code == code, outcome.Said);
        Assert.Contains(words, outcome.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_simulated_sniffer_speaks_the_protocol_as_sigrok_knows_it()
    {
        Tool.Require("sigrok-cli");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The shim and pseudo terminals are Linux.");
        var shim = BuildShim();
        uint Pattern(long tick) => (uint)(tick / 1000 % 7 < 3 ? 1 : 0) | (uint)(tick / 1300 % 5 < 2 ? 2 : 0);
        await using var pty = Pty.Open();
        Serve(new SumpDevice(Pattern), pty);
        var file = _folder.File("sump.vcd");
        var said = "";

        // sigrok gives the device 20 ms to answer, which a busy machine doesn't always keep.
        for (var attempt = 0; attempt < Attempts && (attempt == 0 || said.Contains("No devices", StringComparison.Ordinal)); attempt++)
        {
            said = Run("sigrok-cli", shim, "-d", $"ols:conn={pty.SlavePath}", "-c", "samplerate=1M", "-C", "0,1", "--samples", "2000", "-O", "vcd", "-o", file);
        }

        Assert.True(File.Exists(file), said);
        // sigrok and LatencyLab decode the same device to the same edges.
        var mine = await CaptureAsync($"sump:{pty.SlavePath}?samplerate=1M", "--channels", "0,1", "--duration", "2ms");
        Assert.True(mine.Code == 0, mine.Said);
        var theirs = await CommandOutcome.OfAsync("analyze", file, "--pair", "0:1", "--json");
        foreach (var channel in new[] { 0, 1 })
        {
            Assert.Equal(Enumerable.Range(1, 1999).Count(i => ((Pattern(i * 100L) ^ Pattern((i - 1) * 100L)) >> channel & 1) != 0), (long)mine.Json["sampler"]!["channels"]![channel]!["edges"]!);
            Assert.Equal((long)theirs.Json["source"]!["channels"]![channel]!["edges"]!, (long)mine.Json["sampler"]!["channels"]![channel]!["edges"]!);
        }
    }

    [Fact]
    public async Task A_capture_that_sigrok_cuts_short_and_calls_a_success_is_refused()
    {
        Tool.Require("sigrok-cli");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The shim and pseudo terminals are Linux.");
        var shim = BuildShim();
        await using var pty = Pty.Open();
        Serve(new SumpDevice(t => (uint)(t / 700 & 3)) { Swallows = 1000 }, pty);
        // The bridge runs sigrok-cli from the PATH; this one brings the shim.
        var program = _folder.File("sigrok-cli");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nLD_PRELOAD={shim} exec {Tool.Require("sigrok-cli")} \"$@\"\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var options = SigrokOptions.Parse($"driver=ols:conn={pty.SlavePath},samplerate=1M");
        await using var sampler = new SigrokSampler(options, StepLimits.Default, program);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var collector = new CaptureCollector();
                var outcome = await sampler.ListenAsync(
                    new ListenRequest([new("0", "D0"), new("1", "D1")], Duration.FromMilliseconds(2)), collector, null, TestContext.Current.CancellationToken);
                Assert.Contains("of 2000 samples and called it a success", Assert.Single(outcome.Faults), StringComparison.Ordinal);
                Assert.Equal("capture cut short", Assert.Single(collector.ToCapture().Gaps).Reason);
                return;
            }
            catch (DeviceException e) when (attempt < Attempts && e.Message.Contains("No devices", StringComparison.Ordinal))
            {
                // sigrok gives the device 20 ms to answer, which a busy machine doesn't always keep.
            }
        }
    }

    private Task<CommandOutcome> CaptureAsync(string sampler, params string[] args) =>
        CommandOutcome.OfAsync(["capture", "--sampler", sampler, "--json", "--out", _folder.Path, .. args]);

    private string BuildShim()
    {
        var library = _folder.File("shim.so");
        Run(Tool.Require("gcc"), null, "-shared", "-fPIC", "-o", library, Path.Combine(Repository.Root, "tests/LatencyLab.Cli.Tests/Samplers/serial-shim.c"), "-ldl");
        return library;
    }

    /// <summary>On a thread of its own, which answers as fast as the machine lets it; the hang-up of the pty ends it.</summary>
    private static void Serve(SumpDevice device, Pty pty) => _ = Task.Factory.StartNew(
        () =>
        {
            Span<byte> buffer = stackalloc byte[256];
            while (true)
            {
                try
                {
                    var count = pty.Master.Read(buffer);
                    foreach (var value in buffer[..count])
                    {
                        pty.Master.Write(device.Take(value));
                    }
                }
                catch (IOException)
                {
                    // Nobody has the other side open: between two programs, or before the first.
                    Thread.Sleep(2);
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static string Run(string program, string? preload, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
        if (preload is not null)
        {
            start.Environment["LD_PRELOAD"] = preload;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill();
        }

        return output.Result + error;
    }
}
