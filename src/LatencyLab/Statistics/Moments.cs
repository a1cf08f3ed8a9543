namespace LatencyLab.Statistics;

/// <summary>Mean and spread of a sample of ticks; null where the sample is too small, never NaN.</summary>
public static class Moments
{
    /// <summary>Arithmetic mean in ticks; null for an empty sample.</summary>
    public static double? Mean(SortedCounts sample) => sample.Count == 0 ? null : Divide(sample.Sum, sample.Count);

    /// <summary>Sample variance (divisor n - 1) in ticks squared; null below two values.</summary>
    public static double? Variance(SortedCounts sample) =>
        sample.Count < 2 ? null : SquaredDeviations(sample) / (sample.Count - 1);

    /// <summary>Sample standard deviation (divisor n - 1) in ticks; null below two values.</summary>
    public static double? StandardDeviation(SortedCounts sample) => Variance(sample) is { } variance ? Math.Sqrt(variance) : null;

    /// <summary>
    /// Median of the distances from the median, in ticks, not scaled to a normal distribution. Both medians are the mean of the two middle
    /// values when the sample size is even; null for an empty sample.
    /// </summary>
    public static double? MedianAbsoluteDeviation(SortedCounts sample)
    {
        if (sample.Count == 0)
        {
            return null;
        }

        // Twice the median is a whole number, so all distances can be doubled and stay exact.
        var twiceMedian = TwiceMedian(sample);
        var index = 0;
        while (index < sample.Distinct && (Int128)sample.Values[index] * 2 < twiceMedian)
        {
            index++;
        }

        // Two rising rows of distances, one to each side of the median, are walked like a merge.
        var low = index - 1;
        var high = index;
        var lowerRank = (sample.Count + 1) / 2;
        var upperRank = (sample.Count / 2) + 1;
        Int128? lower = null;
        long seen = 0;
        while (true)
        {
            var toLow = low >= 0 ? twiceMedian - ((Int128)sample.Values[low] * 2) : Int128.MaxValue;
            var toHigh = high < sample.Distinct ? ((Int128)sample.Values[high] * 2) - twiceMedian : Int128.MaxValue;
            var distance = toLow < toHigh ? toLow : toHigh;
            seen += sample.CountAt(toLow < toHigh ? low-- : high++);
            if (lower is null && seen >= lowerRank)
            {
                lower = distance;
            }

            if (seen >= upperRank)
            {
                return ((double)lower!.Value + (double)distance) / 4;
            }
        }
    }

    /// <summary>Exact sum of the two middle values (of the middle one twice); the sample isn't empty.</summary>
    internal static Int128 TwiceMedian(SortedCounts sample) =>
        (Int128)sample.ValueAtRank((sample.Count + 1) / 2) + sample.ValueAtRank((sample.Count / 2) + 1);

    /// <summary>Sum of squared deviations from the mean, accurate also for large values close together.</summary>
    internal static double SquaredDeviations(SortedCounts sample)
    {
        // Around the whole number next to the mean the sums are exact integers while they fit, and nothing cancels.
        var centre = sample.Sum / sample.Count;
        var range = (double)sample.Values[^1] - sample.Values[0];
        if (range * range * sample.Count < 1e37)
        {
            Int128 squares = 0;
            for (var i = 0; i < sample.Distinct; i++)
            {
                var distance = sample.Values[i] - centre;
                squares += distance * distance * sample.CountAt(i);
            }

            var rest = (double)(sample.Sum - (centre * sample.Count));
            return (double)squares - (rest * rest / sample.Count);
        }

        var total = 0.0;
        for (var i = 0; i < sample.Distinct; i++)
        {
            var distance = (double)(sample.Values[i] - centre);
            total += distance * distance * sample.CountAt(i);
        }

        return total;
    }

    private static double Divide(Int128 dividend, long divisor)
    {
        var (whole, rest) = Int128.DivRem(dividend, divisor);
        return (double)whole + ((double)rest / divisor);
    }
}
