using MathNet.Numerics.Distributions;

namespace LatencyLab.Statistics;

/// <summary>
/// Ranks of the two order statistics that enclose a quantile with at least the wanted confidence, whatever the distribution.
/// Null is an open end: the sample is too small for a bound on that side.
/// </summary>
/// <remarks>
/// With B ~ Bin(n, p) and a = (1 - confidence) / 2 the lower rank is the largest l with P(B &lt;= l - 1) &lt;= a, the upper rank the smallest u
/// with P(B &gt;= u) &lt;= a (H. A. David, H. N. Nagaraja: Order Statistics, 7.1). Ties only make it safer.
/// </remarks>
/// <param name="Low">Rank of the lower bound, from 1; null when there is none.</param>
/// <param name="High">Rank of the upper bound, up to n; null when there is none.</param>
/// <param name="Coverage">Confidence really reached, at the size the interval was computed for.</param>
public readonly record struct RankInterval(long? Low, long? High, double Coverage)
{
    /// <summary>The interval for <paramref name="n"/> independent values.</summary>
    public static RankInterval Of(long n, double probability, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        if (n == 0)
        {
            return new RankInterval(null, null, 1);
        }

        var tail = (1 - confidence) / 2;
        var low = LargestWhere(0, n, l => l == 0 || BelowOrAt(n, probability, l - 1) <= tail);
        var high = LargestWhere(0, n, u => AtOrAbove(n, probability, u) > tail) + 1;
        var coverage = (high > n ? 1 : BelowOrAt(n, probability, high - 1)) - (low == 0 ? 0 : BelowOrAt(n, probability, low - 1));
        return new RankInterval(low == 0 ? null : low, high > n ? null : high, coverage);
    }

    /// <summary>
    /// The 95 % interval without the excess of whole ranks. Where few values lie beyond the quantile, equal tails can cover up to 99 %: of 1,000
    /// values p99 lies in ranks 983 to 997 with 97.6 %. An interval that covers more than 97.5 % gives up end ranks while 94 % remain, the least
    /// probable first; all others keep their equal tails. So does the one-sided bound of a sample too small for the quantile itself.
    /// </summary>
    public static RankInterval Narrowed(long n, double probability)
    {
        const double most = 0.975;
        const double least = 0.94;
        var interval = Of(n, probability);
        if (n < SmallestSample(probability) || interval.Coverage <= most)
        {
            return interval;
        }

        var low = interval.Low ?? 0;
        var high = interval.High ?? n + 1;
        while (interval.Coverage > most)
        {
            var atLow = interval.Coverage - Mass(low);
            var atHigh = interval.Coverage - Mass(high - 1);
            var remaining = Math.Max(atLow, atHigh);

            // Of two ends with equal weight neither is to be preferred: the interval of a median stays as it is.
            if (remaining < least || high - low < 2 || Math.Abs(atLow - atHigh) < 1e-9)
            {
                break;
            }

            (low, high) = atLow >= atHigh ? (low + 1, high) : (low, high - 1);
            interval = new RankInterval(low == 0 ? null : low, high > n ? null : high, remaining);
        }

        return interval;

        // Chance of just so many values below the quantile, which the interval loses with the rank.
        double Mass(long below) => BelowOrAt(n, probability, below) - BelowOrAt(n, probability, below - 1);
    }

    /// <summary>
    /// The 95 % interval for <paramref name="n"/> values that carry only the information of <paramref name="effectiveN"/> independent ones:
    /// computed at the effective size and stretched to the real ranks.
    /// </summary>
    public static RankInterval OfDependent(long n, double effectiveN, double probability)
    {
        var size = (long)Math.Min(n, Math.Floor(effectiveN));
        if (size >= n)
        {
            return Narrowed(n, probability);
        }

        // Rounding to whole ranks must not make the interval of fewer values narrower than that of all.
        var interval = Narrowed(Math.Max(0, size), probability);
        var narrowest = Narrowed(n, probability);
        return new RankInterval(Lesser(Stretch(interval.Low), narrowest.Low), Greater(Stretch(interval.High), narrowest.High), interval.Coverage);

        static long? Lesser(long? left, long? right) => left is { } l && right is { } r ? Math.Min(l, r) : null;

        static long? Greater(long? left, long? right) => left is { } l && right is { } r ? Math.Max(l, r) : null;

        long? Stretch(long? rank) => rank is { } r ? (long)(((Int128)r * n + size - 1) / size) : null;
    }

    /// <summary>The smallest sample for which the largest value is an upper 95 % bound of the quantile: p^n &lt;= 0.05, and likewise for low quantiles.</summary>
    /// <param name="probability">Of the quantile, above 0 and below 1.</param>
    /// <param name="tail">What may be missed: 0.05 for one-sided, 0.025 for two-sided 95 %.</param>
    public static long SmallestSample(double probability, double tail = 0.05)
    {
        var p = Math.Max(probability, 1 - probability);
        var n = (long)Math.Ceiling(Math.Log(tail) / Math.Log(p));

        // The logarithms may be off by one unit in the last place; the power decides.
        while (n > 1 && Math.Pow(p, n - 1) <= tail)
        {
            n--;
        }

        while (Math.Pow(p, n) > tail)
        {
            n++;
        }

        return n;
    }

    private static double BelowOrAt(long n, double p, long k) =>
        k < 0 ? 0 : k >= n ? 1 : Beta.CDF(n - k, k + 1, 1 - p);

    private static double AtOrAbove(long n, double p, long k) =>
        k <= 0 ? 1 : k > n ? 0 : Beta.CDF(k, n - k + 1, p);

    // The condition holds at first and fails from some point on.
    private static long LargestWhere(long first, long last, Func<long, bool> holds)
    {
        while (first < last)
        {
            var middle = first + ((last - first + 1) / 2);
            if (holds(middle))
            {
                first = middle;
            }
            else
            {
                last = middle - 1;
            }
        }

        return first;
    }
}
