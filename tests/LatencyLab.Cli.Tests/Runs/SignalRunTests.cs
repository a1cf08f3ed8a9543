using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>The tests without stimuli, toggle and timer, on the simulated rig: against what it is told to do, and against the edges on disk.</summary>
public sealed class SignalRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Toggle_measures_every_variant_and_loses_no_period()
    {
        var run = await RunAsync("--test", "toggle", "--rig", "sim:esp32?seed=3", "--seed", "5");
        Assert.True(run.Code == 0, run.Said);
        Assert.Equal(("complete", "toggle"), ((string?)run.Json["status"], (string?)run.Json["plan"]!["test"]));
        Assert.Null(run.Json["latency_ns"]);
        Assert.Equal("the toggle test has no stimuli", (string?)run.Json["null_reasons"]!["latency_ns"]);
        var signals = run.Json["signals"]!.AsArray();
        Assert.Equal(["value", "call", "on-off", "toggle", "native", "viper"], signals.Select(s => (string)s!["name"]!));
        Assert.All(signals, s => Assert.Equal((1051, 1051, 1000), ((int)s!["periods_made"]!, (int)s["periods_seen"]!, (int)s["period_ns"]!["n"]!)));

        // The simulated ESP32: a write of 3.5 us with a scatter of one percent, or of 56 ns in viper code without any, and a loop of 0.6 and 1.5 writes.
        var value = signals[0]!;
        Assert.InRange((double)value["high_ns"]!["p50"]!, 3_490, 3_510);
        Assert.InRange((double)value["period_ns"]!["p50"]!, 9_080, 9_120);
        var viper = signals[5]!;
        Assert.InRange((double)viper["period_ns"]!["mean"]!, 195.9, 196.1);
        Assert.InRange((double)viper["frequency_hz"]!, 1e9 / 196.1, 1e9 / 195.9);
        Assert.InRange((double)viper["duty"]!, 0.28, 0.29);
    }

    [Fact]
    public async Task The_edges_on_disk_say_the_same()
    {
        var run = await RunAsync("--test", "toggle", "--variant", "native,value", "--warmup", "0", "--samples", "300", "--rig", "sim:esp8266");
        Assert.True(run.Code == 0, run.Said);
        var folder = (string)run.Json["folder"]!;
        foreach (var signal in run.Json["signals"]!.AsArray())
        {
            var again = await CommandOutcome.OfAsync("analyze", folder, "--signal", (string)signal!["name"]!, "--json");
            Assert.True(again.Code == 0, again.Said);
            Assert.Equal(301, (int)again.Json["rising_edges"]!);
            Assert.True((bool)again.Json["simulated"]!);
            foreach (var statistic in new[] { "min", "p50", "max", "mean" })
            {
                Assert.Equal((double)signal["period_ns"]![statistic]!, (double)again.Json["period_ns"]![statistic]!, 6);
            }
        }

        Assert.Equal(
            ["edges.parquet", "period-native.png", "period-value.png", "run.json", "summary.csv"],
            Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.Equal(run.Stdout, await File.ReadAllTextAsync(Path.Combine(folder, "run.json"), TestContext.Current.CancellationToken));
        foreach (var command in new[] { "runs verify", "runs show", "report", "export --to vcd" })
        {
            var words = command.Split(' ');
            string[] args = words[0] == "runs" ? [.. words, folder] : [words[0], folder, .. words[1..], "-o", _folder.File(words[0])];
            var outcome = await CommandOutcome.OfAsync(args);
            Assert.True(outcome.Code == 0, command + ": " + outcome.Said);
        }
    }

    [Theory]
    [InlineData("sim:esp32", "1ms", "--idle spin")]
    [InlineData("sim:pico", "500us", "--handler hard")]
    [InlineData("sim:esp8266", "10ms", "--handler viper")]
    public async Task Timer_is_held_against_its_planned_period(string rig, string period, string options)
    {
        var run = await RunAsync(["--test", "timer", "--period", period, "--rig", rig, "--samples", "400", .. options.Split(' ')]);
        Assert.True(run.Code == 0, run.Said);
        var signal = Assert.Single(run.Json["signals"]!.AsArray())!;
        var plannedNs = (double)run.Json["plan"]!["period_ns"]!;
        Assert.Equal((401, 400, 0, 0), ((int)signal["rising_edges"]!, (int)signal["period_ns"]!["n"]!, (int)signal["missing_pulses"]!, (int)signal["doubled_pulses"]!));
        Assert.Equal(plannedNs, (double)signal["nominal_period_ns"]!, 6);
        // The simulated board's crystal is within 20 ppm; 400 callbacks scatter by some tens of microseconds.
        Assert.InRange((double)signal["frequency_error_ppm"]!, -120, 120);
        Assert.True((double)signal["period_jitter_rms_ns"]! > 100);
    }

    [Fact]
    public async Task The_same_seeds_give_the_same_edges_and_others_do_not()
    {
        var texts = new List<string>();
        foreach (var seed in new[] { "1", "1", "2" })
        {
            var run = await RunAsync("--test", "toggle", "--variant", "value", "--samples", "200", "--rig", "sim", "--seed", seed);
            var csv = _folder.File($"{texts.Count}.csv");
            Assert.Equal(0, (await CommandOutcome.OfAsync("export", (string)run.Json["folder"]!, "--to", "csv", "-o", csv)).Code);
            texts.Add(await File.ReadAllTextAsync(csv, TestContext.Current.CancellationToken));
        }

        Assert.Equal(texts[0], texts[1]);
        Assert.NotEqual(texts[0], texts[2]);
    }

    [Fact]
    public async Task No_period_is_taken_across_lost_frames()
    {
        var sound = await RunAsync("--test", "toggle", "--variant", "viper", "--samples", "4000", "--rig", "sim", "--seed", "1");
        var lossy = await RunAsync("--test", "toggle", "--variant", "viper", "--samples", "4000", "--rig", "sim:esp32?fault=drop:0.2", "--seed", "1");
        Assert.True(lossy.Code == 0, lossy.Said);
        var (all, some) = (sound.Json["signals"]![0]!["period_ns"]!, lossy.Json["signals"]![0]!["period_ns"]!);
        Assert.InRange((int)some["n"]!, 1, (int)all["n"]! - 1);
        Assert.True((double)some["max"]! <= (double)all["max"]!, lossy.Said);
        Assert.NotEmpty(lossy.Json["gaps"]!.AsArray());
        Assert.Contains("lost", (string)lossy.Json["warnings"]![0]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("toggle", "sim:esp32?fault=stuck@0", "Nothing toggled")]
    [InlineData("timer", "sim:esp32?fault=stuck@0", "Nothing toggled")]
    [InlineData("toggle", "sim:esp32?fault=open", "open")]
    [InlineData("timer", "sim:esp32?fault=open", "open")]
    public async Task A_pin_that_does_not_move_is_no_result(string test, string rig, string said)
    {
        var run = await RunAsync("--test", test, "--samples", "100", "--rig", rig);
        Assert.True(run.Code == 4, run.Said);
        Assert.Contains(said, run.Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--test toggle --pin 4 --rig sim", "--response-pin names the pin")]
    [InlineData("--test timer --gap 20ms --rig sim", "knows no --gap")]
    [InlineData("--test toggle --handler viper --rig sim", "Choose with --variant")]
    [InlineData("--test toggle --period 1ms --rig sim", "use --test timer")]
    [InlineData("--test toggle --variant warp --rig sim", "choose among value")]
    [InlineData("--test toggle --variant toggle --rig sim:esp32?fw=v1.20", "Pin.toggle()")]
    [InlineData("--test toggle --variant viper --rig sim:esp32c3?fw=v1.20", "native code emitter")]
    [InlineData("--test toggle --variant viper --response-pin 16 --rig sim:esp8266 --force-pin", "SET register")]
    [InlineData("--test toggle --response-pin 34 --rig sim", "can't be an output")]
    [InlineData("--test toggle --samples 10000 --rig sim", "one burst")]
    [InlineData("--test timer --period 10us --rig sim", "--period 1ms")]
    [InlineData("--test timer --period 0s --rig sim", "--period 1ms")]
    [InlineData("--test timer --period 100500ns --rig sim", "whole microseconds")]
    [InlineData("--test timer --handler hard --rig sim", "extra keyword arguments given")]
    [InlineData("--test timer --samples 900000 --period 1s --rig sim", "more than a day")]
    [InlineData("--rig sim", "needs the pin")]
    [InlineData("--test poll --rig sim", "needs the pin")]
    [InlineData("--test poll --pin 4 --idle spin --rig sim", "knows no --idle")]
    [InlineData("--test poll --pin 4 --handler hard --rig sim", "no hard handler")]
    [InlineData("--test schedule --pin 4 --handler viper --rig sim", "can't schedule")]
    [InlineData("--test schedule --pin 4 --handler hard --rig sim", "extra keyword arguments given")]
    [InlineData("--pin 4 --variant value --rig sim", "use --test toggle")]
    [InlineData("--test blink --rig sim", "blink")]
    public async Task What_cannot_be_is_refused_with_a_remedy(string arguments, string said)
    {
        var run = await RunAsync(arguments.Split(' '));
        Assert.True(run.Code == 2, run.Said);
        Assert.Contains(said, run.Stdout + run.Stderr, StringComparison.Ordinal);
        Assert.Empty(Directory.Exists(_folder.File("captures")) ? Directory.GetDirectories(_folder.File("captures")) : []);
    }

    [Fact]
    public async Task Signals_are_measured_over_serial_ports_too()
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32c3");
        foreach (var arguments in new[] { "--test toggle --samples 200", "--test timer --samples 100 --handler viper", "--test toggle --variant viper" })
        {
            var run = await rig.LatencyLabAsync(["run", .. arguments.Split(' '), "--target", rig.Target, "--sampler", rig.Sampler, "--json", "-o", _folder.Path]);
            Assert.True(run.Code == 0, run.Said);
            Assert.Equal("complete", (string?)run.Json["status"]);
        }
    }

    [Fact]
    public async Task People_read_one_line_a_variant()
    {
        var run = await CommandOutcome.OfAsync("run", "--test", "toggle", "--variant", "viper,call", "--rig", "sim:pico", "--seed", "1", "-o", _folder.Path);
        Assert.True(run.Code == 0, run.Said);
        var lines = run.Stdout.Split('\n');
        Assert.StartsWith("SIMULATED", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("toggle   GPIO3", lines[1], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.StartsWith("  viper", StringComparison.Ordinal) && l.Contains("7.1429 MHz", StringComparison.Ordinal) && l.Contains("32 ns", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("  call", StringComparison.Ordinal));
        // 40 ns are two and a half counts of the sampler: its width isn't sure, and the text says so.
        Assert.Contains(lines, l => l.StartsWith("warning: viper", StringComparison.Ordinal));
    }

    private Task<CommandOutcome> RunAsync(params string[] arguments) => CommandOutcome.OfAsync(["run", .. arguments, "--json", "-o", _folder.File("captures")]);
}
