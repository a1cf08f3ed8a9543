namespace LatencyLab.Statistics;

/// <summary>How much of the variance lies between runs and how much inside them (one-way random effects, runs of nearly equal size).</summary>
/// <param name="BetweenRuns">Variance of the run means beyond what samples inside runs explain, in ticks squared.</param>
/// <param name="WithinRuns">Variance inside runs, in ticks squared.</param>
/// <param name="Intraclass">Correlation of two samples of one run, from 0 to 1 (slightly negative by chance).</param>
/// <param name="DesignEffect">By how much pooling overstates the sample size.</param>
/// <param name="EffectiveN">Independent samples that all runs together are worth for their mean.</param>
public sealed record VarianceComponents(double BetweenRuns, double WithinRuns, double Intraclass, double DesignEffect, double EffectiveN)
{
    /// <summary>Null for fewer than two runs, or runs of fewer than two samples on average.</summary>
    public static VarianceComponents? Of(IReadOnlyList<SortedCounts> runs)
    {
        var used = runs.Where(r => r.Count > 0).ToArray();
        double total = used.Sum(r => r.Count);
        if (used.Length < 2 || total < 2 * used.Length)
        {
            return null;
        }

        double k = used.Length;
        var grand = (double)used.Aggregate((Int128)0, (sum, r) => sum + r.Sum) / total;
        var between = used.Sum(r => r.Count * Math.Pow(Moments.Mean(r)!.Value - grand, 2)) / (k - 1);
        var within = used.Sum(Moments.SquaredDeviations) / (total - k);

        // The size that makes the mean squares unbiased for unequal runs; equal to the common size when they are equal.
        var size = (total - (used.Sum(r => (double)r.Count * r.Count) / total)) / (k - 1);
        var intraclass = between + ((size - 1) * within) > 0 ? (between - within) / (between + ((size - 1) * within)) : 0;
        var effect = 1 + ((size - 1) * intraclass);
        return new VarianceComponents(Math.Max(0, (between - within) / size), within, intraclass, effect, effect > 0 ? total / effect : total);
    }
}
