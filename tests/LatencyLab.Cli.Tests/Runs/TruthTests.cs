using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>The whole command against what truly happened on the simulated rig.</summary>
public sealed class TruthTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static int Seeds => Tool.LongRuns ? 20 : 1;

    private static string[] Chips => ["esp32", "esp8266", "rp2040", "esp32c3"];

    private static string[] Loads => ["none", "gc", "cpu", "uart", "flash", "wifi"];

    public static TheoryData<string, string> SoundRigs
    {
        get
        {
            var data = new TheoryData<string, string>();
            string[] edges = ["rising", "falling", "both"];
            var number = 0;
            foreach (var chip in Chips)
            {
                // Each edge with each chip, loads in turn; the long form has them all.
                foreach (var edge in edges)
                {
                    foreach (var load in Tool.LongRuns ? Loads : [Loads[number++ % Loads.Length]])
                    {
                        data.Add($"sim:{chip}?load={load}", $"--irq {edge}");
                    }
                }
            }

            data.Add("sim:esp32", "--handler native");
            data.Add("sim:esp32", "--handler viper --irq both");
            data.Add("sim:rp2040", "--handler hard");
            data.Add("sim:rp2040?load=gc", "--handler hard --irq both --idle spin");
            data.Add("sim:esp8266", "--handler viper --min-latency 1us");
            data.Add("sim:esp32", "--window 5ms --warmup 0");
            // Its floating pins follow the wiring check's pulls by chance, as if the wires were shorted.
            data.Add("sim:esp32?seed=964871", "--irq rising");
            data.Add("sim:esp32", "--test poll");
            data.Add("sim:esp8266?load=wifi", "--test poll --irq both --handler viper");
            data.Add("sim:rp2040?load=gc", "--test poll --irq falling --handler native");
            data.Add("sim:rp2040", "--test schedule");
            data.Add("sim:esp8266", "--test schedule --irq both --idle spin");
            return data;
        }
    }

    public static TheoryData<string, string> Bursts => new()
    {
        { "sim:esp32", "--gap 200us+100us" },
        { "sim:esp8266", "--gap 150us+50us" },
        { "sim:esp8266?load=wifi", "--gap 300us+300us --irq both" },
        { "sim:rp2040?load=gc", "--gap 60us+40us" },
        { "sim:esp32c3?load=flash", "--gap 500us --window 100us --irq falling" },
        { "sim:esp32", "--gap 20us" },
    };

    public static TheoryData<string, string> Faults => new()
    {
        { "sim:esp32?fault=drop:0.02", "--irq rising" },
        { "sim:esp32?fault=drop:0.1", "--irq both" },
        { "sim:rp2040?fault=flip:1e-4", "--irq falling" },
        { "sim:esp8266?fault=double:0.2", "--irq rising" },
        { "sim:esp32?fault=reorder:0.1", "--irq both" },
        { "sim:esp32?fault=overrun@150", "--irq rising" },
        { "sim:esp32?fault=foreign", "--irq rising" },
        { "sim:esp32c3?fault=unplug@150", "--irq rising" },
        { "sim:esp32?fault=reboot@120", "--irq falling" },
        { "sim:esp8266?fault=stuck@100", "--irq rising" },
        { "sim:esp32?fault=hang@100", "--irq both" },
        { "sim:esp32?fault=noend", "--irq rising" },
        { "sim:esp32?fault=drop:0.05", "--test poll" },
        { "sim:rp2040?fault=flip:1e-4", "--test schedule" },
        { "sim:esp8266?fault=drop:0.05,flip:1e-4&load=wifi", "--gap 400us+300us" },
        { "sim:esp32?fault=drop:0.05,double:0.1,reorder:0.05,foreign&load=gc", "--gap 200us+100us --irq both" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(SoundRigs))]
    public async Task Without_faults_every_pair_and_count_is_the_truth(string rig, string options)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (run, truth) = await MeasureAsync(rig, options, seed);
            Assert.True(run.Code == 0, run.Said);
            Assert.Equal("complete", (string?)run.Json["status"]);
            TruthComparison.AssertAllTrue(run.Json, truth);
        }
    }

    /// <summary>More stimuli than any stage holds at once.</summary>
    [Fact]
    public async Task A_long_run_is_the_truth_too()
    {
        foreach (var seed in new[] { 1, 2, 3 })
        {
            var (run, truth) = await MeasureAsync("sim:esp8266?load=gc", "--samples 5000 --irq both", seed);
            Assert.True(run.Code == 0, run.Said);
            TruthComparison.AssertAllTrue(run.Json, truth);
        }
    }

    [Theory]
    [MemberData(nameof(Bursts))]
    public async Task Stimuli_closer_than_answers_are_paired_as_the_rule_says(string rig, string options)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (run, truth) = await MeasureAsync(rig, options, seed);
            TruthComparison.AssertAllTrue(run.Json, truth);
        }
    }

    /// <summary>Each stimulus is answered once, after the next one: latencies look short throughout, and nothing but a miss at the begin and an answer too many at the end shows it.</summary>
    [Theory]
    [InlineData("sim:esp32?offset=20ms", "--samples 300")]
    [InlineData("sim:esp32", "--samples 300 --gap 20us")]
    public async Task Answers_that_always_come_after_the_next_stimulus_give_no_latency(string rig, string options)
    {
        var (run, truth) = await MeasureAsync(rig, options, 1);
        Assert.True(run.Code == (int)ExitCode.MeasurementInvalid, run.Said);
        Assert.Equal(0, (int?)run.Json["latency_ns"]!["n_matched"]);
        Assert.Contains("shifted", (string?)run.Json["latency_ns"]!["null_reasons"]!["max"], StringComparison.Ordinal);
        var causes = CsvRow.Read(truth).Where(r => r.Has("stimulus_t_ns")).ToDictionary(r => r["seq"], r => r["caused_by_seq"]);
        var folder = (string)run.Json["folder"]!;
        var again = _folder.File("again.csv");
        Assert.Equal((int)ExitCode.Done, (await CommandOutcome.OfAsync("analyze", folder, "--csv", again)).Code);
        foreach (var rows in new[] { CsvRow.Read(Path.Combine(folder, "latency.csv")), CsvRow.Read(again) })
        {
            Assert.Equal(causes.Count, rows.Count);
            Assert.All(rows.Where(r => r["status"] == "matched" && r.Has("latency_ns")), r => Assert.Equal(r["seq"], causes[r["seq"]]));
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task With_faults_what_is_lost_is_excluded_and_the_rest_is_the_truth(string rig, string options)
    {
        for (var seed = 1; seed <= 2 * Seeds; seed++)
        {
            var (run, truth) = await MeasureAsync(rig, options + " --max-excluded 100", seed);
            TruthComparison.AssertTrueOrExcluded(run.Json, truth);
        }
    }

    private async Task<(CommandOutcome Run, string TruthPath)> MeasureAsync(string rig, string options, int seed)
    {
        var truth = _folder.File($"truth-{seed}.csv");
        string[] samples = options.Contains("--samples", StringComparison.Ordinal) ? [] : ["--samples", Tool.LongRuns ? "1000" : "200"];
        return (await CommandOutcome.OfAsync(
            ["run", "--pin", "4", "--rig", rig, "--seed", $"{seed}", .. samples, .. options.Split(' '), "--sim-truth", truth, "--json", "-o", _folder.Path]), truth);
    }
}
