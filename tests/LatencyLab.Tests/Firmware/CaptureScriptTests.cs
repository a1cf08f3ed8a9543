using System.Text.Json;
using LatencyLab.Samplers;

namespace LatencyLab.Tests.Firmware;

/// <summary>The sampler's whole script on a real interpreter with a Pico made of stubs: frames, counts, ends, and what it does to the board.</summary>
public sealed class CaptureScriptTests
{
    private const int CyclesPerMs = 125_000;

    [Fact]
    public async Task A_capture_is_HELLO_heartbeats_edges_and_END_with_every_number_right()
    {
        // A link that takes some bytes at a time, sometimes none; a clock that wraps meanwhile.
        var plan = new { lines = new Dictionary<string, object> { ["3"] = new { answer = 5000 } }, short_writes = true, ticks_us = (1 << 30) - 150_000, count_mode_bits = 0xF0000000 };
        var outcome = Assert.Single(await VirtualPico.RunAsync(VirtualPico.Capture(plan)));
        var frames = outcome.Frames();
        Assert.All(frames, frame => Assert.Equal(0xCAFEBABE, frame.Nonce));
        Assert.Equal(("", ""), (outcome.Text, outcome.Error));

        var hello = frames[0].Json;
        Assert.Equal(WireFrame.Hello, frames[0].Type);
        Assert.Equal((1, "sampler"), (hello.GetProperty("proto").GetInt32(), hello.GetProperty("part").GetString()));
        Assert.Equal((125_000_000, 62_500_000), (hello.GetProperty("hz").GetInt32(), hello.GetProperty("tick_hz").GetInt32()));
        Assert.Equal((2, 20), (hello.GetProperty("stim").GetInt32(), hello.GetProperty("pulses").GetInt32()));
        Assert.Equal(["[2,3]", "[4096,4096]"], new[] { "channels", "rings" }.Select(name => hello.GetProperty(name).GetRawText().Replace(" ", "", StringComparison.Ordinal)));
        Assert.Contains("MicroPython", hello.GetProperty("build").GetString(), StringComparison.Ordinal);

        AssertIntervals(outcome, Table(seed: 1, pairs: 20, [1_250_000, 1_250_000], [6250, 0]), pulses: 20);
        Assert.Equal(outcome.Counts(0).Where((_, k) => k % 2 == 0).Select(n => n + 2500), outcome.Counts(1).Where((_, k) => k % 2 == 0));
        AssertHeartbeats(outcome, frames);

        var end = outcome.End();
        Assert.Equal((20, "done", 0), (end.GetProperty("pulses").GetInt32(), end.GetProperty("reason").GetString(), end.GetProperty("fdebug").GetInt32()));
        Assert.Equal([40, 40, 0, 0], Numbers(end, "words").Concat(Numbers(end, "overrun")));
        Assert.InRange(end.GetProperty("us").GetInt64(), 250_000, outcome.EndedUs - outcome.StartedUs + 1000);
        AssertLeftAsFound(outcome, stim: 2);
    }

    [Fact]
    public async Task State_machines_are_made_in_order_and_started_by_one_write()
    {
        var outcome = Assert.Single(await VirtualPico.RunAsync(VirtualPico.Capture()));
        Assert.Equal(1, outcome.Starts);
        Assert.Equal(
            [
                "write 0x50203000 0xf", "remove 0", "pin 3 in", "sm 3 stim 2", "sm 0 edge_ts 2", "sm 1 edge_ts 3",
                "write 0x50200008 0x1", "write 0x50200008 0x2", "write 0x50200008 0x4", "write 0x50200008 0x8", "write 0x50202000 0xb0b",
            ],
            outcome.Log.Take(11));
    }

    [Fact]
    public async Task More_pulses_than_the_table_has_pairs_replay_it()
    {
        var plan = new { lines = new { }, bytes_per_s = 400_000 };
        var outcome = Assert.Single(await VirtualPico.RunAsync(VirtualPico.Capture(plan, a => a with { Pulses = 2100, Seed = 0, Gap = [20_000, 20_001], High = [1001, 5] })));
        AssertIntervals(outcome, Table(seed: 0, pairs: 2048, [20_000, 20_001], [1001, 5]), pulses: 2100);
        Assert.Equal(2100, outcome.End().GetProperty("pulses").GetInt32());
        // Rings of 4096 words have been round once and a bit.
        Assert.Equal(4200, outcome.Counts(0).Count);
    }

