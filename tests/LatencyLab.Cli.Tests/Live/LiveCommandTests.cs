using System.Text.Json.Nodes;
using LatencyLab.Cli.Tests.Runs;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Live;

/// <summary><c>latencylab live</c> from the command line to its folder, and what other commands make of that.</summary>
public sealed class LiveCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Numbers_are_those_of_the_truth_and_every_command_reads_the_folder()
    {
        var outcome = await LiveAsync("--duration", "60s", "--seed", "5", "--sim-truth", _folder.File("truth.csv"), "--json");
        Assert.True(outcome.Code == 0, outcome.Said);
        var run = outcome.Json;
        var folder = (string)run["folder"]!;
        Assert.Equal(File.ReadAllText(_folder.File("truth.csv")), File.ReadAllText(Path.Combine(folder, "latency-counts.csv")));
        Assert.Equal(("complete", "duration", true), ((string?)run["status"], (string?)run["live"]!["end"], (bool)run["simulated"]!));
        Assert.Equal(ToDocument(folder)["latency_ns"]!.ToJsonString(), run["latency_ns"]!.ToJsonString());
        var stimuli = (long)run["counts"]!["stimuli"]!;
        Assert.InRange(stimuli, 3_500, 4_500);
        Assert.Equal(stimuli, (long)run["counts"]!["callbacks"]!);

        // Of the edges the last ten seconds and a tenth, four a stimulus.
        var kept = run["live"]!["kept"]!;
        Assert.InRange((long)kept["edges"]![0]! + (long)kept["edges"]![1]!, 2_300, 3_500);
        var verified = await CommandOutcome.OfAsync("runs", "verify", folder);
        Assert.True(verified.Code == 0, verified.Said);
        var analysed = await CommandOutcome.OfAsync("analyze", folder, "--json");
        Assert.True((long)analysed.Json["counts"]!["matched"]! is > 500 and < 1_000, analysed.Said);
        Assert.Contains(analysed.Json["warnings"]!.AsArray(), w => ((string)w!).Contains("keeps the edges of its end", StringComparison.Ordinal));
        var reported = await CommandOutcome.OfAsync("report", folder, "--format", "html,md,csv,json,junit");
        Assert.True(reported.Code == 0, reported.Said);
        Assert.Contains("Of the end of the session", File.ReadAllText(Path.Combine(folder, "report.html")), StringComparison.Ordinal);
        var shown = await CommandOutcome.OfAsync("runs", "show", folder);
        Assert.Contains("measured 60.", shown.Stdout, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "histogram.png")));
    }

    [Fact]
    public async Task Sessions_can_be_compared_with_runs()
    {
        string[] folders = [.. Enumerable.Range(1, 4).Select(i => $"{i}")];
        foreach (var seed in folders)
        {
            Assert.Equal(0, (await LiveAsync("--duration", "20s", "--seed", seed, "--label", "a")).Code);
            Assert.Equal(0, (await CommandOutcome.OfAsync("run", "--pin", "4", "--rig", "sim", "--seed", "1" + seed, "--label", "b", "-o", _folder.File("captures"))).Code);
        }

        var compared = await CommandOutcome.OfAsync("compare", "a", "b", "--runs", _folder.File("captures"), "--json");
        Assert.True(compared.Code == 0, compared.Said);
        Assert.NotEqual("not_comparable", (string?)compared.Json["verdict"]);
    }

    [Fact]
    public async Task The_first_latency_above_the_limit_ends_it_and_its_waveform_is_kept()
    {
        var outcome = await LiveAsync("--break-on", "250us", "--seed", "4", "--sim-truth", _folder.File("truth.csv"), "--json");
        Assert.True(outcome.Code == 5, outcome.Said);
        var run = outcome.Json;
        var seen = run["live"]!["break"]!;
        Assert.Equal("break", (string?)run["live"]!["end"]);
        Assert.True((double)seen["latency_ns"]! > 250_000);
        Assert.Equal(16 * ((long)seen["response_tick"]! - (long)seen["stimulus_tick"]!), (double)seen["latency_ns"]!);

        // The first: of the same seed as a run with a list of what truly happened, no stimulus before it took longer.
        var truth = _folder.File("list.csv");
        Assert.Equal(0, (await CommandOutcome.OfAsync("run", "--pin", "4", "--rig", "sim", "--seed", "4", "--samples", "500", "--sim-truth", truth, "-o", _folder.File("captures"))).Code);
        var first = CsvRow.Read(truth).First(r => r.Has("seq") && r["seq"][0] != '-' && r.Has("response_t_ns") && r.Has("stimulus_t_ns") && r.Number("response_t_ns") - r.Number("stimulus_t_ns") > 250_000);
        Assert.Equal(first["seq"], ((long)seen["sequence"]!).ToString(System.Globalization.CultureInfo.InvariantCulture));

        var folder = (string)run["folder"]!;
        Assert.True(File.Exists(Path.Combine(folder, "waveform.png")));
        var analysed = await CommandOutcome.OfAsync("analyze", folder, "--json");
        Assert.Contains(analysed.Json["details_ns"]!["outliers"]!["worst"]!.AsArray(), w => (double)w!["latency_ns"]! == (double)seen["latency_ns"]!);
        var ticks = (long)run["live"]!["kept"]!["to_tick"]! - (long)seen["response_tick"]!;
        Assert.InRange(ticks * 16e-9, 0.9, 1.6);
    }

    [Fact]
    public async Task An_answer_that_never_comes_is_above_every_limit_and_the_next_command_works()
    {
        var outcome = await CommandOutcome.OfAsync("live", "--pin", "4", "--rig", "sim:esp32?fault=stuck@300", "--break-on", "1ms", "--seed", "3", "-o", _folder.File("captures"));
        Assert.True(outcome.Code == 5, outcome.Said);
        Assert.Contains("BREAK", outcome.Stdout, StringComparison.Ordinal);
        Assert.Contains("no answer came", outcome.Stdout, StringComparison.Ordinal);
        var next = outcome.Stdout[(outcome.Stdout.IndexOf("next: latencylab ", StringComparison.Ordinal) + 17)..].Trim().Split(' ');
        var plotted = await CommandOutcome.OfAsync([.. next, "-o", _folder.File("waveform.svg")]);
        Assert.True(plotted.Code == 0, plotted.Said);
        Assert.DoesNotMatch("--from [0-9.]+us", string.Join(' ', next));

        // Whoever reads the report learns what the limit was, and what was above it.
        var report = await CommandOutcome.OfAsync("report", next[1], "--format", "md", "-o", "-");
        Assert.True(report.Code == 0, report.Said);
        Assert.Contains("no answer came, and 1.000 ms is the limit", report.Stdout, StringComparison.Ordinal);
        Assert.Contains("above 1.000 ms", report.Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--break-on 20ms", "--break-on")]
    [InlineData("--duration 0s", "--duration")]
    [InlineData("--duration 1s --until-stop", "contradict")]
    [InlineData("--samples 10", "--samples")]
    [InlineData("--keep 2h", "--keep")]
    public async Task What_makes_no_sense_is_refused_before_a_board_is_touched(string options, string named)
    {
        var outcome = await LiveAsync(options.Split(' '));
        Assert.True(outcome.Code == 2, outcome.Said);
        Assert.Contains(named, outcome.Stderr, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("captures")));
    }

    [Fact]
    public async Task A_sampler_that_is_unplugged_ends_it_with_the_run_kept()
    {
        var outcome = await CommandOutcome.OfAsync("live", "--pin", "4", "--rig", "sim:esp32?fault=unplug@300", "--json", "-o", _folder.File("captures"));
        Assert.True(outcome.Code == 4, outcome.Said);
        Assert.Equal(("invalid", "fault"), ((string?)outcome.Json["status"], (string?)outcome.Json["live"]!["end"]));
        Assert.InRange((long)outcome.Json["counts"]!["matched"]!, 200, 250);
        Assert.True(File.Exists(Path.Combine((string)outcome.Json["folder"]!, "edges.parquet")));
    }

    [Fact]
    public async Task Without_boards_it_says_what_would_run_on_the_simulator()
    {
        var outcome = await CommandOutcome.OfAsync("live", "--pin", "4", "--target", "tcp://127.0.0.1:1", "--sampler", "tcp://127.0.0.1:1", "-o", _folder.File("captures"));
        Assert.True(outcome.Code == 3, outcome.Said);
        Assert.False(Directory.Exists(_folder.File("captures")));
    }

    public void Dispose() => _folder.Dispose();

    private Task<CommandOutcome> LiveAsync(params string[] options) => CommandOutcome.OfAsync(["live", "--pin", "4", "--rig", "sim", "-o", _folder.File("captures"), .. options]);

    private static JsonNode ToDocument(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "run.json")))!;
}
