using CsCheck;
using LatencyLab.Analysis;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Tests.Analysis;

public sealed class PairerTests
{
    private const int Stimulus = 0;
    private const int Response = 1;

    [Fact]
    public void Each_status_comes_out_as_the_contracts_say()
    {
        // Window 100: matched at 10; an answer in the tick of its stimulus; late at 150; missed; matched with an extra and a spurious answer.
        var (rows, pairer) = Run(
            [1000, 2000, 3000, 4000, 5000], [1010, 2000, 3150, 5020, 5050, 5100], new PairingRules(Stimulus, Response, WindowTicks: 100), [], 9000);
        Assert.Equal(
            [PairStatus.Matched, PairStatus.Matched, PairStatus.Late, PairStatus.Missed, PairStatus.Matched], rows.Select(r => r.Status));
        Assert.Equal([10, 0, 150, null, 20], rows.Select(r => r.LatencyTicks));
        Assert.Equal((1, 1), (pairer.Extra, pairer.Spurious));
    }

    [Fact]
    public void Answer_in_the_tick_of_the_next_stimulus_belongs_to_the_next()
    {
        var (rows, _) = Run([100, 200], [200], new PairingRules(Stimulus, Response), [], 300);
        Assert.Equal([PairStatus.Missed, PairStatus.Matched], rows.Select(r => r.Status));
        Assert.Equal(0, rows[1].LatencyTicks);
    }

    [Fact]
    public void Unanswered_stimulus_whose_window_the_end_cuts_is_excluded_and_a_whole_window_is_missed()
    {
        Assert.Equal(PairStatus.Excluded, Run([100], [], new PairingRules(Stimulus, Response, WindowTicks: 50), [], 149).Rows[0].Status);
        Assert.Equal(PairStatus.Missed, Run([100], [], new PairingRules(Stimulus, Response, WindowTicks: 50), [], 150).Rows[0].Status);
        Assert.Equal(PairStatus.Excluded, Run([100], [], new PairingRules(Stimulus, Response), [], 10_000).Rows[0].Status);
    }

    [Fact]
    public void Lost_stimuli_get_rows_of_their_own_and_nothing_counts_until_the_next_stimulus_surely_seen()
    {
        // Between 150 and 550 four edges of the stimulus channel (two pulses) were lost; the answers in between belong to nobody.
        Gap[] gaps = [new(151, 549, Stimulus, 4, "frame lost")];
        var (rows, pairer) = Run([100, 550], [110, 260, 420, 560], new PairingRules(Stimulus, Response, WindowTicks: 40), gaps, 1000, pulseTicks: 50);
        Assert.Equal([PairStatus.Matched, PairStatus.Excluded, PairStatus.Excluded, PairStatus.Matched], rows.Select(r => r.Status));
        Assert.Equal([0, 1, 2, 3], rows.Select(r => r.Sequence));
        Assert.Equal(0, pairer.Spurious);
        Assert.True(rows[1].Flags.HasFlag(PairFlags.StimulusLost));
    }

    [Fact]
    public void Warm_up_has_negative_numbers_and_counts_nowhere()
    {
        var (rows, pairer) = Run([100, 200, 300], [50, 110, 120, 210, 310], new PairingRules(Stimulus, Response, Warmup: 2), [], 400);
        Assert.Equal([-2, -1, 0], rows.Select(r => r.Sequence));
        Assert.Equal((0, 0), (pairer.Extra, pairer.Spurious));
        Assert.Equal(5, pairer.AnswersSeen);
    }

    [Fact]
    public void Minimum_latency_rejects_crosstalk()
    {
        var (rows, pairer) = Run([100], [101, 120], new PairingRules(Stimulus, Response, WindowTicks: 50, MinLatencyTicks: 2), [], 400);
        Assert.Equal(20, rows[0].LatencyTicks);
        Assert.Equal((0, 1), (pairer.Extra, pairer.Spurious));
    }

    [Fact]
    public void Both_edges_carry_their_polarity()
    {
        var sink = new PairList();
        var pairer = new Pairer(new PairingRules(Stimulus, Response, EdgeKind.Both), sink);
        pairer.Begin(Header());
        pairer.Edges(Stimulus, true, [100, 200, 300]);
        pairer.Edges(Response, true, [110, 115, 210, 215, 310, 315]);
        pairer.End(400);
        Assert.Equal([PairFlags.None, PairFlags.Falling, PairFlags.None], sink.Rows.Select(r => r.Flags));
        Assert.Equal([10, 10, 10], sink.Rows.Select(r => r.LatencyTicks));
    }