    [Theory]
    [InlineData(8, 2100)]
    [InlineData(12, 96)]
    [InlineData(5, 100)]
    public async Task Trains_come_as_the_host_computes_them_and_go_on_when_the_table_is_replayed(int train, int pulses)
    {
        var plan = new { lines = new { }, bytes_per_s = 400_000 };
        var outcome = Assert.Single(await VirtualPico.RunAsync(VirtualPico.Capture(
            plan, a => a with { Pulses = pulses, Seed = 7, Gap = [30_000, 20_001], High = [625, 0], Burst = [train, 625] })));
        var table = StimulusTable.Create(7, pulses, new CycleRange(30_000, 20_001), new CycleRange(625, 0), new TrainCycles(train, 625));
        AssertIntervals(outcome, [.. table], pulses);
        // The same times between trains as between single pulses of this seed.
        var single = Table(seed: 7, pairs: table.Length, [30_000, 20_001], [625, 0]);
        Assert.All(Enumerable.Range(0, table.Length), k => Assert.Equal(k % train == 0 ? single[k].Low : 625, table[k].LowCycles));
    }

    [Theory]
    [InlineData(1, 100u, 96, "ValueError: trains from 2 pulses, from 6 cycles apart")]
    [InlineData(12, 5u, 96, "ValueError: trains from 2 pulses, from 6 cycles apart")]
    [InlineData(12, 100u, 2052, "ValueError: a replayed table holds whole trains only")]
    public async Task Trains_that_cannot_come_are_refused_before_any_frame(int train, uint gap, int pulses, string what)
    {
        var outcome = Assert.Single(await VirtualPico.RunAsync(VirtualPico.Capture(change: a => a with { Pulses = pulses, Burst = [train, (int)gap] })));
        Assert.Contains(what, outcome.Text, StringComparison.Ordinal);
        Assert.Empty(outcome.Read().Frames);
    }

    [Theory]
    [InlineData(1u, 0u, 0u)]
    [InlineData(0u, 1u, 100_000u)]
    [InlineData(0xFFFFFFFFu, 1_250_000u, 1_250_000u)]
    [InlineData(0x80000001u, 0x7FFFFFFFu, 0x80000000u)]
    public async Task The_table_is_the_generators_numbers_for_any_seed_and_width(uint seed, uint minCycles, uint widthCycles)
    {
        uint[] gap = [Math.Max(6, minCycles), widthCycles], high = [2, widthCycles];
        var python = FormattableString.Invariant(
            $"at = ll_aligned(16384)\nll_table(at, 2048, {seed}, ({gap[0]}, {gap[1]}), ({high[0]}, {high[1]}), None)\nprint(memoryview(ll_area)[at:at + 16384].hex())");
        var outcome = Assert.Single(await VirtualPico.RunAsync(new VirtualPico.Job(VirtualPico.Answering, python)));
        Assert.Equal("", outcome.Error);
        var bytes = Convert.FromHexString(outcome.Text.Trim());
        var written = Enumerable.Range(0, 2048).Select(k => (BitConverter.ToUInt32(bytes, 8 * k) + 6, BitConverter.ToUInt32(bytes, (8 * k) + 4) + 2));
        Assert.Equal(Table(seed, 2048, gap, high), written.Select(pair => (pair.Item1, pair.Item2)));
    }

