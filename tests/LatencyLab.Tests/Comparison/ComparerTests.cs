using LatencyLab.Comparison;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Tests.Comparison;

public sealed class ComparerTests
{
    private static readonly ComparisonOptions Options = new();

    [Fact]
    public void A_large_change_is_called_by_its_direction_and_quoted()
    {
        var slower = Sides(8, 8, 100);
        Assert.Equal(Verdict.Regressed, slower.Verdict);
        Assert.StartsWith("new against base (8 runs each): regressed, p50 +1.", slower.Sentence(), StringComparison.Ordinal);
        Assert.Contains(" %, 95 % interval +1.", slower.Sentence(), StringComparison.Ordinal);
        Assert.Equal(Verdict.Improved, Sides(8, 8, -100).Verdict);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(3, 20)]
    [InlineData(1, 8)]
    public void Fewer_than_four_runs_a_side_never_yield_an_answer(int before, int after)
    {
        foreach (var shift in new[] { 0, 500 })
        {
            var result = Sides(before, after, shift);
            Assert.Equal(Verdict.Inconclusive, result.Verdict);
            Assert.True(result.MoreRuns >= 4 - Math.Min(before, after));
            Assert.Contains("4 a side", result.Sentence(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Runs_that_scatter_more_than_the_margin_say_how_many_more_it_takes()
    {
        var random = new SplitMix64(2);
        var result = Comparer.Compare(
            SimulatedRuns.Draw(random, "base", 5, 500, 30, 0), SimulatedRuns.Draw(random, "new", 5, 500, 30, 0, 1), new ComparisonOptions { MarginTicks = 20 });
        Assert.Equal(Verdict.Inconclusive, result.Verdict);
        Assert.InRange(result.MoreRuns!.Value, 1, 200);
        Assert.Contains("more runs a side would tell", result.Sentence(), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_conditions_are_not_comparable_and_named()
    {
        var before = Draw("base", 4, 0, 0);
        var after = Draw("new", 4, 0, 1).Select(r => r with { Conditions = new Dictionary<string, string> { ["load"] = "gc" } }).ToArray();
        before = [.. before.Select(r => r with { Conditions = new Dictionary<string, string> { ["load"] = "none" } })];
        var result = Comparer.Compare(before, after, Options);
        Assert.Equal(Verdict.NotComparable, result.Verdict);
        Assert.Equal(["load differs: none against gc"], result.Reasons);
        Assert.Empty(result.Metrics);
        Assert.NotEqual(Verdict.NotComparable, Comparer.Compare(before, after, Options with { MayDiffer = ["load"] }).Verdict);

        var faster = Draw("new", 4, 0, 1).Select(r => r with { TimeBase = new TimeBase(24_000_000) }).ToArray();
        Assert.Equal(["tick rate differs: 62.5 MHz against 24 MHz"], Comparer.Compare(Draw("base", 4, 0, 0), faster, Options).Reasons);
    }

    [Fact]
    public void More_missed_stimuli_are_a_regression_though_every_answer_is_as_fast()
    {
        var before = Draw("base", 6, 0, 0);
        var after = Draw("new", 6, 0, 1).Select((r, i) => r with { Missed = 10 + i }).ToArray();
        var result = Comparer.Compare(before, after, Options);
        Assert.Equal(Verdict.Regressed, result.Verdict);
        Assert.Contains(result.Metrics, m => m is { Name: "missed", Verdict: Verdict.Regressed });
    }

    [Fact]
    public void Exceedances_of_a_limit_are_compared_where_one_is_given()
    {
        var before = Draw("base", 6, 0, 0);
        var after = Enumerable.Range(0, 6).Select(i => SimulatedRuns.Run(
            "new", [.. Enumerable.Range(0, 1000).Select(j => 1000L + (j % 5) + (j % (20 + i) == 0 ? 5000 : 0))], 1 + (2 * i))).ToArray();
        var result = Comparer.Compare(before, after, Options with { LimitTicks = 4000 });
        Assert.Contains(result.Metrics, m => m is { Name: "over_limit", Verdict: Verdict.Regressed });
    }

    [Fact]
    public void Interleaved_runs_are_recognised()
    {
        Assert.True(Comparability.AreInterleaved(Draw("base", 4, 0, 0), Draw("new", 4, 0, 1)));
        Assert.False(Comparability.AreInterleaved(Draw("base", 4, 0, 0), Draw("new", 4, 0, 100)));
        Assert.Contains(Comparability.Warnings(Draw("base", 4, 0, 0), Draw("new", 4, 0, 100)), w => w.Contains("not interleaved", StringComparison.Ordinal));
        Assert.Empty(Comparability.Warnings(Draw("base", 4, 0, 0), Draw("new", 4, 0, 1)));
    }

    [Fact]
    public void Empty_missed_equal_and_extreme_runs_give_no_number_that_is_not_finite()
    {
        long[][] samples = [[], [5], [1, 2], [.. Enumerable.Repeat(7L, 400)], [.. Enumerable.Repeat(long.MaxValue, 400)], [.. Enumerable.Repeat(0L, 400)]];
        foreach (var first in samples)
        {
            foreach (var second in samples)
            {
                foreach (var missed in new[] { 0L, 400L })
                {
                    var result = Comparer.Compare(
                        [.. Enumerable.Range(0, 4).Select(i => SimulatedRuns.Run("a", first, 2 * i, missed))],
                        [.. Enumerable.Range(0, 4).Select(i => SimulatedRuns.Run("b", second, (2 * i) + 1, missed))], Options);
                    Assert.All(result.Metrics, m => Assert.All(
                        new[] { m.Base, m.New, m.Difference, m.Low, m.High, m.P, m.PermutationP, m.Margin, m.Change }, v => Assert.True(v is null || double.IsFinite(v.Value))));
                    Assert.DoesNotContain("NaN", result.Sentence(), StringComparison.Ordinal);
                    PooledComparison.Of(result.Base, result.New);
                    ShiftFunction.Of(result.Base, result.New);
                }
            }
        }
    }

    [Fact]
    public void Moving_both_sides_changes_no_verdict_and_no_difference()
    {
        for (ulong seed = 0; seed < 40; seed++)
        {
            var plain = Pair(seed, 0);
            var moved = Pair(seed, 3000);
            var options = new ComparisonOptions { MarginTicks = 4 };
            var (left, right) = (Comparer.Compare(plain.Before, plain.After, options), Comparer.Compare(moved.Before, moved.After, options));
            Assert.Equal(left.Verdict, right.Verdict);
            Assert.Equal(left.Metrics[0].Difference!.Value, right.Metrics[0].Difference!.Value, 9);

            // Sides exchanged: the difference turns its sign, improved becomes regressed.
            var back = Comparer.Compare(plain.After, plain.Before, options);
            Assert.Equal(-left.Metrics[0].Difference!.Value, back.Metrics[0].Difference!.Value, 9);
            Assert.Equal(left.Metrics[0].P!.Value, back.Metrics[0].P!.Value, 9);
        }

        static (ComparedRun[] Before, ComparedRun[] After) Pair(ulong seed, double offset)
        {
            var random = new SplitMix64(seed);
            return (SimulatedRuns.Draw(random, "a", 5, 300, 1, offset), SimulatedRuns.Draw(random, "b", 5, 300, 1, offset + (seed % 5), 1));
        }
    }

    [Fact]
    public void The_shift_function_shows_where_firmwares_differ()
    {
        var before = Draw("base", 5, 0, 0);
        var after = before.Select(r => r with { Latencies = SortedCounts.Of([.. Expand(r.Latencies).Select((v, i) => i >= 950 ? v + 300 : v)]) }).ToArray();
        var shifts = ShiftFunction.Of(before, after);
        Assert.Equal([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99], shifts.Select(s => s.Probability));
        Assert.Equal(0, shifts[4].Shift, 6);
        Assert.Equal(300, shifts[^1].Shift, 1);
        Assert.InRange(shifts[^1].Shift, shifts[^1].Low!.Value, shifts[^1].High!.Value);
    }

    private static IEnumerable<long> Expand(SortedCounts sorted) =>
        Enumerable.Range(0, sorted.Distinct).SelectMany(i => Enumerable.Repeat(sorted.Values[i], (int)sorted.CountAt(i)));

    private static ComparisonResult Sides(int before, int after, double shift) =>
        Comparer.Compare(Draw("base", before, 0, 0), Draw("new", after, shift, 1), Options);

    private static ComparedRun[] Draw(string firmware, int runs, double shift, int first) =>
        SimulatedRuns.Draw(new SplitMix64((ulong)(first + runs)), firmware, runs, 1000, 1, shift, first);
}
