using LatencyLab.Statistics;

namespace LatencyLab.Tests.Statistics;

/// <summary>The fit of a tail says of itself whether it fits.</summary>
public sealed class TailGoodnessTests
{
    [Theory]
    [InlineData(0.4)]
    [InlineData(-0.2)]
    public void A_tail_of_the_law_is_seldom_called_one_that_does_not_fit(double shape)
    {
        var p = Enumerable.Range(1, 16).Select(seed => FitP(seed, u => 300 / shape * (Math.Pow(u, -shape) - 1))).ToArray();
        // Of 16 true laws 0.8 are rejected at 5 %; more than 4 in one of 1000 such tests.
        Assert.InRange(p.Count(v => v < 0.05), 0, 4);
        Assert.InRange(p.Average(), 0.3, 0.7);
    }

    [Fact]
    public void A_tail_of_two_clusters_does_not_fit()
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            Assert.True(FitP(seed, u => u < 0.02 ? 20_000 + (1000 * u) : 1000 * u) < 0.02);
        }
    }

    private static double FitP(int seed, Func<double, double> excess)
    {
        var random = new SplitMix64((ulong)seed);
        var values = new long[1200];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = 5000 + (long)Math.Ceiling(excess(1 - random.NextDouble()));
        }

        var (tail, reason) = TailExtrapolation.Of(SortedCounts.Of(values), 0);
        Assert.True(tail is not null, reason);
        Assert.Equal(tail.FitP < 0.05, tail.Conditions.Any(c => c.Contains("doesn't fit", StringComparison.Ordinal)));
        return tail.FitP;
    }
}
