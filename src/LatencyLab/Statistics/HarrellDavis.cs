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
        for (var i = 0; i < sample.Distinct; i++)
        {
            // Equal values share their weights: one difference of the beta law a value, not one an observation.
            var atOrBelow = i == sample.Distinct - 1 ? 1 : SpecialFunctions.BetaRegularized(a, b, (double)sample.Cumulative[i] / sample.Count);
            sum += (atOrBelow - below) * sample.Values[i];
            below = atOrBelow;
        }

        return sum;
    }
}
