using LatencyLab.Samplers;
using LatencyLab.Simulation;

namespace LatencyLab.Tests.Simulation;

public sealed class SimulatedCaptureTests
{
    [Fact]
    public async Task A_capture_without_faults_has_every_edge_where_it_truly_was()
    {
        var run = await SimulatedSession.RunAsync(SimulatedRig.Create("sim:esp32?seed=7"));
        Assert.Equal("\u0004\u0004>", run.Rest);
        Assert.Empty(run.Capture.Gaps);
        Assert.Equal(200, run.Reader.End!.Pulses);
        Assert.Equal(200, run.Callbacks);
        var rows = run.Truth.Rows(warmup: 0);
        Assert.Equal(200, rows.Count(r => r.Status == "matched"));
        for (var i = 0; i < 200; i++)
        {
            // Between one and three cycles of 8 ns later: two flip-flops, and a grid of two cycles.
            Assert.InRange((run.Rises(0)[i] * 16.0) - rows[i].StimulusNs!.Value, 8 - 0.001, 24);
            Assert.InRange((run.Rises(1)[i] * 16.0) - rows[i].ResponseNs!.Value, 8 - 0.001, 24);
            Assert.Equal(i, rows[i].CausedBySequence);
        }
    }

    [Fact]
    public async Task A_fast_crystal_stretches_what_the_sampler_measures()
    {
        var run = await SimulatedSession.RunAsync(SimulatedRig.Create("sim:esp32?ppm=1000"));
        var rows = run.Truth.Rows(warmup: 0);
        var measuredNs = (run.Rises(0)[^1] - run.Rises(0)[0]) * 16.0;
        Assert.Equal(1.001, measuredNs / (rows[^1].StimulusNs!.Value - rows[0].StimulusNs!.Value), 6);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes_however_they_are_read()
    {
        const string Selector = "sim:esp8266?seed=11&load=wifi&fault=drop:0.05,flip:1e-5,reorder:0.1";
        var first = await SimulatedSession.RunAsync(SimulatedRig.Create(Selector));
        var second = await SimulatedSession.RunAsync(SimulatedRig.Create(Selector), bufferBytes: 7);
        Assert.Equal(first.Bytes, second.Bytes);
        Assert.Equal(first.Done, second.Done);
        Assert.Equal(Csv(first.Truth), Csv(second.Truth));

        var other = await SimulatedSession.RunAsync(SimulatedRig.Create(Selector.Replace("seed=11", "seed=12", StringComparison.Ordinal)));
        Assert.NotEqual(first.Bytes, other.Bytes);
    }

    [Fact]
    public async Task A_served_board_repeats_a_run_with_the_same_latencies()
    {
        var rig = SimulatedRig.Create("sim:pico?seed=2");
        var first = await SimulatedSession.RunAsync(rig, handler: "hard");
        var second = await SimulatedSession.RunAsync(rig, handler: "hard");
        Assert.Equal(Latencies(first), Latencies(second));
        var third = await SimulatedSession.RunAsync(rig, handler: "hard", seed: 4);
        Assert.NotEqual(Latencies(first), Latencies(third));
    }

    [Theory]
    [InlineData(300, 0u)]
    [InlineData(5000, 77u)]
    public async Task Stimuli_come_as_the_table_says_and_a_longer_run_replays_it(int pulses, uint seed)
    {
        var run = await SimulatedSession.RunAsync(
            SimulatedRig.Create("sim"), pulses: pulses, seed: seed, gap: (25_001, 25_000), high: (3000, 777), arm: false);
        var table = LatencyLab.Samplers.StimulusTable.Create(seed, pulses, new CycleRange(25_001, 25_000), new CycleRange(3000, 777));
        var cycle = 0L;
        var expected = new List<long>();
        for (var i = 0; i < pulses; i++)
        {
            var (low, high) = table[i % table.Length];
            cycle += low;
            expected.Add((cycle + 1) / 2);
            cycle += high;
            expected.Add((cycle + 1) / 2);
        }

        Assert.Equal(expected, run.Capture.Traces[0].Ticks);
        Assert.Equal(new StreamHealth(), run.Reader.Health);
    }

    [Fact]
    public async Task Stimuli_faster_than_the_link_overrun_the_ring_and_say_so()
    {
        var run = await SimulatedSession.RunAsync(SimulatedRig.Create("sim"), pulses: 20_000, gap: (500, 0), high: (500, 0), arm: false);
        Assert.Equal("overrun", run.Reader.End!.Reason);
        Assert.True(run.Reader.Health.Overrun);
        Assert.Equal("\u0004\u0004>", run.Rest);
        Assert.InRange(run.Reader.End.Pulses, 2000, 4000);
        Assert.Equal(run.Reader.End.Pulses, run.Truth.Rows(0).Count(r => r.Sequence is not null));
        Assert.Contains(run.Truth.Rows(0), r => r.Lost);
    }

    [Theory]
    [InlineData("rising")]
    [InlineData("falling")]
    [InlineData("both")]
    public async Task The_handler_answers_the_edges_that_it_was_asked_for(string irq)
    {
        // Both levels last longer than any answer takes.
        var run = await SimulatedSession.RunAsync(SimulatedRig.Create("sim:esp32?seed=3"), irq, pulses: 100, high: (1_250_000, 1_000_000));
        var rows = run.Truth.Rows(warmup: 10);
        var stimuli = irq == "both" ? 200 : 100;
        Assert.Equal(stimuli, run.Callbacks);
        Assert.Equal(stimuli, run.Rises(1).Length);
        Assert.Equal(Enumerable.Range(-10, stimuli).Select(i => (long?)i), rows.Select(r => r.Sequence));
        Assert.All(rows, r => Assert.True(r.Status == "matched" && r.CausedBySequence == r.Sequence));
        var first = irq == "falling" ? 1 : 0;
        Assert.Equal(run.Capture.Traces[0].Ticks[first] * 16.0, rows[0].StimulusNs!.Value, 24.0);
    }

    [Theory]
    [InlineData("esp32", 8, 500u)]
    [InlineData("esp32c3", 8, 500u)]
    [InlineData("esp8266", 4, 650u)]
    public async Task A_burst_that_comes_before_the_first_callback_fills_the_queue_and_loses_the_rest(string chip, int depth, uint gapCycles)
    {
        // All edges of the burst are over before the least latency of the chip: nothing is dequeued meanwhile.
        var run = await SimulatedSession.RunAsync(SimulatedRig.Create($"sim:{chip}"), pulses: depth + 2, gap: (gapCycles, 0), high: (100, 0));
        Assert.Equal(depth, run.Callbacks);
        Assert.Equal(depth, run.Rises(1).Length);
        Assert.Equal(depth + 2, run.Reader.End!.Pulses);

        var whole = await SimulatedSession.RunAsync(SimulatedRig.Create($"sim:{chip}"), pulses: depth, gap: (gapCycles, 0), high: (100, 0));
        Assert.Equal(depth, whole.Callbacks);
    }

    [Fact]
    public async Task Edges_closer_than_the_interrupt_routine_are_one_interrupt()
    {
        var run = await SimulatedSession.RunAsync(SimulatedRig.Create("sim:esp32"), pulses: 2, gap: (125, 0), high: (50, 0));
        Assert.Equal(1, run.Callbacks);
    }

    [Theory]
    [InlineData("esp32", "native")]
    [InlineData("esp32", "viper")]
    [InlineData("esp8266", "viper")]
    [InlineData("pico", "hard")]
    public async Task Quicker_handlers_answer_sooner(string chip, string handler)
    {
        var bytecode = await SimulatedSession.RunAsync(SimulatedRig.Create($"sim:{chip}"));
        var quicker = await SimulatedSession.RunAsync(SimulatedRig.Create($"sim:{chip}"), handler: handler, parts: handler == "hard" ? "" : $"target/{handler}");
        Assert.Equal(200, quicker.Callbacks);
        Assert.True(Latencies(quicker).Order().ElementAt(100) < Latencies(bytecode).Order().ElementAt(100));
    }

    [Fact]
    public async Task Speed_and_offset_of_a_firmware_move_its_latencies()
    {
        var plain = Latencies(await SimulatedSession.RunAsync(SimulatedRig.Create("sim:esp32")));
        var quick = Latencies(await SimulatedSession.RunAsync(SimulatedRig.Create("sim:esp32?speed=0.5")));
        var late = Latencies(await SimulatedSession.RunAsync(SimulatedRig.Create("sim:esp32?offset=2us")));
        for (var i = 0; i < plain.Length; i++)
        {
            Assert.Equal(plain[i] / 2.0, quick[i], 4.0);
            Assert.Equal(plain[i] + 125.0, late[i], 4.0);
        }
    }

    [Theory]
    [InlineData("hard", "TypeError: extra keyword arguments given")]
    [InlineData("viper", "NameError")]
    public async Task What_a_target_cannot_do_comes_as_an_error_line(string handler, string error)
    {
        await using var terminal = new BoardTerminal(SimulatedRig.Create("sim:esp32").Target);
        await SimulatedSession.LoadAsync(terminal, "target/core", "target/frame", "target/irq");
        var said = await SimulatedSession.ArmAsync(terminal, "rising", handler);
        Assert.Contains("\"t\": \"ERROR\"", said, StringComparison.Ordinal);
        Assert.Contains(error, said, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\u0004\u0004>", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_armed_target_without_a_word_is_freed_by_its_dead_man_in_virtual_time()
    {
        var rig = SimulatedRig.Create("sim:esp32");
        await using var target = new BoardTerminal(rig.Target);
        await using var sampler = new BoardTerminal(rig.Sampler);
        await SimulatedSession.LoadAsync(target, "target/core", "target/frame", "target/irq");
        await SimulatedSession.LoadAsync(sampler, "sampler/core", "sampler/pio", "sampler/capture");
        await SimulatedSession.ArmAsync(target, "rising", seconds: 1);
        Assert.Empty(await target.ReadAsync());
        await SimulatedSession.CallAsync(
            sampler, "capture", """{"nonce":1,"channels":[2,3],"stim":null,"pulses":0,"seed":1,"gap":[9,0],"high":[9,0],"seconds":20,"tail_ms":100,"oneshot":null}""");
        var said = await target.ReadAsync();
        Assert.Contains("\"reason\": \"dead man\", \"us\": 11", said, StringComparison.Ordinal);
        Assert.EndsWith("\u0004\u0004>", said, StringComparison.Ordinal);
    }

    private static long[] Latencies(SimulatedRun run) => [.. run.Rises(1).Zip(run.Rises(0), (answer, stimulus) => answer - stimulus)];

    private static string Csv(SimulationTruth truth)
    {
        using var writer = new StringWriter();
        SimulationTruth.WriteCsv(writer, truth.Rows(5, 625_000));
        return writer.ToString();
    }
}
