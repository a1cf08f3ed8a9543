namespace LatencyLab.Statistics;

/// <summary>Probabilities of several tests, corrected so that all of them together may be read at one level.</summary>
public static class Multiplicity
{
    /// <summary>Step-down correction of S. Holm (Scandinavian Journal of Statistics 6, 1979): for everything that can fail a build.</summary>
    /// <returns>Corrected probabilities in the order of the given ones.</returns>
    public static double[] Holm(ReadOnlySpan<double> probabilities)
    {
        var p = probabilities.ToArray();
        var order = Enumerable.Range(0, p.Length).OrderBy(i => p[i]).ToArray();
        var corrected = new double[p.Length];
        var largest = 0.0;
        for (var i = 0; i < order.Length; i++)
        {
            largest = Math.Max(largest, Math.Min(1, (order.Length - i) * p[order[i]]));
            corrected[order[i]] = largest;
        }

        return corrected;
    }
}
