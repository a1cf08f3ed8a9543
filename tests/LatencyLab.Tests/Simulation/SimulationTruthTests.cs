using LatencyLab.Analysis;
using LatencyLab.Simulation;

namespace LatencyLab.Tests.Simulation;

/// <summary>What the host decodes and pairs, against what truly happened: the two share no code.</summary>
public sealed class SimulationTruthTests
{
    private const long WindowTicks = 625_000;

    public static TheoryData<string, string> ChipsAndLoads
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var chip in new[] { "esp32", "esp32s2", "esp32s3", "esp32c3", "esp32c6", "esp8266", "pico" })
            {
                foreach (var load in new[] { "none", "gc", "cpu", "uart", "flash", "wifi" })
                {
                    data.Add(chip, load);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ChipsAndLoads))]
    public async Task Without_faults_every_row_is_the_truth(string chip, string load)
    {
        var run = await SimulatedSession.RunAsync(SimulatedRig.Create($"sim:{chip}?load={load}&seed=5"), pulses: 300);
        var rows = run.Truth.Rows(warmup: 20, WindowTicks);
        var (pairs, pairer) = Pair(run, warmup: 20);
        var stimuli = rows.Where(r => r.StimulusNs is not null).ToArray();
        Assert.Equal(stimuli.Length, pairs.Count);
        for (var i = 0; i < pairs.Count; i++)
        {
            Compare(stimuli[i], pairs[i]);
        }

        Assert.Equal(rows.Count(r => r.Status == "extra" && r.Sequence >= 0), pairer.Extra);
        Assert.DoesNotContain(rows, r => r.Lost);
    }

    [Theory]
    [InlineData("drop:0.05")]
    [InlineData("flip:1e-4")]
    [InlineData("double:0.2")]
    [InlineData("reorder:0.1")]
    [InlineData("foreign")]
    [InlineData("overrun@150")]
    [InlineData("drop:0.03,flip:1e-5,double:0.1,reorder:0.05,foreign")]
    [InlineData("noend")]
    [InlineData("unplug@150")]
    public async Task With_faults_what_is_not_excluded_is_the_truth_and_all_that_is_lost_is_excluded(string fault)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var run = await SimulatedSession.RunAsync(SimulatedRig.Create($"sim:esp32?seed={seed}&fault={fault}"), pulses: 300);
            var stimuli = run.Truth.Rows(warmup: 0, WindowTicks).Where(r => r.StimulusNs is not null).ToArray();
            var (pairs, _) = Pair(run, warmup: 0);
            Assert.Equal(fault is "unplug@150", run.Cut is not null);
            Assert.Equal(fault is "noend" or "unplug@150", run.Reader.End is null);
            for (var i = 0; i < pairs.Count; i++)
            {
                Assert.Equal(stimuli[i].Sequence, pairs[i].Sequence);
                if (pairs[i].Status == PairStatus.Excluded)
                {
                    continue;
                }

                Assert.False(stimuli[i].Lost, $"{fault}, seed {seed}: row {i} lost an edge, but is {pairs[i].Status}");
                Compare(stimuli[i], pairs[i]);
            }

            if (fault.Contains("drop", StringComparison.Ordinal) || fault.StartsWith("flip", StringComparison.Ordinal) || fault.StartsWith("over", StringComparison.Ordinal))
            {
                Assert.Contains(stimuli, r => r.Lost);
            }
            else if (fault is "double:0.2" or "foreign" or "noend")
            {
                Assert.DoesNotContain(stimuli, r => r.Lost);
            }
        }
    }

    [Fact]
    public async Task A_target_that_reboots_answers_no_more_and_shows_its_boot_text()
    {
        var run = await SimulatedSession.RunAsync(SimulatedRig.Create("sim:esp32?fault=reboot@50"));
        Assert.Equal(50, run.Rises(1).Length);
        Assert.StartsWith("ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET)", run.Done, StringComparison.Ordinal);
        Assert.Equal(150, run.Truth.Rows(0).Count(r => r.ResponseNs is null));
    }

    [Fact]
    public async Task A_stuck_pin_answers_no_more_though_callbacks_run()
    {
        var run = await SimulatedSession.RunAsync(SimulatedRig.Create("sim:esp32?fault=stuck@50"));
        Assert.Equal(50, run.Rises(1).Length);
        Assert.Equal(200, run.Callbacks);
    }

    [Fact]
    public async Task A_hung_target_hears_nothing_but_control_c()
    {
        var rig = SimulatedRig.Create("sim:esp32?fault=hang@50");
        var run = await SimulatedSession.RunAsync(rig);
        Assert.Equal(50, run.Rises(1).Length);
        Assert.Empty(run.Done);
        await using var again = new BoardTerminal(rig.Target);
        Assert.EndsWith("raw REPL; CTRL-B to exit\r\n>", await again.TypeAsync("\r\u0003\r\u0001"), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_follow_the_pairing_rule_on_a_table_written_by_hand()
    {
        // Stimuli at 100, 200, 300, 400, 500; window 50; the capture ends at 540. Answers: in the tick of the stimulus, twice,
        // late by being in the window's end tick, in the tick of the next stimulus, none before the end.
        var truth = SimulationTruth.Of([100, 200, 300, 400, 500], [(20, null), (100, 0), (210, 1), (220, 1), (350, 2), (380, 2), (400, 2)], endTick: 540);
        var rows = truth.Rows(warmup: 1, windowTicks: 50);
        Assert.Equal(
            [
                (null, "spurious", null), (-1, "matched", -1), (0, "matched", 0), (0, "extra", 0), (1, "late", 1), (null, "spurious", 1),
                (2, "matched", 1), (3, "excluded", null),
            ],
            rows.Select(r => (r.Sequence, r.Status, r.CausedBySequence)));
        Assert.Equal("missed", truth.Rows(0, windowTicks: 40)[^1].Status);
        Assert.Equal("excluded", truth.Rows(0)[^1].Status);
    }

    [Fact]
    public void The_file_has_fixed_columns_and_line_feeds()
    {
        using var writer = new StringWriter();
        SimulationTruth.WriteCsv(writer, [new TruthRow(-1, 16, 1234567.5, "matched", -1, false), new TruthRow(null, null, 2e9, "spurious", null, true)]);
        Assert.Equal(
            "seq,stimulus_t_ns,response_t_ns,status,caused_by_seq,lost\n-1,16.000,1234567.500,matched,-1,false\n,,2000000000.000,spurious,,true\n", writer.ToString());
    }

    private static void Compare(TruthRow row, Pair pair)
    {
        Assert.Equal(row.Sequence, pair.Sequence);
        Assert.Equal(row.Status, pair.Status.ToString().ToLowerInvariant());
        Assert.InRange((pair.StimulusTick * 16.0) - row.StimulusNs!.Value, 8 - 0.001, 24);
        if (row.ResponseNs is { } responseNs)
        {
            // One tick of 16 ns on each stamp; the synchroniser delays both alike.
            Assert.InRange((pair.LatencyTicks!.Value * 16.0) - (responseNs - row.StimulusNs.Value), -16, 16);
        }
        else
        {
            Assert.Null(pair.LatencyTicks);
        }
    }

    private static (List<Pair> Pairs, Pairer Pairer) Pair(SimulatedRun run, int warmup)
    {
        var list = new PairList();
        var pairer = new Pairer(new PairingRules(0, 1, WindowTicks: WindowTicks, Warmup: warmup), list);
        run.Capture.CopyTo(pairer);
        return (list.All, pairer);
    }

    private sealed class PairList : IPairSink
    {
        public List<Pair> All { get; } = [];

        public void Pairs(ReadOnlySpan<Pair> pairs) => All.AddRange(pairs);
    }
}
