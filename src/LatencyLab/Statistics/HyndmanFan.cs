namespace LatencyLab.Statistics;

/// <summary>
/// The nine sample quantiles of R. J. Hyndman and Y. Fan (Sample quantiles in statistical packages, The American Statistician 50, 1996), for columns
/// that other tools shall find equal to theirs. What LatencyLab itself calls p99 is type 1.
/// </summary>
public static class HyndmanFan
{
    /// <summary>The quantile in ticks; the sample isn't empty.</summary>
    /// <param name="sample">At least one value.</param>
    /// <param name="probability">From 0 to 1, taken as the decimal number it is written as.</param>
    /// <param name="type">1 to 9; R and numpy use 7 by default.</param>
    public static double Quantile(SortedCounts sample, double probability, int type)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sample.Count, nameof(sample));
        var n = (decimal)sample.Count;
        var p = (decimal)probability;
        var position = (n * p) + type switch
        {
            1 or 2 => 0,
            3 => -0.5m,
            4 => 0,
            5 => 0.5m,
            6 => p,
            7 => 1 - p,
            8 => (p + 1) / 3,
            9 => (p / 4) + 0.375m,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Types go from 1 to 9."),
        };
        var whole = decimal.Floor(position);
        var fraction = position - whole;
        var rank = (long)whole;
        var weight = type switch
        {
            1 => fraction > 0 ? 1 : 0,
            2 => fraction > 0 ? 1 : 0.5m,
            3 => fraction == 0 && rank % 2 == 0 ? 0 : 1,
            _ => fraction,
        };
        var low = sample.ValueAtRank(Math.Clamp(rank, 1, sample.Count));
        var high = sample.ValueAtRank(Math.Clamp(rank + 1, 1, sample.Count));
        return low + ((double)weight * ((double)high - low));
    }
}
