using CsCheck;
using LatencyLab.Plots;
using LatencyLab.Statistics;

namespace LatencyLab.Cli.Tests.Plots;

public sealed class HistogramBinsTests
{
    private static readonly Gen<long[]> Samples = Gen.Select(
        Gen.Long[0, 1L << 40], Gen.Int[1, 40], Gen.Long[0, 1L << 40].Array[0, 5],
        Gen.Long[0, 300].Array[1, 200],
        (start, width, far, body) => (long[])[.. body.Select(b => start + (b * width)), .. far.Select(f => start + f)]);

    [Fact]
    public void Every_value_is_in_a_bin_or_counted_above_them() => Samples.Sample(sample =>
    {
        var bins = HistogramBins.Choose(SortedCounts.Of(sample), 160);
        Assert.Equal(sample.Length, bins.Counts.Sum() + bins.Overflow);
        Assert.Equal(sample.LongCount(v => v >= bins.EndTick), bins.Overflow);
        for (var i = 0; i < bins.Counts.Length; i++)
        {
            var from = bins.FirstTick + (i * bins.WidthTicks);
            Assert.Equal(sample.LongCount(v => v >= from && v < from + bins.WidthTicks), bins.Counts[i]);
        }
    });

    [Fact]
    public void Bins_are_whole_ticks_and_few_enough_to_be_seen() => Samples.Sample(sample =>
    {
        var bins = HistogramBins.Choose(SortedCounts.Of(sample), 160);
        Assert.True(bins.WidthTicks >= 1);
        Assert.InRange(bins.Counts.Length, 1, 162);
        Assert.Equal(sample.Max(), bins.MaxTicks);
        // Most of the sample is never pushed off the axis by its tail.
        Assert.True(bins.Overflow <= sample.Length * 0.05);
    });

    [Fact]
    public void A_near_limit_is_inside_the_picture() =>
        Assert.True(HistogramBins.Choose(SortedCounts.Of([.. Enumerable.Range(1000, 100).Select(i => (long)i)]), 160, showTicks: 1200).EndTick > 1200);
}
