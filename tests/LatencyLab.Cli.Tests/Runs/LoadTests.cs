using System.Text.Json.Nodes;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>--load, --cpu-freq and --script as a user meets them, on the simulated rig.</summary>
public sealed class LoadTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string, int, string, string> Mistakes => new()
    {
        { "--load storm", 2, "storm", "gc,cpu,uart,flash,wifi" },
        { "--load gc,none", 2, "none", "--help" },
        { "--rig sim:pico --load wifi", 2, "no module named 'network'", "docs/loads.md" },
        { "--cpu-freq 240", 2, "240 Hz", "240MHz" },
        { "--cpu-freq fast", 2, "fast", "24MHz" },
        { "--cpu-freq 111MHz", 2, "frequency must be", "frequency that the port has" },
        { "--rig sim:esp8266 --cpu-freq 240MHz", 2, "80Mhz or 160MHz", "frequency that the port has" },
        { "--script nowhere.py", 6, "nowhere.py", "path" },
        { "--script . --handler native", 2, "Two handlers", "--handler" },
        { "--burst 1", 2, "train of 1", "2 to 512" },
        { "--burst 12 --irq both", 2, "both", "rising" },
        { "--burst-gap 5us", 2, "no trains", "--burst 12" },
        { "--burst 12 --burst-gap 20ms", 2, "20ms", "10ms" },
        { "--burst 12 --samples 3000", 2, "2040", "--repeat" },
        { "--test poll --load gc", 2, "knows no --load", "--test irq, schedule or timer" },
        { "--test poll --script my_handler.py", 2, "knows no --script", "--test irq" },
        { "--test schedule --cpu-freq 111MHz", 2, "frequency must be", "frequency that the port has" },
        { "--test schedule --rig sim:pico --load wifi", 2, "no module named 'network'", "docs/loads.md" },
        { "--sampler self --load gc", 2, "knows no --load", "sampler" },
        { "--sampler self --burst 12", 2, "knows no --burst", "sampler" },
        { "--csv no/such/folder/x.csv", 6, "no/such/folder", "" },
        { "--sim-truth no/such/folder/x.csv", 6, "no/such/folder", "" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_named_with_its_remedy_before_anything_is_measured(string options, int code, string what, string remedy)
    {
        string[] rig = options.Contains("--rig", StringComparison.Ordinal) ? [] : ["--rig", "sim"];
        var run = await CommandOutcome.OfAsync(["run", "--pin", "4", .. rig, .. options.Split(' '), "-o", _folder.File("captures")]);
        Assert.True(run.Code == code, run.Said);
        Assert.Contains(what, run.Said, StringComparison.Ordinal);
        Assert.Contains(remedy, run.Said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("captures")) && Directory.EnumerateFileSystemEntries(_folder.File("captures")).Any(), "something was left behind");
    }

    [Theory]
    [InlineData("gc")]
    [InlineData("cpu")]
    [InlineData("wifi")]
    public async Task A_load_of_the_plan_is_that_of_the_selector_and_both_are_one(string load)
    {
        var none = await LatenciesAsync("sim");
        var plan = await LatenciesAsync("sim", "--load", load);
        Assert.NotEqual(none, plan);
        Assert.Equal(plan, await LatenciesAsync($"sim:esp32?load={load}"));
        Assert.Equal(plan, await LatenciesAsync($"sim:esp32?load={load}", "--load", load));
        Assert.NotEqual(plan, await LatenciesAsync($"sim:esp32?load={load}", "--load", load == "uart" ? "gc" : "uart"));
    }

    [Fact]
    public async Task Loads_and_clock_stand_in_the_run_and_keep_it_from_being_compared_with_another()
    {
        var plain = (await RunAsync("sim")).Json;
        var loaded = (await RunAsync("sim", "--load", "uart,gc", "--cpu-freq", "240MHz")).Json;
        Assert.Equal("gc,uart", (string?)loaded["plan"]!["load"]);
        Assert.Equal((240_000_000, 240_000_000), ((long)loaded["plan"]!["cpu_hz"]!, (long)loaded["target"]!["cpu_hz"]!));
        Assert.Equal(160_000_000, (long)plain["target"]!["cpu_hz"]!);
        Assert.Equal(["gc", "uart"], loaded["target"]!["load_work"]!.AsObject().Select(p => p.Key));
        Assert.Contains("target/load_gc", loaded["firmware"]!.AsObject().Select(p => p.Key));
        var compared = await CommandOutcome.OfAsync(["compare", (string)plain["folder"]!, (string)loaded["folder"]!, "--json"]);
        Assert.Equal("not_comparable", (string?)compared.Json["verdict"]);
        Assert.Contains("load differs", compared.Json["reasons"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("clock differs", compared.Json["reasons"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("schedule", "--pin 4", "latency_ns/p50")]
    [InlineData("timer", "", "signals/0/period_jitter_rms_ns")]
    public async Task Tests_with_a_main_loop_of_their_own_take_loads_and_clock_too(string test, string pin, string figure)
    {
        var plain = await OfAsync("");
        var loaded = await OfAsync("--load gc --cpu-freq 80MHz");
        Assert.Equal(("gc", 80_000_000), ((string?)loaded["plan"]!["load"], (long)loaded["plan"]!["cpu_hz"]!));
        Assert.Equal((160_000_000, 80_000_000), ((long)plain["target"]!["cpu_hz"]!, (long)loaded["target"]!["cpu_hz"]!));
        Assert.True((long)loaded["target"]!["load_work"]!["gc"]! > 0);
        // Half the clock, and a collector in between: slower, and less even.
        Assert.True(Figure(loaded) > 1.5 * Figure(plain), $"{Figure(loaded)} after {Figure(plain)}");

        double Figure(JsonNode run) => (double)figure.Split('/').Aggregate(run, (node, name) => node is JsonArray list ? list[0]! : node[name]!)!;
        async Task<JsonNode> OfAsync(string options)
        {
            var run = await CommandOutcome.OfAsync(
                ["run", "--test", test, .. $"{pin} {options}".Split(' ', StringSplitOptions.RemoveEmptyEntries), "--rig", "sim", "--seed", "3", "--samples", "200", "--json", "-o", _folder.Path]);
            Assert.True(run.Code == 0, run.Said);
            return run.Json;
        }
    }

    [Fact]
    public async Task A_slower_clock_toggles_slower()
    {
        double[] periods = [await PeriodAsync(), await PeriodAsync("--cpu-freq", "80MHz")];
        Assert.InRange(periods[1] / periods[0], 1.9, 2.1);

        async Task<double> PeriodAsync(params string[] options)
        {
            var run = await CommandOutcome.OfAsync(["run", "--test", "toggle", "--variant", "value", "--rig", "sim", "--seed", "3", "--json", "-o", _folder.Path, .. options]);
            Assert.True(run.Code == 0, run.Said);
            return (double)run.Json["signals"]![0]!["period_ns"]!["mean"]!;
        }
    }

    [Fact]
    public async Task A_script_is_recorded_by_its_hash_and_runs_with_others_are_not_compared()
    {
        var script = _folder.File("my_handler.py");
        await File.WriteAllTextAsync(script, "def make(response):\n    return lambda pin: None\n", TestContext.Current.CancellationToken);
        var first = await RunAsync("sim", "--script", script);
        Assert.Contains("runs no code of yours", first.Stderr, StringComparison.Ordinal);
        Assert.Equal(("script", "my_handler.py"), ((string?)first.Json["plan"]!["handler"], (string?)first.Json["plan"]!["script"]));
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(script, TestContext.Current.CancellationToken))),
            (string?)first.Json["firmware"]!["script:my_handler.py"]);
        await File.AppendAllTextAsync(script, "# other\n", TestContext.Current.CancellationToken);
        var second = await RunAsync("sim", "--script", script);
        var compared = await CommandOutcome.OfAsync(["compare", (string)first.Json["folder"]!, (string)second.Json["folder"]!, "--json"]);
        Assert.Contains("script differs", compared.Json["reasons"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_gets_stuck_is_said_to_be_plainly()
    {
        var run = await CommandOutcome.OfAsync(["run", "--pin", "4", "--rig", "sim:esp32?fault=stuck@60", "--seed", "1", "--samples", "200", "-o", _folder.Path]);
        Assert.Equal(0, run.Code);
        Assert.Contains("Nearly nothing was answered", run.Stdout, StringComparison.Ordinal);
        Assert.Contains("response pin", run.Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run --pin 4 --rig sim:esp32?fault=stuck@0 --samples 20", 4)]
    [InlineData("run --test toggle --rig sim:esp32?fault=stuck@0 --samples 20", 4)]
    [InlineData("run --pin 4 --rig sim --samples 20", 0)]
    public async Task The_command_that_a_run_names_next_finds_the_run_in_any_folder(string command, int code)
    {
        var run = await CommandOutcome.OfAsync([.. command.Split(' '), "--seed", "1", "-o", _folder.Path]);
        Assert.True(run.Code == code, run.Said);
        var next = run.Stdout[(run.Stdout.LastIndexOf("next: latencylab ", StringComparison.Ordinal) + "next: latencylab ".Length)..].Trim();
        var outcome = await CommandOutcome.OfAsync(next.Split(' '));
        Assert.True(outcome.Code == 0, next + outcome.Said);
    }

    private async Task<CommandOutcome> RunAsync(string rig, params string[] options)
    {
        var run = await CommandOutcome.OfAsync(["run", "--pin", "4", "--rig", rig, "--seed", "3", "--samples", "100", "--json", "-o", _folder.Path, .. options]);
        Assert.True(run.Code == 0, run.Said);
        return run;
    }

    private async Task<string> LatenciesAsync(string rig, params string[] options) =>
        await File.ReadAllTextAsync(Path.Combine((string)(await RunAsync(rig, options)).Json["folder"]!, "latency.csv"), TestContext.Current.CancellationToken);
}
