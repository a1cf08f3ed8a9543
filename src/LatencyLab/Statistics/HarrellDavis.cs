using MathNet.Numerics;

namespace LatencyLab.Statistics;

/// <summary>
/// Quantiles as weighted means of all order statistics (F. E. Harrell, C. E. Davis, Biometrika 69, 1982): smooth where ticks tie, so that deciles
/// of two firmwares can be subtracted. Not for the far tail, where it invents values next to the maximum.
/// </summary>
public static class HarrellDavis
{
    /// <summary>The quantile in ticks; the sample isn't empty and the probability lies strictly between 0 and 1.</summary>
    public static double Quantile(SortedCounts sample, double probability)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sample.Count, nameof(sample));
        var a = (sample.Count + 1) * probability;
        var b = (sample.Count + 1) * (1 - probability);
        var sum = 0.0;
        var below = 0.0;

        // Outside twelve standard deviations of the beta law all weights together are below 1e-30.
        var reach = 12 * Math.Sqrt(probability * (1 - probability) / (sample.Count + 2)) + (144.0 / sample.Count);
        var first = Math.Max(0, Index(sample, probability - reach) - 1);
        var last = Math.Min(sample.Distinct - 1, Index(sample, probability + reach) + 1);
        for (var i = first; i <= last; i++)
        {
            // Equal values share their weights: one difference of the beta law a value, not one an observation.
            var atOrBelow = i == last ? 1 : SpecialFunctions.BetaRegularized(a, b, (double)sample.Cumulative[i] / sample.Count);
            sum += (atOrBelow - below) * sample.Values[i];
            below = atOrBelow;
        }

        return sum;
    }

    private static int Index(SortedCounts sample, double share)
    {
        var index = sample.Cumulative.BinarySearch((long)Math.Clamp(share * sample.Count, 0, sample.Count));
        return index >= 0 ? index : ~index;
    }
}
