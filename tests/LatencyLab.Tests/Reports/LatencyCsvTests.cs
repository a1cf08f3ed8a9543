using System.Text;
using LatencyLab.Analysis;
using LatencyLab.Reports;
using LatencyLab.Tests.Runs;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Tests.Reports;

public sealed class LatencyCsvTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_hold_exact_ticks_and_nanoseconds_with_three_decimals()
    {
        var text = Write(
            "r1",
            new TimeBase(62_500_000),
            new Pair(-1, 10, 20, PairStatus.Matched, PairFlags.None),
            new Pair(0, 1000, 2950, PairStatus.Matched, PairFlags.Falling),
            new Pair(1, 3000, 0, PairStatus.Missed, PairFlags.NoResponse),
            new Pair(2, 0, 0, PairStatus.Excluded, PairFlags.StimulusLost | PairFlags.NoResponse),
            new Pair(3, 5000, 5100, PairStatus.Matched, PairFlags.MaybeShifted));
        Assert.Equal(
            """
            run_id,seq,stimulus_ticks,response_ticks,stimulus_t_ns,response_t_ns,latency_ns,status,flags
            r1,-1,10,20,160.000,320.000,160.000,matched,
            r1,0,1000,2950,16000.000,47200.000,31200.000,matched,falling
            r1,1,3000,,48000.000,,,missed,no_response
            r1,2,,,,,,excluded,stimulus_lost|no_response
            r1,3,5000,5100,80000.000,81600.000,,matched,maybe_shifted

            """,
            text);
    }

    [Fact]
    public void Ticks_that_are_no_whole_picoseconds_are_rounded_half_to_even()
    {
        // 1 tick of 333 333 333 Hz is 3000.000003 ps; 1 tick of 16 THz is 0.0625 ps.
        Assert.Contains(",3.000,9000000009.000,", Write("r", new TimeBase(333_333_333), new Pair(0, 1, 3_000_000_000, PairStatus.Matched, PairFlags.None)), StringComparison.Ordinal);
        Assert.Contains(",0.000,0.002,0.001,", Write("r", new TimeBase(16_000_000_000_000), new Pair(0, 8, 24, PairStatus.Matched, PairFlags.None)), StringComparison.Ordinal);
    }

    [Fact]
    public void Negative_and_huge_times_keep_every_digit()
    {
        var text = Write("r", new TimeBase(1), new Pair(0, -2, long.MaxValue - 2, PairStatus.Matched, PairFlags.None));
        Assert.Contains(",-2000000000.000,9223372036854775805000000000.000,9223372036854775807000000000.000,", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+a")]
    [InlineData("-a")]
    [InlineData("@x")]
    public void Text_that_looks_like_a_formula_gets_an_apostrophe_and_numbers_do_not(string name)
    {
        var text = Write(name, new TimeBase(1), new Pair(-5, -1, 0, PairStatus.Matched, PairFlags.None));
        Assert.Contains($"'{name},-5,-1,0,", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_held_to_the_counts_of_the_run()
    {
        var path = _folder.File("latency.csv");
        Write("r", new TimeBase(1), new Pair(-1, 1, 2, PairStatus.Matched, PairFlags.None), new Pair(0, 3, 4, PairStatus.Matched, PairFlags.None));
        var run = RunSamples.Irq with { Counts = RunSamples.Irq.Counts! with { Stimuli = 1, Matched = 1, Missed = 0 } };
        Assert.Empty(LatencyCsvCheck.Problems(path, run));
        Assert.Single(LatencyCsvCheck.Problems(path, run with { Counts = run.Counts with { Matched = 2 } }));
        File.AppendAllText(path, "r,1,\"");
        Assert.NotEmpty(LatencyCsvCheck.Problems(path, run));
    }

    [Fact]
    public void The_summary_has_one_row_a_statistic_and_empty_cells_for_what_cannot_be_given()
    {
        using var stream = new MemoryStream();
        SummaryCsv.Write(RunSamples.Irq with { ByEdge = null }, stream);
        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n');
        Assert.Equal("run_id,statistic,value,ci_lo,ci_hi,conf,n,n_eff,unit", lines[0]);
        Assert.Equal("SIMULATED-20260102-030405-k3f9,p50,31200,31152,31248,0.95,1000,1000,ns", lines[2]);
        Assert.Equal("SIMULATED-20260102-030405-k3f9,p99,40112,38112,,0.95,1000,,ns", lines[4]);
        Assert.Equal("SIMULATED-20260102-030405-k3f9,p99_9,,,,,1000,,ns", lines[5]);
        Assert.Equal("SIMULATED-20260102-030405-k3f9,mean,31555.25,,,,999,,ns", lines[8]);
        Assert.Equal("", lines[^1]);
    }

    private string Write(string runId, TimeBase timeBase, params Pair[] pairs)
    {
        var path = _folder.File("latency.csv");
        using (var csv = LatencyCsv.Create(path, runId, timeBase))
        {
            csv.Pairs(pairs);
        }

        return File.ReadAllText(path);
    }
}
