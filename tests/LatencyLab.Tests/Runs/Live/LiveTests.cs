using CsCheck;
using LatencyLab.Analysis;
using LatencyLab.Runs;
using LatencyLab.Runs.Live;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Statistics;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Tests.Runs.Live;

public sealed class LiveTests
{
    private static readonly TimeBase TimeBase = new(62_500_000);
    private static readonly RunPlan Plan = new RunPlan { Pin = 4, ResponsePin = 5, Gap = RandomTime.Parse("10ms+10ms"), Window = Duration.Parse("10ms"), Seed = 1 };

    [Theory]
    [InlineData("20ms", null, "--break-on")]
    [InlineData("0ms", null, "--break-on")]
    [InlineData(null, "0s", "--duration")]
    public void What_can_not_be_measured_is_refused_with_its_option(string? breakOn, string? duration, string option)
    {
        var fault = Assert.Throws<LatencyLabException>(() => new LivePlan(Plan, Parse(duration), Parse(breakOn), Duration.Parse("10s")).Checked());
        Assert.Equal((FaultKind.Usage, option), (fault.Kind, fault.Where));
    }

    [Theory]
    [InlineData("10us", 4_000_000, 11_000_000)]
    [InlineData("10ms+10ms", 30_000, 50_000)]
    [InlineData("20s+8s", 1000, 1000)]
    public void A_capture_of_a_session_is_far_from_every_bound_of_the_sampler(string gap, int least, int most)
    {
        var plan = new LivePlan(Plan with { Gap = RandomTime.Parse(gap), Window = Duration.Parse("10us") }, null, null, Duration.Parse("10s")).Segment(7);
        Assert.InRange(plan.Samples, least, most);
        Assert.True(2L * plan.Pulses * 2 < 0x0FFFFFFF, "words of a channel stay below the transfer counter");
        Assert.True(plan.LongestSeconds < 0x1FFFFFFF / 1000, "the dead man can count that far");
        Assert.Equal(7u, plan.Seed);
    }

    [Fact]
    public void Captures_added_up_are_what_one_tally_of_all_would_have_counted() =>
        Gen.Select(Gen.Long[0, 3_000_000], Gen.Int[0, 20]).Array[0, 100].Array[1, 6].Sample(captures =>
        {
            var (sum, pooled) = (new PairTally(), new PairTally());
            var before = 0L;
            foreach (var capture in captures)
            {
                var part = new PairTally();
                for (var i = 0; i < capture.Length; i++)
                {
                    var (latency, kind) = capture[i];
                    var status = kind switch { 0 => PairStatus.Missed, 1 => PairStatus.Late, 2 => PairStatus.Excluded, _ => PairStatus.Matched };
                    var flags = kind == 3 ? PairFlags.MaybeShifted : kind == 0 ? PairFlags.NoResponse : kind % 2 == 0 ? PairFlags.Falling : PairFlags.None;
                    part.Pairs([new Pair(i, i * 5_000_000L, (i * 5_000_000L) + latency, status, flags)]);
                    pooled.Pairs([new Pair(before + i, i * 5_000_000L, (i * 5_000_000L) + latency, status, flags)]);
                }

                sum.Merge(part, 0, before);
                before += capture.Length;
            }

            Assert.Equal((pooled.Matched, pooled.Late, pooled.Missed, pooled.Excluded, pooled.Withheld, pooled.Total), (sum.Matched, sum.Late, sum.Missed, sum.Excluded, sum.Withheld, sum.Total));
            Assert.Equal(pooled.Latencies().Values.ToArray(), sum.Latencies().Values.ToArray());
            Assert.Equal(pooled.Latencies().Cumulative.ToArray(), sum.Latencies().Cumulative.ToArray());
            // One pass takes the last stimulus of a capture and the first of the next for neighbours, which they aren't: only what needs no neighbours is the same.
            AssertSameValues(pooled.Summary(), sum.Summary());
            AssertSameValues(pooled.RisingSummary(), sum.RisingSummary());
            AssertSameValues(pooled.FallingSummary(), sum.FallingSummary());
            AssertIntervals(sum.Summary(), captures, _ => true);
            AssertIntervals(sum.RisingSummary(), captures, kind => kind < 3 || kind % 2 == 1);
            AssertIntervals(sum.FallingSummary(), captures, kind => kind > 3 && kind % 2 == 0);
            Assert.Equal(pooled.Worst.Values.ToArray().Select(w => w.Value), sum.Worst.Values.ToArray().Select(w => w.Value));
        }, iter: 25);

    [Fact]
    public void A_capture_that_is_withheld_is_counted_but_gives_no_latency()
    {
        var (sum, part) = (new PairTally(), new PairTally());
        part.Pairs([new Pair(0, 0, 100, PairStatus.Matched, PairFlags.None), new Pair(1, 1000, 0, PairStatus.Missed, PairFlags.NoResponse)]);
        sum.Merge(part, 0, 0, withheld: true);
        Assert.Equal((1, 1, 1, 0), (sum.Matched, sum.Missed, sum.Withheld, sum.Latencies().Count));
        Assert.Equal(0, sum.Summary().N);
    }

    [Fact]
    public void Dependence_is_still_seen_when_many_captures_were_added()
    {
        var (sum, random) = (new LatencySeries(), new Random(5));
        var table = new CountTable();
        for (var capture = 0; capture < 100; capture++)
        {
            var part = new LatencySeries();
            var level = 0.0;
            for (var i = 0; i < 20_000; i++)
            {
                // AR(1), 0.9: worth (1 - 0.9) / (1 + 0.9) of its length.
                level = (0.9 * level) + random.NextDouble() - 0.5;
                var ticks = 5000 + (long)(level * 500);
                part.Add(ticks);
                table.Add(ticks);
            }

            sum.Merge(part);
        }

        var worth = sum.EffectiveSize(table.ToSorted(), 0).Mean / table.Count;
        Assert.InRange(worth, 0.04, 0.065);
    }

