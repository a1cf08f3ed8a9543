using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace LatencyLab.Statistics;

/// <summary>A share of events among trials with exact bounds (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934).</summary>
/// <param name="Events">How many happened.</param>
/// <param name="Trials">Of how many.</param>
/// <param name="Low">Lower end of the two-sided 95 % interval.</param>
/// <param name="High">Upper end of the two-sided 95 % interval.</param>
/// <param name="UpperBound">One-sided 95 % upper bound; 3 / n for no event in n trials.</param>
public sealed record Proportion(long Events, long Trials, double Low, double High, double UpperBound)
{
    /// <summary>Events by trials; null without trials.</summary>
    public double? Rate => Trials == 0 ? null : (double)Events / Trials;

    /// <summary>The share with its bounds.</summary>
    /// <param name="events">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">How many could have happened.</param>
    /// <param name="effectiveTrials">Independent trials that they are worth; null when all are independent. Bounds widen, the rate stays.</param>
    public static Proportion Of(long events, long trials, double? effectiveTrials = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(events);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(events, trials);
        if (trials == 0)
        {
            return new Proportion(0, 0, 0, 1, 1);
        }

        var n = Math.Clamp(effectiveTrials ?? trials, Math.Min(1, trials), trials);
        var k = n * events / trials;
        return new Proportion(
            events, trials,
            events == 0 ? 0 : Inverse(k, n - k + 1, 0.025),
            events == trials ? 1 : Inverse(k + 1, n - k, 0.975),
            events == trials ? 1 : Inverse(k + 1, n - k, 0.95));
    }

    private static double Inverse(double a, double b, double probability)
    {
        // MathNet's inverse is good to about ten digits; Newton steps on the function itself give the rest.
        var x = Beta.InvCDF(a, b, probability);
        for (var step = 0; step < 2; step++)
        {
            var density = Beta.PDF(a, b, x);
            var next = density > 0 ? x - ((SpecialFunctions.BetaRegularized(a, b, x) - probability) / density) : x;
            x = next is > 0 and < 1 ? next : x;
        }

        return x;
    }
}
