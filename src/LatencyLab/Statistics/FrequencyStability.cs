namespace LatencyLab.Statistics;

/// <summary>Stability of a clock over one averaging time.</summary>
/// <param name="Factor">Averaging time in periods.</param>
/// <param name="Adev">Overlapping Allan deviation, without unit.</param>
/// <param name="Mdev">Modified Allan deviation; null where the record is too short.</param>
/// <param name="TdevTicks">Time deviation; null where the record is too short.</param>
/// <param name="MtieTicks">Largest peak-to-peak time error in any window of so many periods.</param>
public sealed record StabilityPoint(int Factor, double Adev, double? Mdev, double? TdevTicks, double MtieTicks);

/// <summary>Deviations of NIST SP 1065 (W. J. Riley, 2008) and ITU-T G.810 over evenly spaced time errors.</summary>
public static class FrequencyStability
{
    /// <summary>Averaging times of 1, 2, 4, … periods, up to a third of the record; none below 3 errors.</summary>
    /// <param name="errorsTicks">Time errors, one a period, without holes.</param>
    /// <param name="periodTicks">Nominal period.</param>
    public static IReadOnlyList<StabilityPoint> Table(ReadOnlySpan<double> errorsTicks, double periodTicks)
    {
        var points = new List<StabilityPoint>();
        for (var factor = 1; factor <= (errorsTicks.Length - 1) / 2; factor *= 2)
        {
            var modified = ModifiedAllanDeviation(errorsTicks, periodTicks, factor);
            points.Add(new StabilityPoint(
                factor, OverlappingAllanDeviation(errorsTicks, periodTicks, factor), modified, TimeDeviation(modified, periodTicks, factor),
                MaximumTimeIntervalError(errorsTicks, factor)));
        }

        return points;
    }

    /// <summary>Overlapping Allan deviation; needs more than 2 <paramref name="factor"/> errors.</summary>
    public static double OverlappingAllanDeviation(ReadOnlySpan<double> errors, double period, int factor)
    {
        var count = errors.Length - (2 * factor);
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            var second = errors[i + (2 * factor)] - (2 * errors[i + factor]) + errors[i];
            sum += second * second;
        }

        return Math.Sqrt(sum / (2.0 * count)) / (factor * period);
    }

    /// <summary>Modified Allan deviation; null below 3 <paramref name="factor"/> errors.</summary>
    public static double? ModifiedAllanDeviation(ReadOnlySpan<double> errors, double period, int factor)
    {
        var count = errors.Length - (3 * factor) + 1;
        if (count < 1)
        {
            return null;
        }

        var window = 0.0;
        for (var i = 0; i < factor; i++)
        {
            window += errors[i + (2 * factor)] - (2 * errors[i + factor]) + errors[i];
        }

        var sum = window * window;
        for (var i = 0; i < count - 1; i++)
        {
            window += errors[i + (3 * factor)] - (3 * errors[i + (2 * factor)]) + (3 * errors[i + factor]) - errors[i];
            sum += window * window;
        }

        return Math.Sqrt(sum / (2.0 * count)) / ((double)factor * factor * period);
    }

    /// <summary>Time deviation in ticks: averaging time times the modified Allan deviation by the root of 3.</summary>
    public static double? TimeDeviation(double? modified, double period, int factor) => factor * period * modified / Math.Sqrt(3);

    /// <summary>Largest difference of two errors at most <paramref name="intervals"/> periods apart.</summary>
    public static double MaximumTimeIntervalError(ReadOnlySpan<double> errors, int intervals)
    {
        // Two queues of falling maxima and rising minima keep every window in constant time.
        var highest = new int[errors.Length];
        var lowest = new int[errors.Length];
        int highFirst = 0, highEnd = 0, lowFirst = 0, lowEnd = 0;
        var largest = 0.0;
        for (var i = 0; i < errors.Length; i++)
        {
            while (highEnd > highFirst && errors[highest[highEnd - 1]] <= errors[i])
            {
                highEnd--;
            }

            while (lowEnd > lowFirst && errors[lowest[lowEnd - 1]] >= errors[i])
            {
                lowEnd--;
            }

            highest[highEnd++] = i;
            lowest[lowEnd++] = i;
            while (highest[highFirst] < i - intervals)
            {
                highFirst++;
            }

            while (lowest[lowFirst] < i - intervals)
            {
                lowFirst++;
            }

            largest = Math.Max(largest, errors[highest[highFirst]] - errors[lowest[lowFirst]]);
        }

        return largest;
    }
}
