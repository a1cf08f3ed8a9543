using CsCheck;

namespace LatencyLab.Tests.Firmware;

/// <summary>
/// The program edge_ts on the cycle model. Edges are raw levels at the pin; stamps are counts n = 0xFFFFFFFF − X. The first sample is
/// taken two cycles after the start and shows the level two cycles before, so sample n shows the level of cycle 2n.
/// </summary>
public sealed class EdgeStampTests
{
    [Fact]
    public async Task The_programs_are_those_that_MicroPython_itself_assembles()
    {
        var programs = await SamplerPrograms.GetAsync();
        Assert.Equal("a02b 0009 4020 0044 0045 00c4 4020 0048 0049 00c2 0049", programs.EdgeTs.Program.ToString());
        Assert.Equal((9, 10), (programs.EdgeTs.WrapTarget, programs.EdgeTs.Wrap));
        Assert.Equal("80a0 a027 80a0 a047 0044 e001 0086 e000", programs.Stim.Program.ToString());
        Assert.Equal((0, 7), (programs.Stim.WrapTarget, programs.Stim.Wrap));
        // Autopush of whole words into a receive FIFO of eight; a transmit FIFO of eight and a pin that is low before the first pulse.
        Assert.Equal("""{"autopush":true,"fifo_join":2,"in_shiftdir":0,"push_thresh":32}""", Sorted(programs.EdgeTs));
        Assert.Equal("""{"fifo_join":1,"set_init":2}""", Sorted(programs.Stim));
    }

    [Fact]
    public async Task Edges_at_least_four_cycles_apart_are_all_stamped_at_most_one_cycle_late()
    {
        var program = await SamplerPrograms.EdgeTsAsync();
        Trains(smallestSpacing: 4).Sample(edges =>
        {
            var counts = Counts(PioCapture.Run(program, edges));
            Assert.Equal(edges.Length, counts.Length);
            Assert.All(counts.Zip(edges), pair => Assert.InRange((2 * pair.First) - pair.Second, 0, 1));
        });
    }

    [Fact]
    public async Task Pulses_within_the_dead_time_are_stamped_at_most_three_cycles_late()
    {
        var program = await SamplerPrograms.EdgeTsAsync();
        // Pairs of edges two or more cycles apart, with a pause before the next pair.
        Gen.Select(Gen.Int[6, 60], Gen.Int[2, 9]).Array[1, 200].Sample(pulses =>
        {
            var edges = Edges(pulses.SelectMany(pulse => new[] { pulse.Item1, pulse.Item2 }));
            var counts = Counts(PioCapture.Run(program, edges));
            Assert.Equal(edges.Length, counts.Length);
            Assert.All(counts.Zip(edges), pair => Assert.InRange((2 * pair.First) - pair.Second, 0, 3));
        });
    }

    [Theory]
    [InlineData(1, false, 4)]
    [InlineData(2, true, 4)]
    [InlineData(3, true, 4)]
    [InlineData(4, true, 4)]
    [InlineData(5, true, 6)]
    [InlineData(6, true, 6)]
    [InlineData(7, true, 8)]
    [InlineData(20, true, 20)]
    public async Task A_single_pulse_is_seen_from_two_cycles_on(int widthCycles, bool always, int longestSeenCycles)
    {
        var program = await SamplerPrograms.EdgeTsAsync();
        // Both phases against the sampling loop, rising and falling pulses.
        var seen = (from start in new long[] { 100, 101 }
                    from inverted in new[] { false, true }
                    let edges = inverted ? new[] { 10L, start, start + widthCycles } : [start, start + widthCycles]
                    let counts = Counts(PioCapture.Run(program, edges))
                    where counts.Length == edges.Length
                    select 2 * (counts[^1] - counts[^2])).ToArray();
        Assert.Equal(always ? 4 : 2, seen.Length);
        Assert.All(seen, cycles => Assert.InRange(cycles, Math.Max(4, widthCycles - 1), longestSeenCycles));
    }

    [Fact]
    public async Task A_line_that_is_high_at_the_start_is_told_by_a_first_word_of_all_ones()
    {
        var program = await SamplerPrograms.EdgeTsAsync();
        var capture = new PioCapture(program, 1, dmaCycles: 1);
        capture.Settle(_ => true);
        // Low again from cycle 50, in the model's terms an edge before the start and one at 50.
        capture.RunUntil(100, [[0, 50]]);
        Assert.Equal([0, 25], Counts(capture.Words[0]));
    }

