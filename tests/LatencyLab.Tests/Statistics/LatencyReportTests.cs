using LatencyLab.Statistics;

namespace LatencyLab.Tests.Statistics;

public sealed class LatencyReportTests
{
    [Theory]
    [InlineData("ties_a", 1)]
    [InlineData("ties_b", 1)]
    [InlineData("ar1_a", 1)]
    [InlineData("history", 1)]
    [InlineData("bimodal_a", 2)]
    [InlineData("bimodal_b", 2)]
    [InlineData("heavy_a", 2)] // 5 % begin anew 1024 ticks above the rest, as a Pareto tail
    [InlineData("n5_a", 0)]
    public void Finds_as_many_modes_as_were_made(string sample, int modes) =>
        Assert.Equal(modes, Modes.Find(SortedCounts.Of(OracleData.Sample(sample))).Count);

    [Fact]
    public void Modes_say_where_and_how_many()
    {
        var modes = Modes.Find(SortedCounts.Of(OracleData.Sample("bimodal_a")));
        Assert.InRange(modes[0].Share, 0.67, 0.73);
        Assert.Equal(1, modes.Sum(m => m.Share), 9);
        Assert.InRange(modes[0].Low, 650, 655);
        Assert.InRange(modes[0].High, 662, 667);
        Assert.InRange(modes[1].Low, 1300, 1310);
        Assert.InRange(modes[1].High, 1318, 1328);
    }

    [Fact]
    public void Close_modes_beside_a_far_one_are_still_told_apart()
    {
        var random = new SplitMix64(5);
        var sample = Enumerable.Range(0, 6000).Select(i => (i % 3) switch { 0 => 1000L, 1 => 1100L, _ => 9000L } + random.Below(30)).ToArray();
        Assert.Equal([1, 1, 1], Modes.Find(SortedCounts.Of(sample)).Select(m => (int)Math.Round(m.Share * 3)));
    }

    [Fact]
    public void One_heap_stays_one_whatever_its_width_and_size()
    {
        var splits = 0;
        for (ulong seed = 0; seed < 300; seed++)
        {
            var random = new SplitMix64(seed);
            var width = 1 + random.Below(3000);
            var sample = new long[200 + random.Below(3000)];
            for (var i = 0; i < sample.Length; i++)
            {
                sample[i] = 5000 + ((random.Below(width) + random.Below(width) + random.Below(width)) * (1 + (long)(seed % 3)));
            }

            splits += Modes.Find(SortedCounts.Of(sample)).Count > 1 ? 1 : 0;
        }

        Assert.InRange(splits, 0, 6);
    }

    [Fact]
    public void Stimuli_in_step_with_a_period_are_told_from_random_ones()
    {
        var random = new SplitMix64(3);
        var locked = new PhaseLocking([625_000]);
        var free = new PhaseLocking([625_000]);
        long tick = 0;
        for (var i = 0; i < 3000; i++)
        {
            locked.Add(i * 1_250_025L);
            tick += 625_000 + random.Below(625_000);
            free.Add(tick);
        }

        Assert.True(locked.Spreads()[0].IsLocked);
        Assert.False(free.Spreads()[0].IsLocked);
        Assert.InRange(free.Spreads()[0].P, 0.0005, 1);
        var few = new PhaseLocking([1]);
        Assert.Empty(few.Spreads());
        for (var early = 0; early < 9; early++)
        {
            few.Add(early);
        }

        Assert.Empty(few.Spreads());
        few.Add(9);
        Assert.Single(few.Spreads());
    }

    [Fact]
    public void Rayleigh_probabilities_are_even_for_even_phases()
    {
        var below = 0;
        for (ulong seed = 0; seed < 2000; seed++)
        {
            var random = new SplitMix64(seed);
            var phases = new PhaseLocking([1000]);
            for (var i = 0; i < 50; i++)
            {
                phases.Add(random.Below(1000));
            }

            below += phases.Spreads()[0].P < 0.1 ? 1 : 0;
        }

        Assert.InRange(below, 160, 240);
    }

    [Fact]
    public void Reports_censored_outliers_limit_and_worst_samples()
    {
        var collector = new LatencyCollector([]);
        for (var i = 0; i < 1000; i++)
        {
            collector.AddMatched(i == 700 ? 9000 : 500 + (i % 7), 1000 + (i * 100), i);
        }

        collector.AddCensored(200_000);
        var report = collector.ToReport(limitTicks: 506);
        Assert.Equal((1001, 1000), (report.Summary.N, report.Summary.NMatched));
        Assert.Equal(1, report.Censored.Events);
        Assert.Equal([new TimedValue(9000, 71_000, 700)], report.Outliers!.Worst);
        Assert.Equal(1, report.Outliers.Count);
        Assert.Equal(2, report.Exceedance!.Share.Events);
        Assert.Equal(8500, report.JitterPeakToPeak);
        Assert.Null(new LatencyCollector([]).ToReport().JitterPeakToPeak);
    }

