using MathNet.Numerics;

namespace LatencyLab.Statistics;

/// <summary>Tail probabilities that keep their digits where 1 - CDF has none left.</summary>
internal static class TailLaw
{
    /// <summary>P(Z &gt;= z) of the standard normal law.</summary>
    public static double NormalAbove(double z) => SpecialFunctions.Erfc(z / Math.Sqrt(2)) / 2;

    /// <summary>P(T &gt;= t) of Student's law; <paramref name="degrees"/> may be fractional or infinite.</summary>
    public static double StudentAbove(double t, double degrees)
    {
        if (double.IsInfinity(t))
        {
            return t > 0 ? 0 : 1;
        }

        var half = SpecialFunctions.BetaRegularized(degrees / 2, 0.5, degrees / (degrees + (t * t))) / 2;
        return t >= 0 ? half : 1 - half;
    }

    /// <summary>P(F &gt;= f) of Fisher's law.</summary>
    public static double FisherAbove(double f, double numeratorDegrees, double denominatorDegrees) =>
        f <= 0 ? 1 : SpecialFunctions.BetaRegularized(
            denominatorDegrees / 2, numeratorDegrees / 2, denominatorDegrees / (denominatorDegrees + (numeratorDegrees * f)));

    /// <summary>P(K &gt;= x) of Kolmogorov's limit law.</summary>
    public static double KolmogorovAbove(double x)
    {
        if (x < 0.2)
        {
            return 1;
        }

        // The series of the tail converges slowly for small x; there the theta function's other form takes over.
        if (x < 1)
        {
            var sum = 0.0;
            for (var k = 1; k <= 7; k += 2)
            {
                sum += Math.Exp(-k * k * Math.PI * Math.PI / (8 * x * x));
            }

            return 1 - (Math.Sqrt(2 * Math.PI) / x * sum);
        }

        var tail = 0.0;
        for (var k = 1; k <= 20; k++)
        {
            tail += ((k & 1) == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * x * x);
        }

        return Math.Clamp(tail, 0, 1);
    }
}
