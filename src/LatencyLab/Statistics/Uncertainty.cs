namespace LatencyLab.Statistics;

/// <summary>Standard uncertainties (k = 1) of latencies in nanoseconds (JCGM 100, facts: statistics.md section 6).</summary>
/// <param name="SingleNs">Of one latency.</param>
/// <param name="SystematicNs">Of what all latencies of a run share; more samples don't reduce it.</param>
public readonly record struct Uncertainty(double SingleNs, double SystematicNs)
{
    /// <summary>Adds up a budget.</summary>
    /// <param name="tickNs">Length of a tick. Both edges are stamped alike, so that their difference errs triangularly within one tick: u = T/√6.</param>
    /// <param name="edgeNs">Half width of what else shifts one edge against the other, such as one system clock cycle; rectangular.</param>
    /// <param name="clockPpm">Half width of the clock's deviation; rectangular, common to all latencies.</param>
    /// <param name="medianNs">The latency at which the clock's share is taken; 0 when there is none.</param>
    public static Uncertainty Of(double tickNs, double edgeNs, double clockPpm, double medianNs)
    {
        var clock = Math.Abs(medianNs) * clockPpm * 1e-6 / Math.Sqrt(3);
        var quantisation = tickNs / Math.Sqrt(6);
        var edge = edgeNs / Math.Sqrt(3);
        return new Uncertainty(Math.Sqrt((quantisation * quantisation) + (edge * edge) + (clock * clock)), Math.Sqrt((edge * edge) + (clock * clock)));
    }
}