    [Fact]
    public void Equals_a_brute_force_pairing_over_random_edges_with_ties_gaps_and_bursts()
    {
        var ticks = Gen.Long[0, 400].Array[0, 40].Select(a => a.Distinct().Order().ToArray());
        var gap = Gen.Select(Gen.Long[0, 400], Gen.Long[0, 60], Gen.Int[0, 2]);
        var window = Gen.OneOf(Gen.Const((long?)null), Gen.Long[1, 80].Select(w => (long?)w));
        Gen.Select(ticks, ticks, window, Gen.Long[0, 3], gap.Array[0, 2], Gen.Int[1, 7]).Sample((stimuli, responses, w, minLatency, rawGaps, slices) =>
        {
            var gaps = rawGaps.Select(g => new Gap(g.Item1, g.Item1 + g.Item2, g.Item3 == 2 ? null : g.Item3, null, "test")).OrderBy(g => g.FromTick).ToArray();
            // A gap is a span without edges of the channel that it concerns.
            var s = stimuli.Where(t => !gaps.Any(g => g.Meets(Stimulus, t, t))).ToArray();
            var r = responses.Where(t => !gaps.Any(g => g.Meets(Response, t, t))).ToArray();
            var rules = new PairingRules(Stimulus, Response, WindowTicks: w, MinLatencyTicks: minLatency);
            var expected = BruteForcePairing.Pair(s, r, w, minLatency, gaps, 450);
            var (rows, pairer) = Run(s, r, rules, gaps, 450, slices: slices);
            Assert.Equal(expected.Rows.Select(x => (x.Stimulus, x.Status)), rows.Select(x => (x.StimulusTick, x.Status)));
            Assert.Equal(
                expected.Rows.Where(x => x.Status is PairStatus.Matched or PairStatus.Late).Select(x => x.Response - x.Stimulus),
                rows.Where(x => x.Status is PairStatus.Matched or PairStatus.Late).Select(x => x.LatencyTicks));
            Assert.Equal((expected.Extra, expected.Spurious), (pairer.Extra, pairer.Spurious));
        }, iter: 20_000);
    }

    [Fact]
    public void Long_ordinary_stretches_with_a_fault_here_and_there_equal_a_brute_force_pairing()
    {
        // Per stimulus: distance to the next, latency, and what befalls the answer: mostly nothing.
        var events = Gen.Select(Gen.Int[20, 40], Gen.Int[0, 19], Gen.Int[0, 60]).Array[0, 120];
        var window = Gen.OneOf(Gen.Const((long?)null), Gen.Const((long?)19));
        Gen.Select(events, window, Gen.Int[0, 1], Gen.Bool, Gen.Int[1, 4]).Sample((drawn, w, minLatency, both, slices) =>
        {
            List<long> stimuli = [], responses = [];
            var tick = 10L;
            foreach (var (distance, latency, fate) in drawn)
            {
                stimuli.Add(tick);
                IEnumerable<long> answers = fate switch { 0 => [], 1 => [tick + latency, tick + latency + 1], 2 => [tick + distance], _ => [tick + latency] };
                responses.AddRange(answers);
                tick += distance;
            }

            long[] ordered = [.. responses.Distinct().Order()];
            var expected = BruteForcePairing.Pair(stimuli, ordered, w, minLatency, [], tick + 50);
            var sink = new PairList();
            var pairer = new Pairer(new PairingRules(Stimulus, Response, both ? EdgeKind.Both : EdgeKind.Rising, EdgeKind.Both, w, minLatency), sink);
            pairer.Begin(Header());
            var (sent, answered) = (0, 0);
            for (var slice = 1; slice <= slices; slice++)
            {
                var to = slice == slices ? tick + 50 : tick * slice / slices;
                var asked = stimuli.Skip(sent).TakeWhile(t => t < to).ToArray();
                var given = ordered.Skip(answered).TakeWhile(t => t < to).ToArray();
                // With one polarity each stimulus has a falling edge behind it.
                pairer.Edges(Stimulus, !both || (sent & 1) == 0, both ? asked : [.. asked.SelectMany(t => (long[])[t, t + 1])]);
                pairer.Edges(Response, (answered & 1) == 0, given);
                (sent, answered) = (sent + asked.Length, answered + given.Length);
                pairer.Advance(to);
            }

            pairer.End(tick + 50);
            Assert.Equal(expected.Rows.Select(x => (x.Stimulus, x.Status)), sink.Rows.Select(x => (x.StimulusTick, x.Status)));
            Assert.Equal(
                expected.Rows.Where(x => x.Response is not null).Select(x => x.Response - x.Stimulus), sink.Rows.Where(x => x.LatencyTicks is not null).Select(x => x.LatencyTicks));
            Assert.Equal((expected.Extra, expected.Spurious), (pairer.Extra, pairer.Spurious));
            Assert.Equal(ordered.Length, pairer.AnswersSeen);
            Assert.Equal(Enumerable.Range(0, stimuli.Count).Select(i => both && i % 2 == 1), sink.Rows.Select(x => x.Flags.HasFlag(PairFlags.Falling)));
            Assert.Equal(Enumerable.Range(0, stimuli.Count).Select(i => (long)i), sink.Rows.Select(x => x.Sequence));
        }, iter: 5_000);
    }