    [Fact]
    public async Task Stop_at_any_moment_counts_the_pulses_fired_and_keeps_the_answers_on_their_way()
    {
        // Pulses of 1 ms with gaps of 1 to 2 ms; stops every 0.3 ms, so before, in and after a pulse. Answers come 3 ms later.
        var jobs = Enumerable.Range(0, 24).Select(i =>
        {
            var plan = new { lines = new Dictionary<string, object> { ["3"] = new { answer = 3 * CyclesPerMs } }, words = new object[] { new object[] { 30_000 + (300 * i), "stop\n" } } };
            return VirtualPico.Capture(plan, a => a with { Pulses = 500, Gap = [CyclesPerMs, CyclesPerMs], High = [CyclesPerMs, 0], TailMs = 20 });
        });
        foreach (var outcome in await VirtualPico.RunAsync([.. jobs]))
        {
            var end = outcome.End();
            Assert.Equal("stop", end.GetProperty("reason").GetString());
            var pulses = end.GetProperty("pulses").GetInt32();
            Assert.Equal(outcome.Fired, pulses);
            Assert.InRange(pulses, 5, 30);
            // Each pulse rose and fell, the last perhaps early, and was answered within the tail.
            Assert.Equal([2 * pulses, 2 * pulses], Numbers(end, "words"));
            Assert.Equal(2 * pulses, outcome.Counts(0).Count);
            Assert.Equal(2 * pulses, outcome.Counts(1).Count);
            AssertLeftAsFound(outcome, stim: 2);
        }
    }

    [Fact]
    public async Task The_dead_man_and_Ctrl_C_end_it_with_END_and_leave_the_board_as_found()
    {
        object[] ctrlC = [new object[] { 200_000, "\x03" }, new object[] { 200_100, "\x03" }];
        var outcomes = await VirtualPico.RunAsync(
            VirtualPico.Capture(change: a => a with { Seconds = -9.9 }),
            VirtualPico.Capture(new { lines = new { }, words = ctrlC }),
            VirtualPico.Capture());
        Assert.Equal(["dead man", "interrupt", "done"], outcomes.Select(outcome => outcome.End().GetProperty("reason").GetString()));
        Assert.Equal(["", "KeyboardInterrupt", ""], outcomes.Select(outcome => outcome.Error.Trim().Split('\n')[^1].TrimEnd(':', ' ')));
        Assert.All(outcomes, outcome => Assert.Equal(outcome.Fired, outcome.End().GetProperty("pulses").GetInt32()));
        Assert.All(outcomes, outcome => AssertLeftAsFound(outcome, stim: 2));
    }

    [Fact]
    public async Task A_ring_that_is_overtaken_ends_the_capture_with_what_is_lost()
    {
        // An edge each microsecond on a link that carries 25 a millisecond.
        var plan = new { lines = new Dictionary<string, object> { ["3"] = new { every = 125 } } };
        var outcome = Assert.Single(await VirtualPico.RunAsync(VirtualPico.Capture(plan)));
        var overrun = Assert.Single(outcome.Frames(), frame => frame.Type == WireFrame.Overrun);
        var end = outcome.End();
        var (written, sent) = (overrun.Word(0), overrun.Word(1));
        Assert.Equal(1, overrun.Channel);
        Assert.Equal("overrun", end.GetProperty("reason").GetString());
        Assert.Equal((long)written, Numbers(end, "words")[1]);
        Assert.Equal([0, written - sent], Numbers(end, "overrun"));
        Assert.True(written - sent > 4096 - 64);
        // What was sent is right to the last word, on both channels.
        Assert.Equal(Enumerable.Range(1, (int)sent).Select(k => ((125L * k) / 2) + 1), outcome.Counts(1));
        Assert.Equal(Numbers(end, "words")[0], outcome.Counts(0).Count);
        Assert.True(outcome.Frames().Last(frame => frame.Type == WireFrame.Heartbeat).Word(3) < 64);
        AssertLeftAsFound(outcome, stim: 2);
    }

