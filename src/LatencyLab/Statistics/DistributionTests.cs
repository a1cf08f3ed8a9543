namespace LatencyLab.Statistics;

/// <summary>Largest distance of two cumulative distributions (Kolmogorov-Smirnov).</summary>
/// <param name="D">The distance, from 0 to 1.</param>
/// <param name="P">Probability by the limit law, too large where values tie.</param>
public sealed record KolmogorovSmirnov(double D, double P)
{
    public static KolmogorovSmirnov Of(SortedCounts first, SortedCounts second)
    {
        // The numerator m n D is a whole number.
        Int128 largest = 0;
        foreach (var group in TieGroup.Pool(first, second))
        {
            var distance = ((Int128)(group.FirstBelow + group.InFirst) * second.Count) - ((Int128)(group.SecondBelow + group.InSecond) * first.Count);
            largest = Int128.Max(largest, Int128.Abs(distance));
        }

        double m = first.Count;
        double n = second.Count;
        var d = (double)largest / (m * n);
        return new KolmogorovSmirnov(d, TailLaw.KolmogorovAbove(d * Math.Sqrt(m * n / (m + n))));
    }
}

/// <summary>Whether two samples have one distribution, tails included (F. W. Scholz, M. A. Stephens, K-sample Anderson-Darling tests, 1987), by midranks.</summary>
/// <param name="T">The normalised statistic; large means different.</param>
/// <param name="P">Probability by interpolation between tabled points, which end at 0.001 and 0.25.</param>
public sealed record AndersonDarling(double T, double P)
{
    // Levels of the table, and the coefficients of its critical values for k samples.
    private static readonly double[] Levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
    private static readonly double[] B0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085];
    private static readonly double[] B1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615];
    private static readonly double[] B2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154];

    /// <summary>Null when the pooled sample is smaller than 4 or holds one value only.</summary>
    public static AndersonDarling? Of(SortedCounts first, SortedCounts second)
    {
        double n1 = first.Count;
        double n2 = second.Count;
        var total = n1 + n2;
        if (total < 4 || n1 == 0 || n2 == 0)
        {
            return null;
        }

        double sum1 = 0;
        double sum2 = 0;
        var distinct = 0;
        foreach (var group in TieGroup.Pool(first, second))
        {
            distinct++;
            double ties = group.InFirst + group.InSecond;
            var rank = group.FirstBelow + group.SecondBelow + (ties / 2);
            var weight = ties / total / ((rank * (total - rank)) - (total * ties / 4));
            var distance1 = (total * (group.FirstBelow + (group.InFirst / 2.0))) - (n1 * rank);
            var distance2 = (total * (group.SecondBelow + (group.InSecond / 2.0))) - (n2 * rank);
            sum1 += weight * distance1 * distance1;
            sum2 += weight * distance2 * distance2;
        }

        if (distinct < 2)
        {
            return null;
        }

        var statistic = (total - 1) / total * ((sum1 / n1) + (sum2 / n2));
        var t = (statistic - 1) / Sigma(n1, n2);
        return new AndersonDarling(t, Interpolate(t));
    }

    // Standard deviation of the statistic for two samples.
    private static double Sigma(double n1, double n2)
    {
        var n = n1 + n2;
        var reciprocals = (1 / n1) + (1 / n2);
        double h = 0;
        double g = 0;
        double inner = 0;

        // g = sum over i of 1 / (n - i) times the sum of 1 / j for j above i; the inner sum grows from the end. For large n both have limits.
        if (n <= 2_000_000)
        {
            for (var i = (long)n - 1; i >= 1; i--)
            {
                g += inner / (n - i);
                inner += 1.0 / i;
            }

            h = inner;
        }
        else
        {
            h = Math.Log(n - 1) + 0.57721566490153286 + (1 / (2 * (n - 1)));
            g = Math.PI * Math.PI / 6;
        }

        const double k = 2;
        var a = (((4 * g) - 6) * (k - 1)) + ((10 - (6 * g)) * reciprocals);
        var b = (((2 * g) - 4) * k * k) + (8 * h * k) + (((2 * g) - (14 * h) - 4) * reciprocals) - (8 * h) + (4 * g) - 6;
        var c = (((6 * h) + (2 * g) - 2) * k * k) + (((4 * h) - (4 * g) + 6) * k) + (((2 * h) - 6) * reciprocals) + (4 * h);
        var d = (((2 * h) + 6) * k * k) - (4 * h * k);
        return Math.Sqrt((((((a * n) + b) * n) + c) * n + d) / ((n - 1) * (n - 2) * (n - 3)));
    }

    // A parabola through ln(level) over the critical values, fitted by least squares as SciPy does.
    private static double Interpolate(double t)
    {
        var critical = new double[Levels.Length];
        for (var i = 0; i < critical.Length; i++)
        {
            critical[i] = B0[i] + B1[i] + B2[i];
        }

        if (t <= critical[0])
        {
            return Levels[0];
        }

        if (t >= critical[^1])
        {
            return Levels[^1];
        }

        var c = MathNet.Numerics.Fit.Polynomial(critical, Array.ConvertAll(Levels, Math.Log), 2);
        return Math.Clamp(Math.Exp(c[0] + (c[1] * t) + (c[2] * t * t)), Levels[^1], Levels[0]);
    }
}