    [Fact]
    public void Missed_stimulus_with_a_surplus_answer_soon_after_flags_the_stretch_between()
    {
        // The answer to the stimulus at 100 comes at 210, so every later latency looks too short until the surplus answer at 410.
        var list = new PairList();
        var shift = new ShiftFilter(list, ShiftFilter.DefaultReach);
        var pairer = new Pairer(new PairingRules(Stimulus, Response), shift);
        pairer.Begin(Header());
        Edges(pairer, Stimulus, [100, 200, 300, 400, 500], 1);
        Edges(pairer, Response, [210, 310, 402, 410, 505], 1);
        pairer.End(600);
        shift.Flush();
        Assert.Equal(3, shift.Flagged);
        Assert.Equal([false, true, true, true, false], list.Rows.Select(r => r.Flags.HasFlag(PairFlags.MaybeShifted)));
    }

    private static (List<Pair> Rows, Pairer Pairer) Run(
        long[] stimuli, long[] responses, PairingRules rules, IReadOnlyList<Gap> gaps, long endTick, int slices = 1, long pulseTicks = 0)
    {
        var sink = new PairList();
        var pairer = new Pairer(rules, sink);
        pairer.Begin(Header());
        var bounds = Enumerable.Range(1, slices).Select(i => i == slices ? long.MaxValue : endTick * i / slices).ToArray();
        var from = long.MinValue;
        foreach (var to in bounds)
        {
            foreach (var gap in gaps.Where(g => g.FromTick >= from && g.FromTick < to && g.Channel == Stimulus && g.LostEdges is not null))
            {
                Edges(pairer, Stimulus, stimuli.Where(t => t >= from && t < gap.FromTick), pulseTicks);
                pairer.Gap(gap);
                stimuli = [.. stimuli.Where(t => t >= gap.FromTick)];
            }

            foreach (var gap in gaps.Where(g => g.FromTick >= from && g.FromTick < to && g.LostEdges is null))
            {
                pairer.Gap(gap);
            }

            Edges(pairer, Stimulus, stimuli.Where(t => t >= from && t < to), pulseTicks);
            Edges(pairer, Response, responses.Where(t => t >= from && t < to), 0);
            pairer.Advance(to);
            from = to;
        }

        pairer.End(endTick);
        return (sink.Rows, pairer);
    }

    // Rising edges alone decide here; without a pulse length each is sent as a block of one, which needs no falling edge between.
    private static void Edges(Pairer pairer, int channel, IEnumerable<long> rising, long pulseTicks)
    {
        foreach (var tick in rising)
        {
            pairer.Edges(channel, true, pulseTicks > 0 ? [tick, tick + pulseTicks] : [tick]);
        }
    }

    private static CaptureHeader Header() => new(new TimeBase(1_000_000), [new Channel(Stimulus, "D0", false), new Channel(Response, "D1", false)]);

    private sealed class PairList : IPairSink
    {
        public List<Pair> Rows { get; } = [];

        public void Pairs(ReadOnlySpan<Pair> pairs) => Rows.AddRange(pairs);
    }
}
