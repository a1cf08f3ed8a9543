namespace LatencyLab.Statistics;

/// <summary>Which of two samples tends to be larger, from pairwise comparisons (H. B. Mann, D. R. Whitney, 1947), with ties.</summary>
/// <param name="FirstLarger">Pairs in which the value of the first sample is larger; ties count half.</param>
/// <param name="SecondLarger">Pairs in which that of the second is.</param>
/// <param name="StandardDeviation">Of either count under equal distributions, corrected for ties.</param>
public sealed record MannWhitney(double FirstLarger, double SecondLarger, double StandardDeviation)
{
    public static MannWhitney Of(SortedCounts first, SortedCounts second)
    {
        // Counted in halves, so that all is exact: 64 bits squared fit 128.
        Int128 twice = 0;
        double ties = 0;
        foreach (var group in TieGroup.Pool(first, second))
        {
            twice += (Int128)group.InSecond * ((2 * (Int128)group.FirstBelow) + group.InFirst);
            var size = (double)group.InFirst + group.InSecond;
            ties += (size * size * size) - size;
        }

        double m = first.Count;
        double n = second.Count;
        var total = m + n;
        var variance = m * n / 12 * (total + 1 - (ties / (total * (total - 1))));
        var secondLarger = (double)twice / 2;
        return new MannWhitney((double)(((Int128)first.Count * second.Count * 2) - twice) / 2, secondLarger, Math.Sqrt(Math.Max(0, variance)));
    }

    /// <summary>Chance that a value of the second sample is larger than one of the first, ties half (Vargha-Delaney A12).</summary>
    public double ChanceSecondLarger => SecondLarger / (FirstLarger + SecondLarger);

    /// <summary>Cliff's delta: from -1 (second always smaller) to 1 (second always larger).</summary>
    public double CliffsDelta => (2 * ChanceSecondLarger) - 1;

    /// <summary>Two-sided probability by the normal approximation with continuity correction; 1 when all values tie.</summary>
    public double P => StandardDeviation == 0
        ? 1
        : Math.Min(1, 2 * TailLaw.NormalAbove((Math.Abs(SecondLarger - FirstLarger) / 2 - 0.5) / StandardDeviation));
}

/// <summary>One value of two pooled samples.</summary>
/// <param name="Value">The value.</param>
/// <param name="FirstBelow">How many of the first sample are smaller.</param>
/// <param name="InFirst">How often it is in the first sample.</param>
/// <param name="SecondBelow">How many of the second sample are smaller.</param>
/// <param name="InSecond">How often it is in the second sample.</param>
internal readonly record struct TieGroup(long Value, long FirstBelow, long InFirst, long SecondBelow, long InSecond)
{
    /// <summary>The different values of both samples in rising order.</summary>
    public static IEnumerable<TieGroup> Pool(SortedCounts first, SortedCounts second)
    {
        int i = 0, j = 0;
        long firstBelow = 0, secondBelow = 0;
        while (i < first.Distinct || j < second.Distinct)
        {
            var takeFirst = j == second.Distinct || (i < first.Distinct && first.Values[i] <= second.Values[j]);
            var takeSecond = i == first.Distinct || (j < second.Distinct && second.Values[j] <= first.Values[i]);
            var value = takeFirst ? first.Values[i] : second.Values[j];
            var inFirst = takeFirst ? first.CountAt(i++) : 0;
            var inSecond = takeSecond ? second.CountAt(j++) : 0;
            yield return new TieGroup(value, firstBelow, inFirst, secondBelow, inSecond);
            firstBelow += inFirst;
            secondBelow += inSecond;
        }
    }
}
