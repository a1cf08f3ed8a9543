using CsCheck;
using LatencyLab.Samplers;

namespace LatencyLab.Tests.Firmware;

/// <summary>The program stim on the cycle model, fed by a DMA as the script sets it up.</summary>
public sealed class StimulusProgramTests
{
    // One word every four cycles, as for the capture.
    private const int DmaCycles = 4;

    [Fact]
    public async Task The_table_comes_out_cycle_by_cycle()
    {
        var program = await SamplerPrograms.StimAsync();
        // From the shortest pulses that can be written to a mixture with long ones.
        var pair = Gen.Frequency((3, Gen.Select(Gen.UInt[0, 5], Gen.UInt[0, 5])), (1, Gen.Select(Gen.UInt[0, 3000], Gen.UInt[0, 3000])));
        pair.Array[1, 60].Sample(table =>
        {
            var (edges, pulses) = Fire(program, table, pulses: table.Length);
            Assert.Equal(table.Length, pulses);
            for (var k = 0; k < table.Length; k++)
            {
                Assert.Equal(table[k].Item2 + 2, edges[(2 * k) + 1] - edges[2 * k]);
                if (k > 0)
                {
                    Assert.Equal(table[k].Item1 + 6, edges[2 * k] - edges[(2 * k) - 1]);
                }
            }
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(13)]
    public async Task Exactly_as_many_pulses_come_as_were_asked_for_and_the_pin_ends_low(int pulses)
    {
        var program = await SamplerPrograms.StimAsync();
        (uint, uint)[] table = [(10, 3), (0, 0), (77, 20), (5, 1)];
        var (edges, fired) = Fire(program, table, pulses);
        Assert.Equal(pulses, fired);
        Assert.Equal(2 * pulses, edges.Count);
        // Replayed from the start when the table is shorter than the run.
        Assert.All(Enumerable.Range(0, pulses), k => Assert.Equal(table[k % 4].Item2 + 2, edges[(2 * k) + 1] - edges[2 * k]));
    }

    [Fact]
    public async Task A_starved_machine_lengthens_low_times_only()
    {
        var program = await SamplerPrograms.StimAsync();
        (uint, uint)[] table = [.. Enumerable.Repeat((0u, 7u), 30)];
        var (edges, pulses) = Fire(program, table, 30, dmaCycles: 50);
        Assert.Equal(30, pulses);
        Assert.All(Enumerable.Range(0, 30), k => Assert.Equal(9, edges[(2 * k) + 1] - edges[2 * k]));
        Assert.All(Enumerable.Range(10, 20), k => Assert.True(edges[2 * k] - edges[(2 * k) - 1] > 6));
    }

    // How the script counts pulses after `stop`: by words pulled and by the place in the program.
    [Fact]
    public async Task The_count_of_pulses_at_any_moment_follows_from_words_and_program_counter()
    {
        var program = await SamplerPrograms.StimAsync();
        (uint, uint)[] table = [(3, 4), (0, 0), (9, 2), (1, 1)];
        var run = new Run(program, table, pulses: 9, DmaCycles);
        for (var cycle = 0; cycle < 300; cycle++)
        {
            Assert.Equal(run.Edges.Count(at => at.Level), run.Counted);
            run.Step();
        }

        Assert.Equal(9, run.Counted);
    }

    [Fact]
    public async Task Both_programs_in_one_PIO_see_the_table_in_the_stamps()
    {
        var stim = await SamplerPrograms.StimAsync();
        var edgeTs = await SamplerPrograms.EdgeTsAsync();
        Gen.Select(Gen.UInt[20, 4000], Gen.UInt[20, 900]).Array[5, 40].Sample(table =>
        {
            var (edges, _) = Fire(stim, table, table.Length);
            var counts = PioCapture.Run(edgeTs, [.. edges]).Select(x => (long)(uint.MaxValue - x)).ToArray();
            Assert.Equal(edges.Count, counts.Length);
            // The self-test of the sampler: every interval as the table says within one count.
            for (var k = 1; k < table.Length; k++)
            {
                Assert.InRange((2 * (counts[2 * k] - counts[(2 * k) - 1])) - (table[k].Item1 + 6), -1, 1);
                Assert.InRange((2 * (counts[(2 * k) + 1] - counts[2 * k])) - (table[k].Item2 + 2), -1, 1);
            }
        });
    }

    // 12 pulses and gaps of 5 us at 125 MHz, as --burst 12 plans them, and the shortest that the program can make.
    [Theory]
    [InlineData(12, 625, 4)]
    [InlineData(2, 6, 20)]
    [InlineData(8, 6, 300)]
    public async Task A_table_of_trains_comes_out_as_trains_and_so_it_is_stamped(int length, uint inside, int trains)
    {
        var (stim, edgeTs) = (await SamplerPrograms.StimAsync(), await SamplerPrograms.EdgeTsAsync());
        var between = new CycleRange(2_000, 1_000);
        var high = inside == 6 ? new CycleRange(20, 30) : new CycleRange(inside, 0);
        var table = StimulusTable.Create(7, length * trains, between, high, new TrainCycles(length, inside));
        Assert.Equal(Math.Min(StimulusTable.MaxPairs, length * trains), table.Length);
        var (edges, pulses) = Fire(
            stim, [.. table.Select(t => (t.LowCycles - StimulusTable.LowOverheadCycles, t.HighCycles - StimulusTable.HighOverheadCycles))], length * trains);
        Assert.Equal(length * trains, pulses);
        for (var k = 1; k < pulses; k++)
        {
            var low = edges[2 * k] - edges[(2 * k) - 1];
            Assert.True(k % length == 0 ? low >= between.Min && low < between.Min + between.Width : low == inside, $"{low} cycles low before pulse {k}");
            Assert.InRange(edges[(2 * k) + 1] - edges[2 * k], high.Min, high.Min + (high.Width == 0 ? 0 : high.Width - 1));
        }

        // Counts of two cycles, so each stamp of these edges is at most one cycle off.
        var counts = PioCapture.Run(edgeTs, [.. edges]).Select(x => (long)(uint.MaxValue - x)).ToArray();
        Assert.Equal(edges.Count, counts.Length);
        for (var k = 1; k < counts.Length; k++)
        {
            Assert.InRange((2 * (counts[k] - counts[k - 1])) - (edges[k] - edges[k - 1]), -1, 1);
        }
    }

    private static (List<long> Edges, int Pulses) Fire(PioProgram program, (uint X, uint Y)[] table, int pulses, int dmaCycles = DmaCycles)
    {
        var run = new Run(program, table, pulses, dmaCycles);
        do
        {
            run.Step();
        }
        while (!run.Over);

        Assert.False(run.Machine.Pin);
        return ([.. run.Edges.Select(edge => edge.Cycle)], run.Counted);
    }

    /// <summary>One machine with its table DMA, a cycle a step.</summary>
    private sealed class Run(PioProgram program, (uint X, uint Y)[] table, int pulses, int dmaCycles)
    {
        private long _cycle;
        private int _words;
        private int _taken;

        public PioStateMachine Machine { get; } = new(program);

        public List<(long Cycle, bool Level)> Edges { get; } = [];

        public bool Over => _words == 2 * pulses && Machine.TxStall && !Machine.Pin;

        public int Counted => (_taken >> 1) - (Machine.Pc is >= 3 and <= 5 ? 1 : 0);

        public void Step()
        {
            if (_cycle % dmaCycles == 0 && _words < 2 * pulses && Machine.TxHasRoom)
            {
                var (x, y) = table[(_words >> 1) % table.Length];
                Machine.Give((_words & 1) == 0 ? x : y);
                _words++;
            }

            var (before, place) = (Machine.Pin, Machine.Pc);
            Machine.Step(jmpPin: false);
            // A pull that did not wait has taken a word.
            _taken += place is 0 or 2 && !Machine.TxStall ? 1 : 0;
            if (Machine.Pin != before)
            {
                Edges.Add((_cycle, Machine.Pin));
            }

            _cycle++;
        }
    }
}