    [Fact]
    public void A_series_longer_than_its_memory_is_worth_what_it_is_worth_as_a_whole()
    {
        var random = new SplitMix64(11);
        var series = new LatencySeries();
        var table = new CountTable();
        var state = 0.0;
        for (var i = 0; i < 1_000_000; i++)
        {
            state = (0.8 * state) + random.NextDouble() - 0.5;
            var value = 10_000 + (long)(state * 1000);
            series.Add(value);
            table.Add(value);
        }

        // (1 + phi) / (1 - phi) = 9 values make one independent.
        Assert.InRange(1_000_000 / series.EffectiveSize(table.ToSorted(), 0).Mean, 8, 10);
    }

    [Fact]
    public void Transformed_and_direct_autocorrelations_agree()
    {
        // A slow wave keeps its correlation beyond the lags that are computed directly; the closed form is n / 2 (cos) at all lags.
        double[] wave = [.. Enumerable.Range(0, 6000).Select(i => Math.Cos(2 * Math.PI * i / 1000))];
        var direct = 0.0;
        for (var lag = 0; Autocorrelation.AtLag(wave, lag) + Autocorrelation.AtLag(wave, lag + 1) > 0; lag += 2)
        {
            direct += Autocorrelation.AtLag(wave, lag) + Autocorrelation.AtLag(wave, lag + 1);
        }

        Assert.Equal((2 * direct) - 1, Autocorrelation.IntegratedTime([wave]), 6);
    }

    [Fact]
    public void Quantisation_is_removed_and_never_below_nothing()
    {
        Assert.Equal(Math.Sqrt(4 - (1.0 / 6)), Quantisation.RemoveFrom(2)!.Value, 12);
        Assert.Equal(0, Quantisation.RemoveFrom(0.3));
        Assert.Null(Quantisation.RemoveFrom(null));
    }

    // Section 6.4 of the budget: 16 ns ticks, 30 ppm, at 120 us and at 1 ms.
    [Theory]
    [InlineData(120_000, 6.53, 2.08)]
    [InlineData(1_000_000, 6.53, 17.32)]
    public void The_budget_adds_its_sources_as_squares(double latencyNs, double quantisation, double clock)
    {
        var budget = UncertaintyBudget.Of(16, 8, 30, 0, latencyNs);
        Assert.Equal(quantisation, budget.QuantisationNs, 2);
        Assert.Equal(clock, budget.ClockNs, 2);
        Assert.Equal(8 / Math.Sqrt(3), budget.CycleNs, 9);
        Assert.Equal(Math.Sqrt((clock * clock) + (64.0 / 3)), budget.SystematicNs, 1);
        Assert.Equal(Math.Sqrt((budget.SystematicNs * budget.SystematicNs) + (256.0 / 6)), budget.SingleNs, 6);
    }

    [Fact]
    public void A_tail_is_extrapolated_only_when_the_sample_bears_it()
    {
        var (tail, reason) = TailExtrapolation.Of(SortedCounts.Of(OracleData.Sample("heavy_a")), 0);
        Assert.Null(reason);

        // The law behind the sample: shape 1/2; its p99.999 is near 73 000 ticks.
        Assert.InRange(tail!.Chosen.Shape, 0.2, 0.7);
        var farthest = tail.Quantiles[^1];
        Assert.Equal(0.99999, farthest.Probability);
        Assert.InRange(farthest.Ticks, farthest.LowestTicks, farthest.HighestTicks);
        Assert.InRange(farthest.HighestTicks, 40_000, 400_000);

        Assert.Equal("needs n = 1000", TailExtrapolation.Of(SortedCounts.Of([1, 2, 3]), 0).NullReason);
        Assert.NotNull(TailExtrapolation.Of(SortedCounts.Of(new long[5000]), 0).NullReason);
        Assert.StartsWith("3 stimuli", TailExtrapolation.Of(SortedCounts.Of(OracleData.Sample("heavy_a")), 3).NullReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_sample_is_extrapolated_to_finite_numbers_or_refused()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            var random = new SplitMix64(seed);
            var (spread, steps) = (1 + random.Below(2000), 1 + random.Below(60));
            var sample = Enumerable.Range(0, 1500).Select(_ => 500 + (random.Below(spread) / steps * steps) + (random.Below(40) == 0 ? random.Below(9) * random.Below(3000) : 0)).ToArray();
            var (tail, reason) = TailExtrapolation.Of(SortedCounts.Of(sample), 0);
            Assert.True(tail is null ? reason is not null : tail.Quantiles.All(q => double.IsFinite(q.Ticks) && double.IsFinite(q.HighestTicks)) && double.IsFinite(tail.Chosen.Shape));
        }
    }

    [Fact]
    public void A_history_with_a_step_changes_there_and_a_stable_one_seldom()
    {
        var series = Array.ConvertAll(OracleData.Sample("history"), v => (double)v);
        Assert.Equal([35], ChangePoints.Find(series).Select(c => c.Index));

        var alarms = 0;
        for (ulong seed = 0; seed < 100; seed++)
        {
            var random = new SplitMix64(seed);
            var stable = Enumerable.Range(0, 40).Select(_ => random.NextDouble() + random.NextDouble() + random.NextDouble()).ToArray();
            alarms += ChangePoints.Find(stable, seed).Count > 0 ? 1 : 0;
        }

        Assert.InRange(alarms, 0, 5);
        Assert.Empty(ChangePoints.Find([]));
        Assert.Empty(ChangePoints.Find(new double[100]));
    }
}