    [Fact]
    public void Counts_come_back_from_their_file_as_they_were() =>
        Gen.Select(Gen.Long[-1000, 5_000_000].Array[0, 200], Gen.Long[0, 1_000_000_000_000], Gen.Long[0, 50]).Sample((values, late, missed) =>
        {
            var counts = new LatencyCounts(SortedCounts.Of(values), late, missed, late / 3, missed / 2);
            using var folder = new TempFolder();
            using (var file = File.Create(folder.File("c.csv")))
            {
                counts.Write(file, TimeBase);
            }

            var back = LatencyCounts.Read(folder.File("c.csv"));
            Assert.Equal(counts.Latencies.Values.ToArray(), back.Latencies.Values.ToArray());
            Assert.Equal(counts.Latencies.Cumulative.ToArray(), back.Latencies.Cumulative.ToArray());
            Assert.Equal((late, missed, late / 3, missed / 2), (back.Late, back.Missed, back.Excluded, back.Withheld));
        }, iter: 50);

    [Theory]
    [InlineData("")]
    [InlineData("seq,latency\n")]
    [InlineData("status,latency_ticks,latency_ns,count\nmatched,1.5,24.000,3\n")]
    [InlineData("status,latency_ticks,latency_ns,count\nmatched,1,16.000,-3\n")]
    [InlineData("status,latency_ticks,latency_ns,count\nmatched,1\n")]
    [InlineData("status,latency_ticks,latency_ns,count\nmatched,1,16.000,9223372036854775807\nmatched,2,32.000,9223372036854775807\n")]
    public void A_damaged_file_of_counts_is_a_storage_fault(string text)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("c.csv"), text);
        Assert.Equal(FaultKind.Storage, Assert.ThrowsAny<LatencyLabException>(() => LatencyCounts.Read(folder.File("c.csv"))).Kind);
    }

    private static void AssertSameValues(LatencySummary expected, LatencySummary got)
    {
        Assert.Equal((expected.N, expected.NMatched, expected.Min, expected.Max), (got.N, got.NMatched, got.Min, got.Max));
        Assert.Equal((expected.Mean, expected.Sd, expected.Mad), (got.Mean, got.Sd, got.Mad));
        foreach (var (one, other) in expected.Quantiles.Zip(got.Quantiles))
        {
            // What a dependent series is worth may leave one of them without a value, but never with another one.
            Assert.True(one.Quantile.Value == other.Quantile.Value || one.Quantile.NeededN is not null || other.Quantile.NeededN is not null, one.Name);
        }
    }

    // Intervals rest on the products of neighbours within captures alone, here added one by one.
    private static void AssertIntervals(LatencySummary got, (long Latency, int Kind)[][] captures, Func<int, bool> isOfSide)
    {
        var series = captures.Select(c => c.Where(s => isOfSide(s.Kind) && s.Kind is not (2 or 3)).Select(s => s.Kind < 2 ? LatencySeries.Censored : s.Latency).ToArray()).ToArray();
        var n = series.Sum(s => s.Length);
        long[] matched = [.. series.SelectMany(s => s).Where(v => v != LatencySeries.Censored).Order()];
        AssertWorth([.. series.Select(s => s.Where(v => v != LatencySeries.Censored).Select(v => (double)v).ToArray())], got.NEffective.Mean);
        AssertWorthAt(0.5, got.NEffective.P50);
        AssertWorthAt(0.9, got.NEffective.P90);
        var same = LatencySummary.Of(SortedCounts.Of(matched), n - matched.Length, got.NEffective);
        Assert.Equal(same.Quantiles, got.Quantiles);

        void AssertWorthAt(double probability, double worth)
        {
            var rank = (int)Math.Ceiling((decimal)probability * n);
            if (rank > 0 && rank <= matched.Length)
            {
                AssertWorth([.. series.Select(s => s.Select(v => v > matched[rank - 1] ? 1.0 : 0).ToArray())], worth);
            }
        }

        // Where a pair of products is nothing but rounding, either side of 0 is right.
        void AssertWorth(double[][] stretches, double worth) =>
            Assert.Contains(new[] { -1e-9, 1e-9 }.Select(least => n / Math.Max(1, TimeWithin(stretches, least))), e => Math.Abs(e - worth) <= 1e-6 * Math.Max(1, e));
    }

    private static double TimeWithin(double[][] stretches, double least)
    {
        var n = stretches.Sum(s => s.Length);
        var mean = stretches.Sum(s => s.Sum()) / Math.Max(1, n);
        var power = Product(0);
        var (time, smallest, lag) = (-1.0, double.PositiveInfinity, 0);
        if (power == 0)
        {
            return 1;
        }

        for (; lag < stretches.Max(s => s.Length); lag += 2)
        {
            var pair = (Product(lag) + Product(lag + 1)) / power;
            if (pair <= least)
            {
                break;
            }

            smallest = Math.Min(smallest, pair);
            time += 2 * smallest;
        }

        return time * (1 + (2.0 * lag / n));

        double Product(int lag)
        {
            var sum = 0.0;
            foreach (var s in stretches)
            {
                for (var i = lag; i < s.Length; i++)
                {
                    sum += (s[i - lag] - mean) * (s[i] - mean);
                }
            }

            return sum;
        }
    }

    private static Duration? Parse(string? text) => text is null ? null : Duration.Parse(text);
}
