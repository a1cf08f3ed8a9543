using CsCheck;
using LatencyLab.Statistics;

namespace LatencyLab.Tests.Statistics;

public sealed class QuantilesTests
{
    [Theory]
    [InlineData(1000, 0.999, 999)]
    [InlineData(1000, 0.9991, 1000)]
    [InlineData(10, 0.9, 9)]
    [InlineData(3, 0.5, 2)]
    [InlineData(1, 0.0001, 1)]
    [InlineData(1_000_000_000_000, 0.9999, 999_900_000_000)]
    public void The_rank_is_that_of_the_number_as_written(long n, double p, long rank) => Assert.Equal(rank, Quantiles.Rank(n, p));

    // Conover, Practical Nonparametric Statistics, and the project's reference values agree on these.
    [Theory]
    [InlineData(100, 0.5, 40L, 61L)]
    [InlineData(100, 0.9, 84L, 96L)]
    [InlineData(100, 0.99, 97L, null)]
    [InlineData(1000, 0.5, 469L, 532L)]
    [InlineData(1000, 0.999, 997L, null)]
    [InlineData(10_000, 0.99, 9880L, 9920L)]
    [InlineData(100_000, 0.9999, 99_983L, 99_997L)]
    [InlineData(1, 0.5, null, null)]
    public void Interval_ranks_are_those_of_the_binomial_law(long n, double p, long? low, long? high)
    {
        var interval = RankInterval.Of(n, p);
        Assert.Equal((low, high), (interval.Low, interval.High));
        Assert.InRange(interval.Coverage, 0.95, 1);
    }

    [Fact]
    public void A_rarer_quantile_never_needs_fewer_stimuli()
    {
        // Worth little at p99 and everything at the rarer ones, as in a series whose slow answers come in clusters.
        var counts = SortedCounts.Of([.. Enumerable.Range(1, 1000).Select(i => (long)i)]);
        var summary = LatencySummary.Of(counts, 0, new EffectiveSize(1000, 1000, 1000, 100, 1000, 1000));
        Assert.Equal(("needs n = 2990", "needs n = 2995"), (summary.NullReasons["p99"], summary.NullReasons["p99_9"]));
        summary = LatencySummary.Of(counts, 0, new EffectiveSize(1000, 1000, 1000, 50, 1000, 1000));
        Assert.Equal(("needs n = 5980", "needs n = 5980", "needs n = 29956"), (summary.NullReasons["p99"], summary.NullReasons["p99_9"], summary.NullReasons["p99_99"]));
    }

    [Theory]
    [InlineData(0.01, 100)]
    [InlineData(0.5, 100)]
    [InlineData(0.9, 200)]
    [InlineData(0.968377, 250)]
    [InlineData(0.99, 300)]
    [InlineData(0.999, 400)]
    [InlineData(0.9999, 500)]
    [InlineData(0.999999, 500)]
    public void What_a_sample_is_worth_for_a_quantile_lies_between_those_beside_it(double probability, double size) =>
        Assert.Equal(size, new EffectiveSize(7, 100, 200, 300, 400, 500).At(probability), 0.01);

    [Fact]
    public void What_is_withheld_is_not_for_want_of_stimuli()
    {
        var reasons = LatencySummary.Of(SortedCounts.Empty, 0).Withholding(370, NullReasons.LostInterrupts).NullReasons;
        Assert.All(["min", "p50", "p90", "p99", "max", "mean", "sd", "mad"], name => Assert.Equal(NullReasons.LostInterrupts, reasons[name]));
        Assert.Equal("needs n = 2995", reasons["p99_9"]);
    }

    [Fact]
    public void Intervals_nest_with_rising_confidence() =>
        Gen.Select(Gen.Long[1, 5000], Gen.Int[0, 3].Select(i => new[] { 0.5, 0.9, 0.99, 0.999 }[i])).Sample((n, p) =>
        {
            var narrow = RankInterval.Of(n, p, 0.9);
            var wide = RankInterval.Of(n, p, 0.99);
            return (wide.Low ?? 0) <= (narrow.Low ?? 0) && (wide.High ?? n + 1) >= (narrow.High ?? n + 1);
        });

    // Binomial probabilities by SciPy. The first three have equal tails of at most 97.5 %, the others don't.
    [Theory]
    [InlineData(1000, 0.9, 881L, 919L, 0.9548574)]
    [InlineData(20_000, 0.999, 19_971L, 19_989L, 0.9569006)]
    [InlineData(1000, 0.999, 997L, null, 0.9811)]
    [InlineData(1000, 0.99, 984L, 997L, 0.9635)]
    [InlineData(5000, 0.999, 4991L, 5000L, 0.9615)]
    [InlineData(10_000, 0.999, 9984L, 9997L, 0.9627)]
    [InlineData(30_000, 0.9999, 29_994L, null, 0.9665)]
    public void An_interval_of_whole_ranks_is_not_much_wider_than_it_says(long n, double p, long? low, long? high, double coverage)
    {
        var interval = RankInterval.Narrowed(n, p);
        Assert.Equal((low, high), (interval.Low, interval.High));
        Assert.Equal(coverage, interval.Coverage, 4);
    }

