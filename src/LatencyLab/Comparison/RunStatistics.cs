using LatencyLab.Statistics;

namespace LatencyLab.Comparison;

/// <summary>What each run contributes to a comparison: one number a metric.</summary>
internal static class RunStatistics
{
    /// <summary>The metrics of two sides, in the order in which they are shown.</summary>
    public static IReadOnlyList<MetricSamples> Of(IReadOnlyList<ComparedRun> before, IReadOnlyList<ComparedRun> after, ComparisonOptions options)
    {
        var smallest = before.Concat(after).Min(r => r.Stimuli);
        var samples = new List<MetricSamples>
        {
            OfQuantile("p50", 0.5, before, after),
            OfQuantile("p90", 0.9, before, after),
        };
        var p99 = OfQuantile("p99", 0.99, before, after);
        samples.Add(smallest >= ComparisonOptions.SamplesForP99 ? p99 : p99 with
        {
            MustBeEquivalent = false,
            Note = p99.Note ?? $"runs of {smallest} samples; {ComparisonOptions.SamplesForP99} are needed to call p99 equivalent",
        });
        samples.Add(OfRate("missed", r => r.Censored, before, after));
        if (options.LimitTicks is { } limit)
        {
            samples.Add(OfRate("over_limit", r => r.Latencies.CountAbove(limit) + r.Censored, before, after));
        }

        return samples;
    }

    /// <summary>A run's quantile, missed stimuli counted as longest; null where the run can't support it or it lies beyond the window.</summary>
    public static long? Quantile(ComparedRun run, double probability)
    {
        var rank = Quantiles.Rank(run.Stimuli, probability);
        return run.Stimuli < RankInterval.SmallestSample(probability) || rank > run.Latencies.Count ? null : run.Latencies.ValueAtRank(rank);
    }

    private static MetricSamples OfQuantile(string name, double probability, IReadOnlyList<ComparedRun> before, IReadOnlyList<ComparedRun> after)
    {
        var (first, second) = (Values(before), Values(after));
        if (first is not null && second is not null)
        {
            return new MetricSamples(name, false, first, second, true);
        }

        var needed = RankInterval.SmallestSample(probability);
        return before.Concat(after).Any(r => r.Stimuli < needed)
            ? new MetricSamples(name, false, [], [], false, $"needs n = {needed} a run")
            : new MetricSamples(name, false, [], [], true, "beyond the window in a run");

        double[]? Values(IReadOnlyList<ComparedRun> runs)
        {
            var values = new double[runs.Count];
            for (var i = 0; i < values.Length; i++)
            {
                if (Quantile(runs[i], probability) is not { } value)
                {
                    return null;
                }

                values[i] = value;
            }

            return values;
        }
    }

    private static MetricSamples OfRate(string name, Func<ComparedRun, long> events, IReadOnlyList<ComparedRun> before, IReadOnlyList<ComparedRun> after)
    {
        if (before.Concat(after).Any(r => r.Stimuli == 0))
        {
            return new MetricSamples(name, true, [], [], true, "a run has no stimuli");
        }

        return new MetricSamples(name, true, Rates(before), Rates(after), true)
        {
            BoundsWithoutEvents = before.Concat(after).All(r => events(r) == 0) ? (Bound(before), Bound(after)) : null,
        };

        double[] Rates(IReadOnlyList<ComparedRun> runs) => [.. runs.Select(r => (double)events(r) / r.Stimuli)];

        static double Bound(IReadOnlyList<ComparedRun> runs) => Proportion.Of(0, runs.Sum(r => r.Stimuli)).UpperBound;
    }
}
