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

    /// <summary>
    /// How much more shares of several runs scatter than chance explains: Pearson's chi-squared by its degrees of freedom, at least 1. Trials of all runs
    /// together are worth so many times fewer (quasi-binomial; P. McCullagh, J. A. Nelder, Generalized Linear Models, 4.5).
    /// </summary>
    /// <param name="events">One number a run.</param>
    /// <param name="trials">Of how many, likewise.</param>
    public static double Dispersion(ReadOnlySpan<long> events, ReadOnlySpan<long> trials)
    {
        long allEvents = 0, allTrials = 0;
        for (var i = 0; i < events.Length; i++)
        {
            allEvents += events[i];
            allTrials += trials[i];
        }

        if (events.Length < 2 || allEvents == 0 || allEvents == allTrials)
        {
            return 1;
        }

        var rate = (double)allEvents / allTrials;
        var chiSquared = 0.0;
        for (var i = 0; i < events.Length; i++)
        {
            var off = events[i] - (rate * trials[i]);
            chiSquared += trials[i] == 0 ? 0 : off * off / (trials[i] * rate * (1 - rate));
        }

        return Math.Max(1, chiSquared / (events.Length - 1));
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
