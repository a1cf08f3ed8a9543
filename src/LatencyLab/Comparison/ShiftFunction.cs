using LatencyLab.Statistics;

namespace LatencyLab.Comparison;

/// <summary>By how much one quantile differs between two firmwares.</summary>
/// <param name="Probability">Of the quantile.</param>
/// <param name="Shift">Mean over the new runs minus mean over the base's, in ticks.</param>
/// <param name="Low">Lower end of its 95 % interval over runs; null below two runs a side. For each quantile by itself, not for all together.</param>
/// <param name="High">Upper end.</param>
public sealed record QuantileShift(double Probability, double Shift, double? Low, double? High);

/// <summary>Where in the distribution two firmwares differ (K. A. Doksum, Annals of Statistics 2, 1974), quantile by quantile.</summary>
public static class ShiftFunction
{
    private static readonly double[] Probabilities = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999];

    /// <summary>Quantiles over matched stimuli that every run supports.</summary>
    public static IReadOnlyList<QuantileShift> Of(IReadOnlyList<ComparedRun> before, IReadOnlyList<ComparedRun> after)
    {
        var smallest = before.Concat(after).Min(r => r.Latencies.Count);
        return [.. Probabilities.Where(p => smallest >= RankInterval.SmallestSample(p)).Select(p => At(before, after, p))];
    }

    private static QuantileShift At(IReadOnlyList<ComparedRun> before, IReadOnlyList<ComparedRun> after, double probability)
    {
        double[] first = [.. before.Select(r => Quantile(r.Latencies, probability))];
        double[] second = [.. after.Select(r => Quantile(r.Latencies, probability))];
        var shift = second.Average() - first.Average();
        if (first.Length < 2 || second.Length < 2)
        {
            return new QuantileShift(probability, shift, null, null);
        }

        var (low, high) = Welch.Of(first, second).Interval(0.95);
        return new QuantileShift(probability, shift, low, high);
    }

    // Deciles of ticks step; the weighted mean smooths them. In the tail it would invent values.
    private static double Quantile(SortedCounts sample, double probability) =>
        probability <= 0.9 ? HarrellDavis.Quantile(sample, probability) : HyndmanFan.Quantile(sample, probability, 8);
}
