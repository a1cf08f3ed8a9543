using System.Numerics;

namespace LatencyLab.Statistics;

/// <summary>
/// For how many values stretches of a series resemble themselves: the integrated autocorrelation time of the values, and of being above a limit. A
/// quarter of a million values, looked at once for each quantile, in the same memory each time.
/// </summary>
internal sealed class CorrelationTimes(List<long[]> stretches)
{
    private readonly double[][] _scratch = [.. stretches.Select(s => new double[s.Length])];

    /// <summary>Of the matched latencies.</summary>
    public double OfMean()
    {
        var total = 0.0;
        var matched = new double[_scratch.Length][];
        for (var i = 0; i < _scratch.Length; i++)
        {
            matched[i] = Matched(stretches[i], _scratch[i]);
            total += Autocorrelation.Total(matched[i]);
        }

        return Autocorrelation.UnbiasedTimeInPlace(matched, total);
    }

    /// <summary>Of being above a limit.</summary>
    public double Above(long limitTicks)
    {
        var total = 0L;
        for (var i = 0; i < _scratch.Length; i++)
        {
            total += Above(stretches[i], limitTicks, _scratch[i]);
        }

        return Autocorrelation.UnbiasedTimeInPlace(_scratch, total);
    }

    /// <summary>The matched latencies of a stretch, in the memory that is given where nothing is censored.</summary>
    public static double[] Matched(long[] stretch, double[] matched)
    {
        var count = 0;
        foreach (var value in stretch)
        {
            if (value != LatencySeries.Censored)
            {
                matched[count++] = value;
            }
        }

        return count == matched.Length ? matched : matched[..count];
    }

    // 1 where a value is above the limit, else 0; returns how many are.
    private static long Above(ReadOnlySpan<long> stretch, long limit, Span<double> above)
    {
        var lanes = Vector<long>.Count;
        var limits = new Vector<long>(limit);
        var counts = Vector<long>.Zero;
        var i = 0;
        for (; i <= stretch.Length - lanes; i += lanes)
        {
            var isAbove = Vector.GreaterThan(new Vector<long>(stretch[i..]), limits);
            Vector.ConditionalSelect(isAbove, Vector<double>.One, Vector<double>.Zero).CopyTo(above[i..]);
            counts -= isAbove;
        }

        var count = Vector.Sum(counts);
        for (; i < stretch.Length; i++)
        {
            above[i] = stretch[i] > limit ? 1 : 0;
            count += stretch[i] > limit ? 1 : 0;
        }

        return count;
    }
}
