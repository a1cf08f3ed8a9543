using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>Trains of stimuli: the queue depth of each port is found, and no latency is given that belongs to another stimulus.</summary>
public sealed class TrainTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static int Seeds => Tool.LongRuns ? 40 : 3;

    public static TheoryData<string, string> Rigs => new()
    {
        { "sim:esp32", "--burst 12" },
        { "sim:esp32", "--burst 3 --samples 300" },
        { "sim:esp32?load=gc", "--burst 6 --gap 1ms+1ms" },
        { "sim:esp32?load=flash", "--burst 4 --gap 2ms" },
        { "sim:esp8266?load=wifi", "--burst 5 --gap 600us+300us --burst-gap 20us" },
        { "sim:esp8266", "--burst 16 --irq falling --warmup 0" },
        { "sim:rp2040", "--burst 32 --burst-gap 3us" },
        { "sim:rp2040", "--burst 8 --handler hard --burst-gap 40us" },
        { "sim:esp32c3", "--burst 2 --burst-gap 100us --load cpu" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Rigs))]
    public async Task Counts_are_the_truth_and_no_latency_belongs_to_another_stimulus(string rig, string options)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (run, rows, truth) = await MeasureAsync(rig, options, seed);
            AssertOwnLatencies(rows, truth);
            foreach (var status in new[] { "matched", "late", "missed", "excluded" })
            {
                Assert.Equal(truth.Count(r => r.Has("stimulus_t_ns") && r["status"] == status && long.Parse(r["seq"]) >= 0), (long)run["counts"]![status]!);
            }

            // Each train by itself, from the truth: answers from its first stimulus to the next train's.
            var length = (int)run["plan"]!["burst"]!;
            var positions = run["burst"]!["positions"]!.AsArray();
            Assert.Equal(AnswersOfTrains(truth, length).Count(n => n >= length), (long)positions[^1]!["answered"]!);
            Assert.Equal(AnswersOfTrains(truth, length).Count(n => n < 2), (long)positions[1]!["lost"]!);
        }
    }

    [Theory]
    [InlineData("sim:esp32?fault=drop:0.05", "--burst 12")]
    [InlineData("sim:esp8266?fault=drop:0.03,flip:1e-4", "--burst 4")]
    [InlineData("sim:esp32?fault=double:0.1,reorder:0.1&load=gc", "--burst 3")]
    [InlineData("sim:rp2040?fault=overrun@300", "--burst 8")]
    public async Task What_the_link_loses_excludes_whole_trains(string rig, string options)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (run, rows, truth) = await MeasureAsync(rig, options + " --max-excluded 100", seed);
            AssertOwnLatencies(rows, truth);
            var length = (int)run["plan"]!["burst"]!;
            var warmup = (int)run["plan"]!["warmup"]!;
            foreach (var train in rows.GroupBy(r => (long.Parse(r["seq"]) + warmup) / length))
            {
                var lost = truth.Any(t => t.Has("stimulus_t_ns") && (long.Parse(t["seq"]) + warmup) / length == train.Key && t["lost"] == "true");
                Assert.True(!lost || train.All(r => r["status"] == "excluded"), $"train {train.Key} lost edges, but counts");
            }
        }
    }

    [Theory]
    [InlineData("sim:esp32", "--burst 12", 8)]
    [InlineData("sim:esp32s3", "--burst 16", 8)]
    [InlineData("sim:esp8266", "--burst 8", 4)]
    [InlineData("sim:esp8266", "--burst 12", 4)]
    [InlineData("sim:rp2040", "--burst 32", 8)]
    public async Task The_queue_depth_of_the_port_is_found(string rig, string options, int depth)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (run, _, _) = await MeasureAsync(rig, options, seed);
            Assert.Equal(depth, (int?)run["burst"]!["queue_depth"]);
            var share = run["burst"]!["queue_depth_share"]!;
            Assert.InRange((double)share["trains"]! / (double)share["of_trains"]!, (double)share["ci95"]![0]!, (double)share["ci95"]![1]!);
            Assert.True((double)share["ci95"]![0]! > 0.5);
        }
    }

    [Theory]
    [InlineData("sim:esp32", "--burst 4", "make it longer")]
    [InlineData("sim:rp2040", "--burst 12 --handler hard", "knows no queue")]
    public async Task Where_the_queue_is_never_full_its_depth_is_open(string rig, string options, string why)
    {
        var (run, _, _) = await MeasureAsync(rig, options, 1);
        Assert.Null(run["burst"]!["queue_depth"]);
        Assert.Contains(why, (string)run["burst"]!["null_reasons"]!["queue_depth"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trains_that_lose_nothing_have_latencies_and_are_analysed_again_bit_for_bit()
    {
        var (run, _, _) = await MeasureAsync("sim:esp32", "--burst 4 --samples 400", 5);
        Assert.Equal(400, (long)run["latency_ns"]!["n_matched"]!);
        var again = await CommandOutcome.OfAsync(["analyze", (string)run["folder"]!, "--json"]);
        Assert.Equal(run["latency_ns"]!.ToJsonString(), again.Json["latency_ns"]!.ToJsonString());
    }

    [Fact]
    public async Task Trains_that_lose_interrupts_give_no_latency_and_say_so()
    {
        var text = await CommandOutcome.OfAsync(["run", "--pin", "4", "--rig", "sim", "--seed", "1", "--burst", "12", "-o", _folder.Path]);
        Assert.Equal(0, text.Code);
        Assert.Contains("queue depth  8", text.Stdout, StringComparison.Ordinal);
        Assert.Contains("nobody can say to which stimulus", text.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("p50", text.Stdout, StringComparison.Ordinal);
    }

    private static void AssertOwnLatencies(IEnumerable<CsvRow> rows, CsvRow[] truth)
    {
        var byStimulus = truth.Where(t => t.Has("stimulus_t_ns")).ToDictionary(t => t["seq"], StringComparer.Ordinal);
        foreach (var row in rows.Where(r => r.Has("latency_ns")))
        {
            var own = byStimulus[row["seq"]];
            Assert.True(own["caused_by_seq"] == row["seq"], $"the latency of {row["seq"]} belongs to {own["caused_by_seq"]}");
            // One tick of the sampler and half a tick of its input synchroniser.
            Assert.InRange(row.Number("latency_ns") - (own.Number("response_t_ns") - own.Number("stimulus_t_ns")), -24.01, 24.01);
        }
    }

    private static IEnumerable<int> AnswersOfTrains(CsvRow[] truth, int length)
    {
        var stimuli = truth.Where(t => t.Has("stimulus_t_ns") && long.Parse(t["seq"]) >= 0).Select(t => t.Number("stimulus_t_ns")).ToArray();
        var answers = truth.Where(t => t.Has("response_t_ns")).Select(t => t.Number("response_t_ns")).ToArray();
        for (var i = 0; i < stimuli.Length; i += length)
        {
            var (from, to) = (stimuli[i], i + length < stimuli.Length ? stimuli[i + length] : double.MaxValue);
            yield return answers.Count(a => a >= from && a < to);
        }
    }

    private async Task<(System.Text.Json.Nodes.JsonNode Run, CsvRow[] Rows, CsvRow[] Truth)> MeasureAsync(string rig, string options, int seed)
    {
        var truth = _folder.File($"truth-{seed}.csv");
        var run = await CommandOutcome.OfAsync(
            ["run", "--pin", "4", "--rig", rig, "--seed", $"{seed}", .. options.Split(' '), "--sim-truth", truth, "--json", "-o", _folder.Path]);
        return (run.Json, [.. CsvRow.Read(Path.Combine((string)run.Json["folder"]!, "latency.csv"))], [.. CsvRow.Read(truth)]);
    }
}