    [Fact]
    public void A_narrowed_interval_lies_in_that_of_equal_tails_and_holds_its_quantile() =>
        Gen.Select(Gen.Long[1, 60_000], Gen.Int[0, 4].Select(i => new[] { 0.5, 0.9, 0.99, 0.999, 0.9999 }[i])).Sample((n, p) =>
        {
            var equal = RankInterval.Of(n, p);
            var narrowed = RankInterval.Narrowed(n, p);
            var rank = Quantiles.Rank(n, p);
            return (narrowed.Low ?? 0) >= (equal.Low ?? 0) && (narrowed.High ?? n + 1) <= (equal.High ?? n + 1)
                && (narrowed.Low ?? 0) <= rank && rank <= (narrowed.High ?? n + 1)
                && narrowed.Coverage >= Math.Min(equal.Coverage, 0.94) - 1e-9
                && (n < 1000 || n < RankInterval.SmallestSample(p) || narrowed.Coverage <= 0.9751);
        });

    [Fact]
    public void Fewer_effective_values_never_give_a_narrower_interval() =>
        Gen.Select(Gen.Long[10, 5000], Gen.Double[0.01, 1]).Sample((n, share) =>
        {
            var full = RankInterval.Of(n, 0.5);
            var less = RankInterval.OfDependent(n, n * share, 0.5);
            return (less.Low ?? 0) <= (full.Low ?? 0) && (less.High ?? n + 1) >= (full.High ?? n + 1);
        });

    [Fact]
    public void Quantiles_rise_with_their_probability_and_lie_in_their_interval() =>
        Gen.Select(Gen.Long[0, 400].Array[0, 4000], Gen.Long[0, 200]).Sample((values, censored) =>
        {
            var summary = LatencySummary.Of(SortedCounts.Of(values), censored);
            var given = summary.Quantiles.Select(q => q.Quantile).Where(q => q.Value is not null).ToArray();
            return given.Zip(given.Skip(1)).All(pair => pair.First.Value <= pair.Second.Value)
                && given.All(q => (q.Low ?? long.MinValue) <= q.Value && q.Value <= (q.High ?? long.MaxValue));
        });

    [Fact]
    public void Censored_values_are_longer_than_every_other() =>
        Gen.Select(Gen.Long[0, 400].Array[1, 3000], Gen.Long[0, 500]).Sample((values, censored) =>
        {
            var sorted = values.Order().Concat(Enumerable.Repeat(long.MaxValue, (int)censored)).ToArray();
            var estimate = Quantiles.Estimate(SortedCounts.Of(values), censored, 0.9);
            var expected = sorted[(int)Math.Ceiling(sorted.Length * 9 / 10m) - 1];
            return sorted.Length < 29 ? estimate.NullReason == "needs n = 29"
                : expected == long.MaxValue ? estimate is { Value: null, NullReason: "beyond the window" }
                : estimate.Value == expected;
        });

    [Fact]
    public void A_shift_moves_and_a_scale_stretches_every_statistic() =>
        Gen.Select(Gen.Long[0, 2000].Array[40, 400], Gen.Long[0, 5000], Gen.Long[1, 9]).Sample((values, shift, scale) =>
        {
            var plain = LatencySummary.Of(SortedCounts.Of(values), 2);
            var moved = LatencySummary.Of(SortedCounts.Of([.. values.Select(v => (v * scale) + shift)]), 2);
            return plain.Quantiles.Zip(moved.Quantiles).All(pair =>
                    pair.Second.Quantile.Value == (pair.First.Quantile.Value * scale) + shift
                    && pair.Second.Quantile.High == (pair.First.Quantile.High * scale) + shift)
                && Near(moved.Mean, (plain.Mean * scale) + shift) && Near(moved.Sd, plain.Sd * scale) && moved.Mad == plain.Mad * scale;
        });

    [Fact]
    public void What_a_sample_cannot_support_is_null_with_its_reason()
    {
        var nothing = LatencySummary.Of(SortedCounts.Empty, 0);
        Assert.Equal("needs n = 2995", nothing.NullReasons["p99_9"]);
        Assert.Equal("needs n = 1", nothing.NullReasons["mean"]);
        Assert.Equal("needs n = 2", nothing.NullReasons["sd"]);

        var one = LatencySummary.Of(SortedCounts.Of([7]), 0);
        Assert.Equal((7L, 7L, 7.0, null, 0.0), (one.Min, one.Max, one.Mean, one.Sd, one.Mad));
        Assert.Equal("needs n = 5", one.NullReasons["p50"]);
        Assert.False(one.NullReasons.ContainsKey("mean"));

        var allMissed = LatencySummary.Of(SortedCounts.Empty, 1000);
        Assert.Equal("beyond the window", allMissed.NullReasons["p50"]);
        Assert.Equal("nothing matched", allMissed.NullReasons["sd"]);
        Assert.Null(allMissed.P99.Low);

        var dependent = LatencySummary.Of(SortedCounts.Of(new long[5000]), 0, EffectiveSize.Independent(5000) with { P999 = 1000 });
        Assert.Equal("needs n = 14975", dependent.NullReasons["p99_9"]);
    }

    [Fact]
    public void Equal_and_extreme_values_give_finite_numbers()
    {
        var equal = LatencySummary.Of(SortedCounts.Of([.. Enumerable.Repeat(1L << 62, 100)]), 0);
        Assert.Equal((0.0, 0.0, (double)(1L << 62)), (equal.Sd, equal.Mad, equal.Mean));

        var extreme = LatencySummary.Of(SortedCounts.Of([long.MinValue, long.MaxValue, long.MinValue, long.MaxValue, 0]), 0);
        Assert.True(double.IsFinite(extreme.Sd!.Value) && double.IsFinite(extreme.Mad!.Value));
        Assert.InRange(extreme.Sd!.Value / Math.Pow(2, 63), 0.9999999, 1.0000001);
    }

    private static bool Near(double? left, double? right) =>
        Math.Abs(left!.Value - right!.Value) <= 1e-9 * Math.Max(1, Math.Abs(right.Value));
}
