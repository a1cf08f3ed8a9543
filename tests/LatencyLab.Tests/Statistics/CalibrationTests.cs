using LatencyLab.Comparison;
using LatencyLab.Statistics;
using LatencyLab.Tests.Comparison;

namespace LatencyLab.Tests.Statistics;

/// <summary>
/// How often intervals hold and comparisons are wrong, counted over seeds. With LATENCYLAB_LONG=1 each figure takes 2,000 seeds and is held to the
/// bound itself; else it takes fewer, and the bound is widened by three standard errors, so that only real faults fail.
/// </summary>
public sealed class CalibrationTests(ITestOutputHelper output)
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("LATENCYLAB_LONG") == "1";

    private static int Seeds => IsLong ? 2000 : 120;

    [Theory]
    [InlineData(0.0, 1000)]
    [InlineData(0.0, 5000)]
    [InlineData(0.5, 1000)]
    [InlineData(0.5, 5000)]
    [InlineData(0.9, 2000)]
    [InlineData(0.9, 5000)]
    [InlineData(0.9, 20_000)]
    public void Quantile_intervals_cover_the_truth(double correlation, int n)
    {
        // A stationary normal series of sd 10^6 ticks: as good as continuous.
        (double Probability, double Z)[] quantiles = [(0.5, 0), (0.9, 1.2815515655446004), (0.99, 2.3263478740408408), (0.999, 3.090232306167813)];
        var covered = new int[quantiles.Length];
        Parallel.For(0, Seeds, seed =>
        {
            var (latencies, series) = Series((ulong)seed + 1, correlation, n);
            var summary = LatencySummary.Of(latencies, 0, series.EffectiveSize(latencies, 0));
            for (var i = 0; i < quantiles.Length; i++)
            {
                var truth = 1e7 + (1e6 * quantiles[i].Z);
                var quantile = summary.Quantiles[i].Quantile;
                if ((quantile.Low ?? double.NegativeInfinity) <= truth && truth <= (quantile.High ?? double.PositiveInfinity))
                {
                    Interlocked.Increment(ref covered[i]);
                }
            }
        });
        for (var i = 0; i < quantiles.Length; i++)
        {
            var share = (double)covered[i] / Seeds;
            output.WriteLine($"phi {correlation} n {n} p{quantiles[i].Probability * 100}: {share:P1} of {Seeds}");
            Assert.True(share >= AtLeast(0.93), $"p{quantiles[i].Probability * 100} covers {share:P1}");

            // Open ends cover more, and so do whole ranks where few values lie beyond the quantile: p99.9 of 5,000 can only have 98.0 %. All others
            // must not be wider than they say.
            if (RankInterval.Of(n, quantiles[i].Probability) is { High: not null, Coverage: < 0.965 } && correlation == 0)
            {
                Assert.True(share <= AtMost(0.975), $"p{quantiles[i].Probability * 100} covers {share:P1}");
            }
        }
    }

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(20, 1000)]
    [InlineData(5, 100)]
    public void Bounds_of_shares_cover_the_truth(int perThousand, int n)
    {
        int two = 0, upper = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new SplitMix64((ulong)seed + 77);
            var events = Enumerable.Range(0, n).Count(_ => random.Below(1000) < perThousand);
            var share = Proportion.Of(events, n);
            two += share.Low <= perThousand / 1000.0 && perThousand / 1000.0 <= share.High ? 1 : 0;
            upper += perThousand / 1000.0 <= share.UpperBound ? 1 : 0;
        }

        output.WriteLine($"{perThousand}/1000 n {n}: two-sided {(double)two / Seeds:P1}, upper {(double)upper / Seeds:P1} of {Seeds}");
        Assert.True((double)two / Seeds >= AtLeast(0.93));
        Assert.True((double)upper / Seeds >= AtLeast(0.93));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(4.0)]
    [InlineData(16.0)]
    public void Identical_firmwares_seldom_look_different(double runSd)
    {
        var (changed, _, covered) = Compare(runSd, 0, 8, new ComparisonOptions());
        output.WriteLine($"run offset {runSd} ticks: {changed:P1} false alarms, p50 interval covers {covered:P1}, of {Seeds}");
        Assert.True(changed <= AtMost(0.07), $"{changed:P1} false alarms");
        Assert.True(covered >= AtLeast(0.93), $"the interval of p50's difference covers {covered:P1}");
    }

    [Fact]
    public void A_shift_of_two_ticks_is_found()
    {
        var (_, regressed, _) = Compare(1, 2, 8, new ComparisonOptions());
        output.WriteLine($"2 ticks at a run offset of 1 tick, 8 runs a side: regressed in {regressed:P1} of {Seeds}");
        Assert.True(regressed >= AtLeast(0.70), $"found in {regressed:P1}");
    }

    [Fact]
    public void Identical_firmwares_are_called_equivalent()
    {
        var equivalent = 0;
        Parallel.For(0, Seeds, seed =>
        {
            var random = new SplitMix64((ulong)seed + 4711);
            var before = SimulatedRuns.Draw(random, "a", 10, 500, 1, 0);
            var after = SimulatedRuns.Draw(random, "b", 10, 500, 1, 0, 1);
            if (Comparer.Compare(before, after, new ComparisonOptions { MarginTicks = 4 }).Verdict == Verdict.Equivalent)
            {
                Interlocked.Increment(ref equivalent);
            }
        });
        output.WriteLine($"margin 4 ticks, 10 runs a side: equivalent in {(double)equivalent / Seeds:P1} of {Seeds}");
        Assert.True((double)equivalent / Seeds >= AtLeast(0.70));
    }

    private static (double Changed, double Regressed, double Covered) Compare(double runSd, double shift, int runs, ComparisonOptions options)
    {
        int changed = 0, regressed = 0, covered = 0;
        Parallel.For(0, Seeds, seed =>
        {
            var random = new SplitMix64(((ulong)seed * 31) + (ulong)(runSd * 2));
            var result = Comparer.Compare(
                SimulatedRuns.Draw(random, "a", runs, 500, runSd, 0), SimulatedRuns.Draw(random, "b", runs, 500, runSd, shift, 1), options);
            var p50 = result.Metrics[0];
            Interlocked.Add(ref changed, result.Verdict is Verdict.Improved or Verdict.Regressed ? 1 : 0);
            Interlocked.Add(ref regressed, result.Verdict == Verdict.Regressed ? 1 : 0);
            Interlocked.Add(ref covered, p50.Low <= shift && shift <= p50.High ? 1 : 0);
        });
        return ((double)changed / Seeds, (double)regressed / Seeds, (double)covered / Seeds);
    }

    private static (SortedCounts Latencies, LatencySeries Series) Series(ulong seed, double correlation, int n)
    {
        var random = new SplitMix64(seed);
        var table = new CountTable();
        var series = new LatencySeries();
        var state = SimulatedRuns.Normal(random);
        var innovation = Math.Sqrt(1 - (correlation * correlation));
        for (var i = 0; i < n; i++)
        {
            state = (correlation * state) + (innovation * SimulatedRuns.Normal(random));
            var value = (long)Math.Round(1e7 + (1e6 * state));
            table.Add(value);
            series.Add(value);
        }

        return (table.ToSorted(), series);
    }

    private static double AtLeast(double share) => IsLong ? share : share - (3 * Math.Sqrt(share * (1 - share) / Seeds));

    private static double AtMost(double share) => IsLong ? share : share + (3 * Math.Sqrt(share * (1 - share) / Seeds));
}
