using MathNet.Numerics.Distributions;

namespace LatencyLab.Statistics;

/// <summary>Difference of two means without the assumption of equal spreads (B. L. Welch, Biometrika 34, 1947).</summary>
/// <param name="Difference">Mean of the second sample minus mean of the first.</param>
/// <param name="StandardError">Of the difference; 0 when neither sample varies.</param>
/// <param name="Degrees">Degrees of freedom by Satterthwaite.</param>
public sealed record Welch(double Difference, double StandardError, double Degrees)
{
    /// <summary>From means, variances (n - 1) and sizes of at least two.</summary>
    public static Welch Of(double mean1, double variance1, long n1, double mean2, double variance2, long n2)
    {
        var share1 = variance1 / n1;
        var share2 = variance2 / n2;
        var sum = share1 + share2;
        var degrees = sum > 0 ? sum * sum / ((share1 * share1 / (n1 - 1)) + (share2 * share2 / (n2 - 1))) : n1 + n2 - 2;
        return new Welch(mean2 - mean1, Math.Sqrt(sum), degrees);
    }

    /// <summary>From two samples of at least two values each.</summary>
    public static Welch Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var (mean1, variance1) = MeanAndVariance(first);
        var (mean2, variance2) = MeanAndVariance(second);
        return Of(mean1, variance1, first.Length, mean2, variance2, second.Length);
    }

    /// <summary>The difference in units of its error; 0 when there is none, infinite when there is no error.</summary>
    public double T => Difference == 0 ? 0 : Difference / StandardError;

    /// <summary>Two-sided probability of a difference at least as large between equal means.</summary>
    public double P => Math.Min(1, 2 * TailLaw.StudentAbove(Math.Abs(T), Degrees));

    /// <summary>The two-sided interval.</summary>
    public (double Low, double High) Interval(double confidence)
    {
        var half = StandardError == 0 ? 0 : StandardError * StudentT.InvCDF(0, 1, Degrees, 1 - ((1 - confidence) / 2));
        return (Difference - half, Difference + half);
    }

    /// <summary>Probability of data so far below (above) the margin if the true difference were at it: small means surely below (above).</summary>
    public double PBelow(double margin) => TailLaw.StudentAbove(Distance(margin - Difference), Degrees);

    /// <inheritdoc cref="PBelow"/>
    public double PAbove(double margin) => TailLaw.StudentAbove(Distance(Difference - margin), Degrees);

    /// <summary>Two one-sided tests: small means that the true difference surely lies within the margin either way.</summary>
    public double PEquivalent(double margin) => Math.Max(PBelow(margin), PAbove(-margin));

    internal static (double Mean, double Variance) MeanAndVariance(ReadOnlySpan<double> sample)
    {
        var mean = 0.0;
        foreach (var x in sample)
        {
            mean += x;
        }

        mean /= sample.Length;
        var squares = 0.0;
        foreach (var x in sample)
        {
            squares += (x - mean) * (x - mean);
        }

        return (mean, squares / (sample.Length - 1));
    }

    private double Distance(double difference) => difference == 0 ? 0 : difference / StandardError;
}
