namespace LatencyLab.Statistics;

/// <summary>Two-sided permutation test on the difference of means of run statistics: exact where all splits can be looked at.</summary>
/// <param name="P">Share of splits whose difference is at least as large as the observed one.</param>
/// <param name="IsExact">True when every split was looked at; else a seeded sample of them was.</param>
public sealed record Permutation(double P, bool IsExact)
{
    private const long MostSplits = 200_000;

    /// <summary>Splits the pooled values in all ways, or in seeded random ones when there are too many.</summary>
    public static Permutation Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second, ulong seed = 1)
    {
        double[] pooled = [.. first, .. second];
        var k = first.Length;
        var total = pooled.Sum();
        var observed = Math.Abs(Difference(pooled.AsSpan(0, k)));

        // Splits that differ from the observed one by rounding alone are equal to it.
        var limit = observed - (1e-12 * Math.Max(observed, Math.Abs(total)));
        if (Splits(pooled.Length, k) is { } splits && splits <= MostSplits)
        {
            long atLeast = 0;
            var chosen = Enumerable.Range(0, k).ToArray();
            do
            {
                var sum = 0.0;
                foreach (var i in chosen)
                {
                    sum += pooled[i];
                }

                atLeast += Math.Abs(FromSum(sum)) >= limit ? 1 : 0;
            }
            while (Advance(chosen, pooled.Length));
            return new Permutation((double)atLeast / splits, true);
        }

        const int draws = 9999;
        var random = new SplitMix64(seed);
        var hits = 1;
        for (var draw = 0; draw < draws; draw++)
        {
            random.Shuffle<double>(pooled);
            hits += Math.Abs(Difference(pooled.AsSpan(0, k))) >= limit ? 1 : 0;
        }

        return new Permutation(hits / (draws + 1.0), false);

        double Difference(ReadOnlySpan<double> part)
        {
            var sum = 0.0;
            foreach (var x in part)
            {
                sum += x;
            }

            return FromSum(sum);
        }

        double FromSum(double sum) => ((total - sum) / (pooled.Length - k)) - (sum / k);
    }

    /// <summary>The smallest probability that so many runs a side can give; below four a side it is above 0.05.</summary>
    public static double Smallest(int first, int second) => Splits(first + second, first) is { } splits ? (first == second ? 2.0 : 1.0) / splits : 0;

    private static long? Splits(int n, int k)
    {
        var splits = (Int128)1;
        for (var i = 1; i <= Math.Min(k, n - k); i++)
        {
            splits = splits * (n - Math.Min(k, n - k) + i) / i;
            if (splits > long.MaxValue)
            {
                return null;
            }
        }

        return (long)splits;
    }

    // The next combination in lexicographic order.
    private static bool Advance(int[] chosen, int n)
    {
        var i = chosen.Length - 1;
        while (i >= 0 && chosen[i] == n - chosen.Length + i)
        {
            i--;
        }

        if (i < 0)
        {
            return false;
        }

        chosen[i]++;
        for (var j = i + 1; j < chosen.Length; j++)
        {
            chosen[j] = chosen[j - 1] + 1;
        }

        return true;
    }
}
