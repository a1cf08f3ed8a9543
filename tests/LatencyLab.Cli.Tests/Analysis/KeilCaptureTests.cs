using System.Globalization;
using System.Text.RegularExpressions;
using LatencyLab.Cli.Tests.Runs;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Analysis;

/// <summary>A real stimulus and response: JTAG's clock and the clock that the adapter returns. The counts were made by an independent program.</summary>
public sealed partial class KeilCaptureTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static string Capture => Repository.Path("captures", "keil_mcb2140_idle.sr");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_answer_and_the_three_that_are_missing_are_found()
    {
        var csv = _folder.File("latency.csv");
        var outcome = await CommandOutcome.OfAsync("analyze", Capture, "--pair", "TCK:RTCK", "--edge", "rising", "--csv", csv, "--json");
        Assert.True(outcome.Code == 0, outcome.Said);
        var counts = outcome.Json["counts"]!;
        Assert.Equal([2640, 2637, 0, 3, 0], new[] { "stimuli", "matched", "late", "missed", "excluded" }.Select(c => (int)counts[c]!));
        var rows = CsvRow.Read(csv);
        Assert.Equal(["636", "639", "642"], rows.Where(r => r["status"] == "missed").Select(r => r["seq"]));
        Assert.Equal(
            [(0, 268), (250, 2360), (500, 9)],
            rows.Where(r => r["status"] == "matched").GroupBy(r => (int)r.Number("latency_ns")).OrderBy(g => g.Key).Select(g => (g.Key, g.Count())));
        // An answer in the sample of its stimulus counts, and is said to be below what the recorder can tell.
        Assert.Contains("below one tick", (await CommandOutcome.OfAsync("analyze", Capture, "--pair", "TCK:RTCK")).Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capture_of_one_line_is_sent_to_the_report_about_signals()
    {
        var outcome = await CommandOutcome.OfAsync("analyze", Repository.Path("captures", "dcc_decoder_2_light.sr"));
        Assert.Equal(2, outcome.Code);
        Assert.Contains("only one", outcome.Stderr, StringComparison.Ordinal);
        Assert.Contains("--signal data", outcome.Stderr, StringComparison.Ordinal);
    }

    /// <summary>
    /// sigrok's jitter decoder sees the same edges, but after a missed clock it takes the answer of one stimulus for that of another: it loses
    /// three stimuli at 250 ns and one at 0 ns, and reports four of 750 ns that are in no pair of neighbouring edges.
    /// </summary>
    [Fact]
    public async Task Sigrok_agrees_but_for_what_it_pairs_wrongly_after_each_missed_clock()
    {
        var sigrok = Tool.Require("sigrok-cli");
        var (code, stdout, stderr) = await ToolUnderTest.RunAsync(
            sigrok, ["-i", Capture, "-P", "jitter:clk=TCK:sig=RTCK", "-A", "jitter"], cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(code == 0, stderr);
        var latenciesNs = Jitter().Matches(stdout).GroupBy(m => Nanoseconds(m)).OrderBy(g => g.Key).Select(g => (g.Key, g.Count())).ToArray();
        Assert.Equal([(0, 267), (250, 2357), (500, 9), (750, 4)], latenciesNs);
        Assert.Equal(3, stdout.Split("Missed clock").Length - 1);

        var csv = _folder.File("latency.csv");
        Assert.Equal(0, (await CommandOutcome.OfAsync("analyze", Capture, "--pair", "TCK:RTCK", "--csv", csv)).Code);
        var rows = CsvRow.Read(csv);
        var late = rows.Where(r => r["status"] == "matched" && r.Number("latency_ns") > 500);
        Assert.Empty(late);
        // Both see as many answers.
        Assert.Equal(latenciesNs.Sum(l => l.Item2), rows.Count(r => r["status"] == "matched"));
    }

    private static int Nanoseconds(Match match) => (int)Math.Round(
        double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * match.Groups[2].Value switch { "ns" => 1, "us" or "µs" or "μs" => 1000, _ => 1e9 });

    [GeneratedRegex(@"([0-9.]+) ?(ns|us|µs|μs|s)\b")]
    private static partial Regex Jitter();
}
