namespace LatencyLab.Statistics;

/// <summary>
/// Independent values that a series is worth for its mean and for each quantile: less than its length where neighbours resemble each other.
/// </summary>
public sealed record EffectiveSize(double Mean, double P50, double P90, double P99, double P999, double P9999)
{
    /// <summary>Every value counts in full.</summary>
    public static EffectiveSize Independent(long n) => new(n, n, n, n, n, n);

    /// <summary>For any quantile: between those that are known by nines, since dependence fades towards the tail; the nearest one beyond them.</summary>
    /// <param name="probability">Above 0 and below 1.</param>
    public double At(double probability)
    {
        ReadOnlySpan<(double Nines, double Size)> known = [(Nines(0.5), P50), (1, P90), (2, P99), (3, P999), (4, P9999)];
        var nines = Nines(probability);
        for (var i = 1; i < known.Length; i++)
        {
            if (nines <= known[i].Nines)
            {
                var (below, above) = (known[i - 1], known[i]);
                return below.Size + ((above.Size - below.Size) * Math.Max(0, (nines - below.Nines) / (above.Nines - below.Nines)));
            }
        }

        return P9999;

        static double Nines(double p) => -Math.Log10(1 - p);
    }

    /// <summary>The smallest of all: the one to print where only one number fits.</summary>
    public double Smallest => Math.Min(Math.Min(Math.Min(Mean, P50), Math.Min(P90, P99)), Math.Min(P999, P9999));
}

/// <summary>
/// What is said about the latencies of a run, in ticks. Quantiles are over matched and censored stimuli (late and missed ones are longer than
/// the window); the other statistics are over the matched ones alone. What the sample can't support is null, with the reason.
/// </summary>
/// <param name="N">Matched and censored stimuli.</param>
/// <param name="NMatched">Matched stimuli.</param>
/// <param name="NEffective">Independent values that the sample is worth.</param>
/// <param name="Min">Smallest latency.</param>
/// <param name="P50">Median.</param>
/// <param name="P90">90 % are not longer.</param>
/// <param name="P99">99 % are not longer.</param>
/// <param name="P999">99.9 % are not longer.</param>
/// <param name="P9999">99.99 % are not longer.</param>
/// <param name="Max">Largest of <paramref name="NMatched"/> observations, not a worst case.</param>
/// <param name="Mean">Arithmetic mean.</param>
/// <param name="Sd">Sample standard deviation (n - 1), quantisation included.</param>
/// <param name="Mad">Median absolute deviation, not scaled.</param>
/// <param name="NullReasons">Why members are null, by their names in files: p99_9, sd.</param>
public sealed record LatencySummary(
    long N, long NMatched, EffectiveSize NEffective,
    long? Min, Quantile P50, Quantile P90, Quantile P99, Quantile P999, Quantile P9999, long? Max,
    double? Mean, double? Sd, double? Mad, IReadOnlyDictionary<string, string> NullReasons)
{
    /// <summary>The quantiles with their names in files, rising.</summary>
    public IReadOnlyList<NamedQuantile> Quantiles => [new("p50", P50), new("p90", P90), new("p99", P99), new("p99_9", P999), new("p99_99", P9999)];

    /// <summary>Summarises a sample.</summary>
    /// <param name="matched">Latencies of the matched stimuli.</param>
    /// <param name="censored">Late and missed stimuli.</param>
    /// <param name="effective">What the series is worth; null when its values are independent.</param>
    public static LatencySummary Of(SortedCounts matched, long censored, EffectiveSize? effective = null)
    {
        var n = checked(matched.Count + censored);
        effective ??= EffectiveSize.Independent(n);
        var needed = 0L;
        var summary = new LatencySummary(
            n, matched.Count, effective, matched.Min,
            Rising(0.5, effective.P50),
            Rising(0.9, effective.P90),
            Rising(0.99, effective.P99),
            Rising(0.999, effective.P999),
            Rising(0.9999, effective.P9999),
            matched.Max, Moments.Mean(matched), Moments.StandardDeviation(matched), Moments.MedianAbsoluteDeviation(matched),
            new Dictionary<string, string>(StringComparer.Ordinal));
        return summary with { NullReasons = Reasons(summary) };

        Quantile Rising(double probability, double worth)
        {
            var quantile = Statistics.Quantiles.Estimate(matched, censored, probability, worth, needed);
            needed = quantile.NeededN ?? needed;
            return quantile;
        }
    }

    /// <summary>The same, where matched stimuli got no latency: what they would have sufficed for is null for that reason, not for want of stimuli.</summary>
    /// <param name="withheld">How many.</param>
    /// <param name="reason">Why, in the words of <see cref="Statistics.NullReasons"/>.</param>
    public LatencySummary Withholding(long withheld, string reason)
    {
        if (withheld == 0)
        {
            return this;
        }

        var needed = Quantiles.ToDictionary(q => q.Name, q => q.Quantile.NeededN ?? 1, StringComparer.Ordinal);
        needed["sd"] = 2;
        return this with
        {
            NullReasons = NullReasons.ToDictionary(
                r => r.Key, r => r.Value != Statistics.NullReasons.BeyondWindow && needed.GetValueOrDefault(r.Key, 1) <= N + withheld ? reason : r.Value, StringComparer.Ordinal),
        };
    }

    private static Dictionary<string, string> Reasons(LatencySummary summary)
    {
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        var ofNone = summary.N == 0 ? Statistics.NullReasons.NeedsN(1) : Statistics.NullReasons.NothingMatched;
        Note("min", summary.Min is null, ofNone);
        foreach (var (name, quantile) in summary.Quantiles)
        {
            Note(name, quantile.Value is null, quantile.NullReason);
        }

        Note("max", summary.Max is null, ofNone);
        Note("mean", summary.Mean is null, ofNone);
        Note("sd", summary.Sd is null, summary.NMatched == 0 && summary.N > 0 ? ofNone : Statistics.NullReasons.NeedsN(2));
        Note("mad", summary.Mad is null, ofNone);
        return reasons;

        void Note(string name, bool isNull, string? reason)
        {
            if (isNull && reason is not null)
            {
                reasons.Add(name, reason);
            }
        }
    }
}