    [Fact]
    public async Task Stamps_go_on_without_a_step_when_the_counter_wraps()
    {
        var program = await SamplerPrograms.EdgeTsAsync();
        Gen.Select(Trains(smallestSpacing: 4), Gen.UInt[0, 400]).Sample((edges, preload) =>
        {
            var plain = PioCapture.Run(program, edges);
            var capture = new PioCapture(program, 1, dmaCycles: 1);
            // Where the machine stands after its first two instructions, with a counter about to wrap.
            capture.RunUntil(2, [edges]);
            capture[0].X = preload;
            capture.RunUntil(edges[^1] + 40, [edges]);
            Assert.Equal(plain.Select(x => unchecked(x - uint.MaxValue + preload)), capture.Words[0]);
        });
    }

    [Fact]
    public async Task Lines_that_carry_one_signal_get_identical_stamps()
    {
        var program = await SamplerPrograms.EdgeTsAsync();
        Trains(smallestSpacing: 16).Sample(edges =>
        {
            // Four lines on a DMA that needs four cycles a word: what the bus surely carries.
            var capture = new PioCapture(program, 4, dmaCycles: 4);
            capture.RunUntil(edges[^1] + 200, [edges, edges, edges, edges]);
            Assert.All(capture.Words, words => Assert.Equal(capture.Words[0], words));
            Assert.Equal(edges.Length, capture.Words[0].Count);
            Assert.All(Enumerable.Range(0, 4), line => Assert.False(capture[line].RxStall));
        });
    }

    [Fact]
    public async Task The_interval_between_two_lines_is_right_within_one_cycle()
    {
        var program = await SamplerPrograms.EdgeTsAsync();
        Gen.Select(Trains(smallestSpacing: 10), Trains(smallestSpacing: 10)).Sample((stimulus, response) =>
        {
            var capture = new PioCapture(program, 2, dmaCycles: 2);
            capture.RunUntil(Math.Max(stimulus[^1], response[^1]) + 100, [stimulus, response]);
            var error = (2 * (Counts(capture.Words[1])[0] - Counts(capture.Words[0])[0])) - (response[0] - stimulus[0]);
            Assert.InRange(error, -1, 1);
        });
    }

    [Fact]
    public async Task A_drain_that_stops_sets_RXSTALL_with_the_ninth_word_and_keeps_the_eight_before()
    {
        var program = await SamplerPrograms.EdgeTsAsync();
        var edges = Edges(Enumerable.Repeat(20, 40));
        var capture = new PioCapture(program, 1, dmaCycles: 1) { DmaStopsAt = 0 };
        capture.RunUntil(edges[7] + 19, [edges]);
        Assert.False(capture[0].RxStall);
        capture.RunUntil(edges[8] + 10, [edges]);
        Assert.True(capture[0].RxStall);
        capture.RunUntil(edges[30], [edges]);
        // The stamps that were taken before the stall are right, also the one that had to wait; later ones come late.
        capture.DmaStopsAt = long.MaxValue;
        capture.RunUntil(edges[^1] + 100, [edges]);
        Assert.Equal(edges.Take(9).Select(at => (at + 1) / 2), Counts(capture.Words[0]).Take(9));
        Assert.NotEqual((edges[30] + 1) / 2, Counts(capture.Words[0])[9]);
    }

    private static string Sorted(SamplerPrograms.Part part) =>
        "{" + string.Join(',', part.Options.EnumerateObject().OrderBy(option => option.Name, StringComparer.Ordinal).Select(option => $"\"{option.Name}\":{option.Value.GetRawText()}")) + "}";

    // Random edge trains: short spacings that stress the dead time, long ones in between.
    private static Gen<long[]> Trains(int smallestSpacing) =>
        Gen.Frequency((3, Gen.Int[smallestSpacing, smallestSpacing + 12]), (1, Gen.Int[smallestSpacing, 2000])).Array[1, 200].Select(Edges);

    private static long[] Edges(IEnumerable<int> spacings)
    {
        var at = 4L;
        return [.. spacings.Select(spacing => at += spacing)];
    }

    private static long[] Counts(IEnumerable<uint> words) => [.. words.Select(x => (long)(uint.MaxValue - x))];
}
