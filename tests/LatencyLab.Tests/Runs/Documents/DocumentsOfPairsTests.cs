using System.Text;
using System.Text.Json.Nodes;
using LatencyLab.Formats;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Samplers;
using LatencyLab.Tests.Fuzz;
using LatencyLab.Units;

namespace LatencyLab.Tests.Runs.Documents;

/// <summary>From the edges of a file to the numbers in its document.</summary>
public sealed class DocumentsOfPairsTests
{
    private const string Head = "$timescale 1us $end\n$var wire 1 ! a $end\n$var wire 1 \" b $end\n$enddefinitions $end\n#0\n0!\n0\"\n";

    [Fact]
    public void Latencies_are_written_with_all_that_is_known_of_them_and_read_back_the_same()
    {
        // 3000 stimuli of both polarities a millisecond apart, each answered by a pulse after 20 to 29 us; the last but one answer comes after 400 us.
        var edges = string.Concat(Enumerable.Range(1, 3000).Select(i =>
        {
            var (at, latency) = (i * 1000, i == 2999 ? 400 : 20 + (i * 7 % 10));
            return $"#{at}\n{i % 2}!\n#{at + latency}\n1\"\n#{at + latency + 5}\n0\"\n";
        }));
        var analysis = Analyse(Head + edges + "#4000000\n", new AnalysisRequest(null, "both:rising", null, Duration.Zero, 100, Duration.FromMicroseconds(50), WithTail: true));
        var document = JsonNode.Parse(RunJson.ToUtf8(analysis.Document))!;
        Assert.Equal((3000, 3000), ((int)document["counts"]!["stimuli"]!, (int)document["counts"]!["matched"]!));
        Assert.Equal((20_000, 400_000, 25_000), ((double)document["latency_ns"]!["min"]!, (double)document["latency_ns"]!["max"]!, (double)document["latency_ns"]!["p50"]!));
        Assert.Equal(1500, (int)document["by_edge"]!["falling"]!["latency_ns"]!["n"]!);
        Assert.Equal(1, (int)document["details_ns"]!["limit"]!["exceeded"]!["count"]!);
        Assert.Equal(400_000, (double)document["details_ns"]!["outliers"]!["worst"]![0]!["latency_ns"]!);
        Assert.Equal(380_000, (double)document["details_ns"]!["jitter_pp"]!);
        Assert.NotNull(document["tail_ns"]);

        var clock = new ClockCalibration(3, 0.5, 60, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), true);
        var sampler = new SamplerIdentity("pico", "a0", 1_000_000) { ClockHz = 125_000_000, ClockPpm = 3, Calibration = clock };
        var run = (RunSamples.Irq with { Sampler = SamplerDocument.Of(sampler) }).WithResult(analysis.Result, sampler);
        var bytes = RunJson.ToUtf8(run);
        var back = RunJson.ReadRun(bytes, "run.json");
        Assert.Equal(bytes, RunJson.ToUtf8(back));
        Assert.Equal((0.5, 60.0, true), (back.Sampler!.ClockCalibration!.UncertaintyPpm, back.Sampler.ClockCalibration.Seconds, back.Sampler.ClockCalibration.HostSynchronised));
        Assert.Equal(analysis.Document.LatencyNs.Mean, back.LatencyNs!.Mean);
        Assert.False(back.SelfTimed);
        Assert.True((back with { Sampler = back.Sampler with { Kind = SamplerDocument.SelfKind } }).SelfTimed);
    }

    [Theory]
    [InlineData("#4000\n", 0, 0)]
    [InlineData("#1000\n1!\n#1500\n0!\n#2000\n1!\n#4000\n", 2, 0)]
    [InlineData("#1000\n1!\n#1500\n0!\n1\"\n#4000\n", 1, 1)]
    public void What_too_few_pairs_can_not_say_is_null_and_has_its_reason(string edges, int stimuli, int matched)
    {
        var analysis = Analyse(Head + edges, new AnalysisRequest("a:b", "rising", null, Duration.Zero, 100, WithTail: true));
        var document = JsonNode.Parse(RunJson.ToUtf8(analysis.Document))!;
        Assert.Equal((stimuli, matched), ((int)document["counts"]!["stimuli"]!, (int)document["counts"]!["matched"]!));
        Assert.Null(document["by_edge"]);
        Assert.Null(document["latency_ns"]!["p99"]);
        Assert.False(string.IsNullOrEmpty((string?)document["latency_ns"]!["null_reasons"]!["p99"]));
        Assert.Equal(matched == 1 ? 500_000 : null, (double?)document["latency_ns"]!["max"]);
        Assert.False(string.IsNullOrEmpty((string?)document["tail_ns"]!["null_reason"]));

        var run = RunSamples.Irq.WithResult(analysis.Result, new SamplerIdentity("replay", "x.vcd", 1_000_000));
        Assert.Equal(RunJson.ToUtf8(run), RunJson.ToUtf8(RunJson.ReadRun(RunJson.ToUtf8(run), "run.json")));
        Assert.False((run with { Sampler = null }).SelfTimed);
    }

    private static FileAnalysisResult Analyse(string vcd, AnalysisRequest request) =>
        FileAnalysis.Run(CaptureFile.Open(InputFolder.Write(Encoding.ASCII.GetBytes(vcd), "pairs.vcd")), "pairs.vcd", request, cancellationToken: TestContext.Current.CancellationToken);
}
