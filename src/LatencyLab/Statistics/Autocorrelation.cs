using System.Numerics;
using System.Runtime.Intrinsics;
using MathNet.Numerics.IntegralTransforms;

namespace LatencyLab.Statistics;

/// <summary>How much the values of a series resemble those before them.</summary>
public static class Autocorrelation
{
    // Most series are decided within a few lags; only the others pay for a transform.
    private const int DirectLags = 64;

    /// <summary>Autocorrelation at one lag (divisor n); 0 for a series without variation.</summary>
    public static double AtLag(ReadOnlySpan<double> series, int lag)
    {
        var centred = Centre(series);
        var power = Dot(centred, centred);
        return power == 0 || lag >= centred.Length ? 0 : Dot(centred.AsSpan(lag), centred.AsSpan(0, centred.Length - lag)) / power;
    }

    /// <summary>
    /// Integrated autocorrelation time by the initial monotone sequence (C. J. Geyer, Practical Markov chain Monte Carlo, 1992): n values are worth
    /// n / tau independent ones. 1 for a series without variation.
    /// </summary>
    /// <param name="stretches">One series, or several stretches of one with unknown parts between them.</param>
    public static double IntegratedTime(IReadOnlyList<double[]> stretches) =>
        Sum([.. stretches.Select(s => (double[])s.Clone())], stretches.Sum(s => Total(s))).Time;

    /// <summary>
    /// The same without what the estimated mean takes away: around it every autocorrelation comes out too small by tau / n, and as many of them are
    /// summed. It matters for series of less than a hundred times tau. For a caller that has no further use for the values: they are overwritten.
    /// </summary>
    /// <param name="stretches">One series, or several stretches of one with unknown parts between them.</param>
    /// <param name="total">The sum of all values.</param>
    internal static double UnbiasedTimeInPlace(double[][] stretches, double total)
    {
        var (time, lags) = Sum(stretches, total);
        return time * (1 + ((2.0 * lags) / Math.Max(1, Count(stretches))));
    }

    private static (double Time, int Lags) Sum(double[][] centred, double total)
    {
        var mean = total / Math.Max(1, Count(centred));
        foreach (var stretch in centred)
        {
            Subtract(mean, stretch);
        }

        var power = Product(centred, 0);
        if (power == 0)
        {
            return (1, 0);
        }

        var longest = 0;
        foreach (var stretch in centred)
        {
            longest = Math.Max(longest, stretch.Length);
        }

        double[]? transformed = null;
        var sum = 0.0;
        var previous = double.PositiveInfinity;
        var lag = 0;
        for (; lag < longest; lag += 2)
        {
            var pair = Correlation(lag) + Correlation(lag + 1);
            if (pair <= 0)
            {
                break;
            }

            previous = Math.Min(previous, pair);
            sum += previous;
        }

        return ((2 * sum) - 1, lag);

        double Correlation(int lag)
        {
            if (lag == 0)
            {
                return 1;
            }

            if (lag < DirectLags)
            {
                return Product(centred, lag) / power;
            }

            transformed ??= Products(centred, longest);
            return lag < longest ? transformed[lag] / power : 0;
        }
    }

    private static long Count(double[][] stretches)
    {
        var count = 0L;
        foreach (var stretch in stretches)
        {
            count += stretch.Length;
        }

        return count;
    }

    // The lagged product of all stretches.
    private static double Product(double[][] stretches, int lag)
    {
        var sum = 0.0;
        foreach (var stretch in stretches)
        {
            sum += lag < stretch.Length ? Dot(stretch.AsSpan(lag), stretch.AsSpan(0, stretch.Length - lag)) : 0;
        }

        return sum;
    }

    // Lagged products of all stretches by way of their power spectra, padded so that nothing wraps round.
    private static double[] Products(double[][] centred, int longest)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)(2 * longest));
        var spectrum = new double[size];
        foreach (var stretch in centred)
        {
            var buffer = new Complex[size];
            for (var i = 0; i < stretch.Length; i++)
            {
                buffer[i] = stretch[i];
            }

            Fourier.Forward(buffer, FourierOptions.AsymmetricScaling);
            for (var i = 0; i < size; i++)
            {
                spectrum[i] += (buffer[i].Real * buffer[i].Real) + (buffer[i].Imaginary * buffer[i].Imaginary);
            }
        }

        var powers = Array.ConvertAll(spectrum, x => new Complex(x, 0));
        Fourier.Inverse(powers, FourierOptions.AsymmetricScaling);
        return [.. powers.Take(longest).Select(c => c.Real)];
    }

    private static double[] Centre(ReadOnlySpan<double> series)
    {
        var centred = series.ToArray();
        Subtract(Total(series) / Math.Max(1, series.Length), centred);
        return centred;
    }

    /// <summary>The sum of all values, added one by one.</summary>
    internal static double Total(ReadOnlySpan<double> series)
    {
        var total = 0.0;
        foreach (var x in series)
        {
            total += x;
        }

        return total;
    }

    private static void Subtract(double mean, Span<double> series)
    {
        var lanes = Vector<double>.Count;
        var means = new Vector<double>(mean);
        var i = 0;
        for (; i <= series.Length - lanes; i += lanes)
        {
            (new Vector<double>(series[i..]) - means).CopyTo(series[i..]);
        }

        for (; i < series.Length; i++)
        {
            series[i] -= mean;
        }
    }

    // Four lanes and one order of addition on every processor: with as many lanes as there are, the last digits of a run's numbers would depend on where it
    // is analysed.
    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var lanes = Vector256<double>.Count;
        var sums = Vector256<double>.Zero;
        var i = 0;
        for (; i <= left.Length - lanes; i += lanes)
        {
            sums += Vector256.Create(left[i..]) * Vector256.Create(right[i..]);
        }

        var sum = sums[0] + sums[1] + (sums[2] + sums[3]);
        for (; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