    [Fact]
    public async Task A_host_that_pauses_loses_nothing_and_one_that_is_gone_does_not_hold_the_board()
    {
        var lines = new Dictionary<string, object> { ["3"] = new { answer = 5000 } };
        var outcomes = await VirtualPico.RunAsync(
            VirtualPico.Capture(new { lines, stalls = new[] { new[] { 100_000, 3_100_000 } } }, a => a with { Pulses = 1000, Gap = [CyclesPerMs, 0] }),
            VirtualPico.Capture(new { lines, stalls = new[] { new[] { 100_000, 9_100_000 } }, short_writes = true }, a => a with { Pulses = 1000, Gap = [10 * CyclesPerMs, 0], Seconds = 15 }),
            VirtualPico.Capture(new { lines, stalls = new[] { new[] { 100_000, 2_000_000_000 } } }, a => a with { Pulses = 1000, Gap = [CyclesPerMs, 0], Seconds = 2 }));
        Assert.Equal([2000, 2000], new[] { outcomes[0].Counts(0).Count, outcomes[0].Counts(1).Count });

        // Frames were dropped, one of them in its middle; the sequence numbers show it, and what came is right.
        var (frames, strays) = outcomes[1].Read();
        Assert.InRange(strays, 0, 1100);
        Assert.True(frames[^1].Sequence > frames.Count - 1);
        Assert.Equal(1000, outcomes[1].End().GetProperty("pulses").GetInt32());

        Assert.True(outcomes[2].EndedUs - outcomes[2].StartedUs < 40_000_000);
        Assert.All(outcomes, outcome => AssertLeftAsFound(outcome, stim: 2));
    }

    [Fact]
    public async Task Without_a_stimulus_it_captures_for_the_given_time_and_drives_nothing()
    {
        var lines = new Dictionary<string, object> { ["2"] = new { every = CyclesPerMs }, ["3"] = new { edges = new[] { 0, 5000 } } };
        object[] stop = [new object[] { 100_000, "stop\n" }];
        var outcomes = await VirtualPico.RunAsync(
            VirtualPico.Capture(new { lines }, a => a with { Stim = null, Seconds = 0.3 }),
            VirtualPico.Capture(new { lines, words = stop }, a => a with { Stim = null, Seconds = 60 }));
        Assert.Equal(["done", "stop"], outcomes.Select(outcome => outcome.End().GetProperty("reason").GetString()));
        Assert.InRange(outcomes[0].Counts(0).Count, 298, 310);
        // A line that was high at the start says so by count 0.
        Assert.Equal([0, 2501], outcomes[0].Counts(1));
        Assert.All(outcomes, outcome => Assert.Equal(0, outcome.End().GetProperty("pulses").GetInt32()));
        Assert.All(outcomes, outcome => Assert.DoesNotContain(outcome.Log, entry => entry.Contains("stim", StringComparison.Ordinal) || entry.Contains("down", StringComparison.Ordinal)));
        Assert.All(outcomes, outcome => Assert.Equal(12, outcome.FreeDmaChannels));
    }