/// <summary>Which of two samples tends to be larger when their spreads differ (E. Brunner, U. Munzel, Biometrical Journal 42, 2000).</summary>
/// <param name="Statistic">Positive when the second sample tends to be larger.</param>
/// <param name="P">Two-sided probability.</param>
public sealed record BrunnerMunzel(double Statistic, double P)
{
    /// <summary>Null when a sample is smaller than two or neither has any overlap to judge the spread by.</summary>
    public static BrunnerMunzel? Of(SortedCounts first, SortedCounts second)
    {
        double m = first.Count;
        double n = second.Count;
        if (m < 2 || n < 2)
        {
            return null;
        }

        // Mean ranks are sums over groups of equal values, so they cost one walk over both tables.
        double rankSum1 = 0;
        double rankSum2 = 0;
        foreach (var group in TieGroup.Pool(first, second))
        {
            var rank = Rank(group);
            rankSum1 += group.InFirst * rank;
            rankSum2 += group.InSecond * rank;
        }

        var mean1 = rankSum1 / m;
        var mean2 = rankSum2 / n;
        double spread1 = 0;
        double spread2 = 0;
        foreach (var group in TieGroup.Pool(first, second))
        {
            var rank = Rank(group);
            var off1 = rank - (group.FirstBelow + ((group.InFirst + 1) / 2.0)) - mean1 + ((m + 1) / 2);
            var off2 = rank - (group.SecondBelow + ((group.InSecond + 1) / 2.0)) - mean2 + ((n + 1) / 2);
            spread1 += group.InFirst * off1 * off1;
            spread2 += group.InSecond * off2 * off2;
        }

        var share1 = m * spread1 / (m - 1);
        var share2 = n * spread2 / (n - 1);
        if (share1 + share2 == 0)
        {
            return null;
        }

        var statistic = m * n * (mean2 - mean1) / ((m + n) * Math.Sqrt(share1 + share2));
        var degrees = (share1 + share2) * (share1 + share2) / ((share1 * share1 / (m - 1)) + (share2 * share2 / (n - 1)));
        return new BrunnerMunzel(statistic, Math.Min(1, 2 * TailLaw.StudentAbove(Math.Abs(statistic), degrees)));

        static double Rank(TieGroup group) => group.FirstBelow + group.SecondBelow + ((group.InFirst + group.InSecond + 1) / 2.0);
    }
}

/// <summary>Whether two samples spread alike: analysis of variance on distances from the median (M. B. Brown, A. B. Forsythe, 1974).</summary>
public sealed record BrownForsythe(double F, double P)
{
    /// <summary>Null when a sample is smaller than two or no distance varies.</summary>
    public static BrownForsythe? Of(SortedCounts first, SortedCounts second)
    {
        double m = first.Count;
        double n = second.Count;
        if (m < 2 || n < 2)
        {
            return null;
        }

        var (mean1, squares1) = Distances(first);
        var (mean2, squares2) = Distances(second);
        var within = squares1 + squares2;
        if (within == 0)
        {
            return null;
        }

        var mean = ((m * mean1) + (n * mean2)) / (m + n);
        var between = (m * (mean1 - mean) * (mean1 - mean)) + (n * (mean2 - mean) * (mean2 - mean));
        var f = between / (within / (m + n - 2));
        return new BrownForsythe(f, TailLaw.FisherAbove(f, 1, m + n - 2));
    }

    private static (double Mean, double Squares) Distances(SortedCounts sample)
    {
        var median = (double)Moments.TwiceMedian(sample) / 2;
        double sum = 0;
        for (var i = 0; i < sample.Distinct; i++)
        {
            sum += sample.CountAt(i) * Math.Abs(sample.Values[i] - median);
        }

        var mean = sum / sample.Count;
        double squares = 0;
        for (var i = 0; i < sample.Distinct; i++)
        {
            var off = Math.Abs(sample.Values[i] - median) - mean;
            squares += sample.CountAt(i) * off * off;
        }

        return (mean, squares);
    }
}
