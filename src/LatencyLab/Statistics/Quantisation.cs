namespace LatencyLab.Statistics;

/// <summary>What counting in whole ticks adds to a difference of two stamps.</summary>
public static class Quantisation
{
    /// <summary>Variance in ticks squared: the errors of two asynchronous stamps, each uniform over a tick, make a triangle of variance 1/6.</summary>
    public const double Variance = 1.0 / 6;

    /// <summary>
    /// Standard deviation without the share of quantisation (Sheppard's correction), in ticks; 0 where what was seen is no more than quantisation
    /// alone would make, so that the true spread is below <see cref="Floor"/>; null below two values.
    /// </summary>
    public static double? RemoveFrom(double? standardDeviation) =>
        standardDeviation is { } sd ? Math.Sqrt(Math.Max(0, (sd * sd) - Variance)) : null;

    /// <summary>Standard deviation of a difference of two stamps when the true difference never varies, in ticks.</summary>
    public static double Floor { get; } = Math.Sqrt(Variance);
}
