namespace LatencyLab.Statistics;

/// <summary>Against what clock the time interval error of edges is taken.</summary>
public enum TieReference
{
    /// <summary>The straight line of least squares: period and phase are fitted.</summary>
    LeastSquares,

    /// <summary>The fitted period, with the phase that makes the median error zero: a few far edges don't tilt it.</summary>
    MedianPhase,

    /// <summary>A given period, with the phase that makes the median error zero.</summary>
    FixedPeriod,

    /// <summary>The rising edges of another channel, with the phase that makes the median error zero.</summary>
    OtherChannel,
}

/// <summary>How far edges are from where an ideal clock would have put them, in ticks.</summary>
/// <param name="Reference">What the ideal clock is.</param>
/// <param name="PeriodTicks">Its period.</param>
/// <param name="OffsetTicks">Where its edge number 0 lies.</param>
/// <param name="Errors">One error an edge: edge minus ideal edge.</param>
public sealed record TimeIntervalError(TieReference Reference, double PeriodTicks, double OffsetTicks, IReadOnlyList<double> Errors)
{
    /// <summary>Square root of the mean squared error (divisor n).</summary>
    public double Rms => Math.Sqrt(Errors.Average(e => e * e));

    public double PeakToPeak => Errors.Max() - Errors.Min();

    /// <summary>The errors of edges with known cycle numbers.</summary>
    /// <param name="ticks">At least two edges, rising.</param>
    /// <param name="cycles">Number of the cycle that each edge begins, rising from 0; cycles without an edge are skipped.</param>
    /// <param name="reference">What the ideal clock is.</param>
    /// <param name="fixedPeriodTicks">Its period, for <see cref="TieReference.FixedPeriod"/>.</param>
    public static TimeIntervalError Of(ReadOnlySpan<long> ticks, ReadOnlySpan<long> cycles, TieReference reference, double? fixedPeriodTicks = null)
    {
        // What is fitted are the small deviations from a whole period, so that nothing is lost to rounding however long the capture is.
        var wholePeriod = Math.Max(1, (ticks[^1] - ticks[0]) / Math.Max(1, cycles[^1]));
        var deviations = new double[ticks.Length];
        for (var i = 0; i < ticks.Length; i++)
        {
            deviations[i] = (double)((Int128)ticks[i] - ticks[0] - ((Int128)cycles[i] * wholePeriod));
        }

        var (slope, intercept) = reference == TieReference.FixedPeriod && fixedPeriodTicks is { } period ? (period - wholePeriod, 0) : Fit(cycles, deviations);
        var errors = new double[ticks.Length];
        for (var i = 0; i < errors.Length; i++)
        {
            errors[i] = deviations[i] - intercept - (slope * cycles[i]);
        }

        if (reference != TieReference.LeastSquares)
        {
            intercept += TakeMedian(errors);
        }

        return new TimeIntervalError(reference, wholePeriod + slope, ticks[0] + intercept, errors);
    }

    /// <summary>Errors against another channel, with the phase that makes the median zero.</summary>
    internal static TimeIntervalError OfOther(double[] errors, double periodTicks, long firstTick)
    {
        var first = errors[0];
        var median = TakeMedian(errors);
        return new TimeIntervalError(TieReference.OtherChannel, periodTicks, firstTick - first + median, errors);
    }

    /// <summary>By how much the errors grow a cycle, by least squares.</summary>
    internal double Slope(ReadOnlySpan<long> cycles) => Fit(cycles, [.. Errors]).Slope;

    private static double TakeMedian(double[] errors)
    {
        var sorted = errors.Order().ToArray();
        var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        for (var i = 0; i < errors.Length; i++)
        {
            errors[i] -= median;
        }

        return median;
    }

    private static (double Slope, double Intercept) Fit(ReadOnlySpan<long> cycles, double[] deviations)
    {
        var n = deviations.Length;
        double meanCycle = 0;
        double meanDeviation = 0;
        for (var i = 0; i < n; i++)
        {
            meanCycle += ((double)cycles[i] - meanCycle) / (i + 1);
            meanDeviation += (deviations[i] - meanDeviation) / (i + 1);
        }

        double products = 0;
        double squares = 0;
        for (var i = 0; i < n; i++)
        {
            products += (cycles[i] - meanCycle) * (deviations[i] - meanDeviation);
            squares += (cycles[i] - meanCycle) * (cycles[i] - meanCycle);
        }

        var slope = squares > 0 ? products / squares : 0;
        return (slope, meanDeviation - (slope * meanCycle));
    }
}
