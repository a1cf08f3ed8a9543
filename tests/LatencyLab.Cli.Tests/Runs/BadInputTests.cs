using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>What the user asks wrongly is said in one paragraph or one JSON document, and leaves nothing behind.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string, int, string, string> Mistakes => new()
    {
        { "--pin 99 --rig sim", 2, "99", "" },
        { "--pin 6 --rig sim", 2, "flash", "GPIO25" },
        { "--pin 6 --rig sim --force-pin", 2, "flash", "" },
        { "--pin 1 --rig sim", 2, "REPL", "" },
        { "--pin 16 --rig sim:esp8266", 2, "GPIO16", "" },
        { "--pin 4 --response-pin 34 --rig sim", 2, "output", "Use GPIO" },
        { "--pin 4 --response-pin 4 --rig sim", 2, "interrupt and response", "response pin" },
        { "--pin 5 --response-pin 5", 2, "interrupt and response", "response pin" },
        { "--pin four --rig sim", 2, "four", "--help" },
        { "--irq rising --rig sim", 2, "--pin", "--pin 4" },
        { "--pin 4 --rig sim:z80", 2, "z80", "esp8266" },
        { "--pin 4 --rig sim:esp32?load=heavy", 2, "load=heavy", "wifi" },
        { "--pin 4 --rig sim:esp32?fault=fire", 2, "fire", "drop" },
        { "--pin 4 --rig sim --irq up", 2, "up", "--help" },
        { "--pin 4 --rig sim --handler asm", 2, "asm", "--help" },
        { "--pin 4 --rig sim --gap 10", 2, "10", "" },
        { "--pin 4 --rig sim --gap 1us", 2, "too short", "10us" },
        { "--pin 4 --rig sim --gap 1h", 2, "too long", "28s" },
        { "--pin 4 --rig sim --gap 10ms --window 11ms", 2, "longer than the smallest gap", "10ms" },
        { "--pin 4 --rig sim --window 0ms", 2, "window of no time", "leave it out" },
        { "--pin 4 --rig sim --min-latency 20ms", 2, "least latency", "10ms" },
        { "--pin 4 --rig sim --samples 0", 2, "0 samples", "--samples" },
        { "--pin 4 --rig sim --samples 200000000", 2, "200000000", "--samples" },
        { "--pin 4 --rig sim --warmup -1", 2, "warm-up", "" },
        { "--pin 4 --rig sim --repeat 0", 2, "repeats", "" },
        { "--pin 4 --rig sim --seed -3", 2, "--seed", "" },
        { "--pin 4 --rig sim --max-excluded -1", 2, "percentage", "" },
        { "--pin 4 --rig sim --max-excluded NaN", 2, "percentage", "" },
        { "--pin 4 --rig sim --timeout never", 2, "never", "10x" },
        { "--pin 4 --rig sim --unknown", 2, "--unknown", "--help" },
        { "--pin 4 --target /dev/ttyS9 --sampler /dev/ttyS8 --sim-truth t.csv", 2, "simulated", "--rig sim" },
        { "--pin 4 --target /dev/latencylab-no-such-port --sampler /dev/latencylab-no-such-port-2", 3, "no such port", "latencylab devices" },
        { "--pin 4 --target tcp://127.0.0.1:1 --sampler tcp://127.0.0.1:1", 3, "127.0.0.1:1", "" },
        { "--pin 4 --target /dev/null --sampler /dev/null", 3, "not a serial port", "latencylab devices" },
        { "--pin 4 --rig sim:esp32 --handler hard", 2, "keyword", "" },
        { "--pin 4 --rig sim:esp32?fault=swap", 4, "swap", "" },
        { "--pin 4 --rig sim:esp32?fault=open", 4, "open", "" },
        { "--pin 4 --rig sim:esp32?fault=open:stimulus", 4, "open", "" },
        { "--pin 4 --rig sim:esp32?fault=short", 4, "short", "" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_named_with_its_remedy(string options, int code, string what, string remedy)
    {
        string[] args = ["run", .. options.Split(' '), "-o", _folder.File("captures")];
        var text = await CommandOutcome.OfAsync(args);
        Assert.True(text.Code == code, text.Said);
        Assert.Empty(text.Stdout);
        Assert.Contains("error: ", text.Stderr, StringComparison.Ordinal);
        Assert.Contains(what, text.Stderr, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(remedy, text.Stderr, StringComparison.Ordinal);
        AssertPlain(text.Stderr);

        var json = await CommandOutcome.OfAsync([.. args, "--json"]);
        Assert.Equal(code, json.Code);
        Assert.Equal(["schema", "exit_code", "error", "where", "try"], json.Json.AsObject().Select(p => p.Key));
        Assert.Equal("latencylab.error/1", (string?)json.Json["schema"]);
        Assert.Equal(code, (int)json.Json["exit_code"]!);
        Assert.Contains(what, $"{json.Json["error"]} {json.Json["where"]}", StringComparison.OrdinalIgnoreCase);
        AssertPlain(json.Stdout);
        // Nothing was measured: there is no folder of a run that never was.
        Assert.True(!Directory.Exists(_folder.File("captures")) || !Directory.EnumerateFileSystemEntries(_folder.File("captures")).Any());
    }

    [Fact]
    public async Task Without_boards_the_command_for_the_simulator_is_told()
    {
        Assert.SkipUnless(!Links.PortCatalog.List().Any(Links.DeviceSelector.Auto.Matches), "This machine has boards: a test doesn't touch them.");
        var outcome = await CommandOutcome.OfAsync("run", "--pin", "14", "--irq", "both", "--samples", "20");
        Assert.Equal(3, outcome.Code);
        Assert.Contains("latencylab run --pin 14 --irq both --samples 20 --rig sim", outcome.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reboot@60", "rebooted")]
    [InlineData("unplug@60", "END missing")]
    [InlineData("noend", "END missing")]
    [InlineData("overrun@60", "overrun")]
    [InlineData("drop:0.5", "excluded")]
    [InlineData("hang@60", "")]
    public async Task A_measurement_that_went_wrong_is_kept_called_invalid_and_says_why(string fault, string reason)
    {
        var outcome = await CommandOutcome.OfAsync("run", "--pin", "4", "--rig", "sim:esp32?fault=" + fault, "--samples", "100", "--seed", "1", "--json", "-o", _folder.Path);
        Assert.True(outcome.Code == 4, outcome.Said);
        Assert.Equal("invalid", (string?)outcome.Json["status"]);
        Assert.Contains(outcome.Json["reasons"]!.AsArray(), r => ((string)r!).Contains(reason, StringComparison.Ordinal));
        var verified = await CommandOutcome.OfAsync("runs", "verify", (string)outcome.Json["folder"]!);
        Assert.True(verified.Code == 0, verified.Said);
        var text = await CommandOutcome.OfAsync("run", "--pin", "4", "--rig", "sim:esp32?fault=" + fault, "--samples", "100", "--seed", "1", "-o", _folder.Path);
        Assert.Contains(reason, text.Stdout + text.Stderr, StringComparison.Ordinal);
        Assert.Contains("invalid", text.Stdout + text.Stderr, StringComparison.OrdinalIgnoreCase);
        AssertPlain(text.Stderr);
    }

    internal static void AssertPlain(string said)
    {
        Assert.DoesNotContain("   at LatencyLab", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", said, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", said, StringComparison.Ordinal);
    }
}