    [Fact]
    public async Task A_linear_buffer_is_filled_once_and_sent_whole()
    {
        var plan = new { lines = new Dictionary<string, object> { ["3"] = new { every = 50 } } };
        var outcome = Assert.Single(await VirtualPico.RunAsync(VirtualPico.Capture(plan, a => a with { Oneshot = 5000 })));
        var end = outcome.End();
        Assert.Equal("done", end.GetProperty("reason").GetString());
        Assert.Equal(5000, Numbers(end, "words")[1]);
        Assert.Equal(Enumerable.Range(1, 5000).Select(k => (25L * k) + 1), outcome.Counts(1));
        Assert.Equal(outcome.Fired, end.GetProperty("pulses").GetInt32());
        Assert.Contains("5000", outcome.Frames()[0].Json.GetProperty("rings").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_self_test_stamps_the_stimulus_pin_twice()
    {
        var outcome = Assert.Single(await VirtualPico.RunAsync(VirtualPico.Capture(change: a => a with { Pulses = 10 }, name: "selftest")));
        Assert.Equal(20, outcome.Counts(0).Count);
        Assert.Equal(outcome.Counts(0), outcome.Counts(1));
        AssertLeftAsFound(outcome, stim: 2);
    }

    [Fact]
    public async Task A_fourth_channel_moves_the_stimulus_to_the_other_PIO()
    {
        var outcome = Assert.Single(await VirtualPico.RunAsync(VirtualPico.Capture(change: a => a with { Channels = [2, 3, 4, 5] })));
        Assert.Contains("sm 7 stim 2", outcome.Log);
        Assert.Contains("write 0x50202000 0xf0f", outcome.Log);
        Assert.Contains("write 0x50303000 0x8", outcome.Log.TakeLast(10));
        AssertIntervals(outcome, Table(seed: 1, pairs: 20, [1_250_000, 1_250_000], [6250, 0]), pulses: 20);
        Assert.Equal([40, 40, 0, 0], Numbers(outcome.End(), "words"));
        AssertLeftAsFound(outcome, stim: 2);
    }

    [Fact]
    public async Task Nothing_is_touched_of_PIO_1_but_the_machine_that_is_used()
    {
        // The radio of a Pico W has its bus there; without its program the board hangs (micropython issue 15163).
        var outcomes = await VirtualPico.RunAsync(
            VirtualPico.Capture(),
            VirtualPico.Capture(change: a => a with { Channels = [2, 3, 4, 5] }),
            VirtualPico.Capture(change: a => a with { Channels = [2, 3, 4, 5] }));
        Assert.DoesNotContain(outcomes[0].Log, entry => entry.Contains("0x5030", StringComparison.Ordinal));
        Assert.All(outcomes, outcome => Assert.DoesNotContain("remove 1", outcome.Log));
        Assert.All(outcomes.Skip(1), outcome => Assert.Equal(["0x50302000 0x808", "0x50303000 0x8"], outcome.Log.Where(entry => entry.StartsWith("write 0x5030", StringComparison.Ordinal)).Select(entry => entry[6..]).Distinct().Order()));
        Assert.All(outcomes, outcome => AssertLeftAsFound(outcome, stim: 2));
    }

    [Fact]
    public async Task A_channel_that_still_waits_does_not_take_words_of_the_next_capture()
    {
        // Listening to two pins, then to one: the second DMA channel isn't set up anew.
        var lines = new Dictionary<string, object> { ["2"] = new { every = CyclesPerMs }, ["3"] = new { every = CyclesPerMs } };
        var outcomes = await VirtualPico.RunAsync(
            VirtualPico.Capture(new { lines }, a => a with { Seconds = 0.2 }),
            VirtualPico.Capture(new { lines }, a => a with { Stim = null, Seconds = 0.2 }),
            VirtualPico.Capture(new { lines }, a => a with { Channels = [3], Stim = null, Seconds = 0.2 }));
        Assert.All(outcomes, outcome => Assert.Equal(12, outcome.FreeDmaChannels));
        Assert.InRange(outcomes[2].Counts(0).Count, 198, 210);
    }

    [Fact]
    public async Task A_stalled_state_machine_is_told_and_other_debug_bits_are_not()
    {
        var outcome = Assert.Single(await VirtualPico.RunAsync(VirtualPico.Capture(new { lines = new { }, rxstall = true })));
        Assert.Equal(3, outcome.End().GetProperty("fdebug").GetInt32());
        Assert.All(outcome.Frames().Where(frame => frame.Type == WireFrame.Heartbeat), frame => Assert.Equal(3u, frame.Word(2)));
    }

    [Fact]
    public async Task Arguments_that_cannot_be_met_get_an_error_line_and_no_frame()
    {
        var outcomes = await VirtualPico.RunAsync(
            VirtualPico.Capture(change: a => a with { Channels = [2, 3, 4, 5, 6] }),
            VirtualPico.Capture(change: a => a with { Gap = [5, 100] }),
            VirtualPico.Capture(change: a => a with { High = [1, 0] }),
            VirtualPico.Capture(change: a => a with { Gap = [4_000_000_000, 400_000_000] }),
            VirtualPico.Capture(change: a => a with { Pulses = 0 }),
            new VirtualPico.Job(VirtualPico.Answering, "held = [rp2.DMA() for _ in range(10)]"),
            VirtualPico.Capture(),
            new VirtualPico.Job(VirtualPico.Answering, "for d in held: d.close()"),
            VirtualPico.Capture());
        string[] expected = ["ValueError: 1 to 4 channels", "ValueError: gap", "ValueError: gap", "ValueError: gap", "ValueError: 1 to", "", "OSError: 16", "", ""];
        Assert.All(outcomes.Zip(expected), pair => Assert.Equal(pair.Second.Length > 0, pair.First.Text.Contains("\"ERROR\"", StringComparison.Ordinal)));
        Assert.All(outcomes.Zip(expected), pair => Assert.Contains(pair.Second, pair.First.Text, StringComparison.Ordinal));
        Assert.All(outcomes.SkipLast(1), outcome => Assert.Equal("", outcome.Wire));
        // What was claimed before the failure is given back.
        Assert.Equal(12, outcomes[7].FreeDmaChannels);
        Assert.Equal(20, outcomes[^1].End().GetProperty("pulses").GetInt32());
    }

    // docs/protocol.md section 4, with 64-bit arithmetic and nothing of the product.
    private static List<(uint Low, uint High)> Table(uint seed, int pairs, uint[] gap, uint[] high)
    {
        ulong s = seed == 0 ? 0x9E3779B9 : seed;
        ulong Next()
        {
            s ^= (s << 13) % 0x1_0000_0000;
            s ^= s >> 17;
            s ^= (s << 5) % 0x1_0000_0000;
            return s;
        }

        return [.. Enumerable.Range(0, pairs).Select(_ => ((uint)(gap[0] + ((Next() / 256 * gap[1]) / 0x100_0000)), (uint)(high[0] + ((Next() / 256 * high[1]) / 0x100_0000))))];
    }

    private static void AssertIntervals(VirtualPico.Outcome outcome, List<(uint Low, uint High)> table, int pulses)
    {
        var counts = outcome.Counts(0);
        Assert.Equal(2 * pulses, counts.Count);
        // The stubs stamp to the count; sums of cycles are kept so that halves don't add up.
        var cycle = 2.0 * counts[0];
        for (var k = 0; k < pulses; k++)
        {
            var (low, high) = table[k % table.Count];
            cycle = k == 0 ? cycle : cycle + low;
            Assert.InRange((2.0 * counts[2 * k]) - cycle, -2, 2);
            cycle += high;
            Assert.InRange((2.0 * counts[(2 * k) + 1]) - cycle, -2, 2);
        }
    }

    private static void AssertHeartbeats(VirtualPico.Outcome outcome, List<WireFrame> frames)
    {
        var beats = frames.Where(frame => frame.Type == WireFrame.Heartbeat).ToArray();
        Assert.Equal(WireFrame.Heartbeat, frames[1].Type);
        Assert.Equal(WireFrame.Heartbeat, frames[^2].Type);
        long before = -1;
        foreach (var beat in beats)
        {
            var elapsedUs = (beat.Word(0) - beat.Word(1)) & 0x3FFFFFFF;
            Assert.InRange(elapsedUs - before, 1, 125_000);
            before = elapsedUs;
            Assert.Equal(0u, beat.Word(2));
            Assert.InRange(beat.Word(3), 4000u, 4096u);
            // The promise of the watermark: what isn't counted yet is later.
            for (var channel = 0; channel < 2; channel++)
            {
                Assert.All(outcome.Counts(channel).Skip((int)beat.Word(4 + channel)), n => Assert.True(n * 16 > elapsedUs * 1000L));
            }
        }

        Assert.Equal([40u, 40u], beats[^1].Words(4));
    }

    private static long[] Numbers(JsonElement end, string name) => [.. end.GetProperty(name).EnumerateArray().Select(value => value.GetInt64())];

    private static void AssertLeftAsFound(VirtualPico.Outcome outcome, int stim)
    {
        Assert.Equal(12, outcome.FreeDmaChannels);
        Assert.Equal(3, outcome.KeyboardCharacter);
        // Held low without driving it: an open line would ring the target.
        Assert.Equal($"pin {stim} in down", outcome.Log.Last(entry => entry.StartsWith("pin", StringComparison.Ordinal)));
        Assert.Contains("write 0x50203000 0xf", outcome.Log.TakeLast(10));
    }
}
