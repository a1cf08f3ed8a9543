namespace LatencyLab.Statistics;

/// <summary>
/// Standard uncertainties (k = 1) of a latency in nanoseconds, by source (JCGM 100:2008). Stimulus and response are stamped alike, so what
/// both stamps share cancels.
/// </summary>
/// <param name="QuantisationNs">Two asynchronous stamps of one tick each: triangular, tick / sqrt 6.</param>
/// <param name="CycleNs">One cycle of the sampler's system clock either way: rectangular, cycle / sqrt 3.</param>
/// <param name="ClockNs">The clock's rate at the median latency: rectangular, ppm / sqrt 3.</param>
/// <param name="SkewNs">Different delay of the two channels, threshold and cable: rectangular, skew / sqrt 3.</param>
public sealed record UncertaintyBudget(double QuantisationNs, double CycleNs, double ClockNs, double SkewNs)
{
    /// <summary>Of one latency: all sources.</summary>
    public double SingleNs => Math.Sqrt((QuantisationNs * QuantisationNs) + (SystematicNs * SystematicNs));

    /// <summary>Of what all latencies of a run share, so that no number of samples reduces it: all but quantisation.</summary>
    public double SystematicNs => Math.Sqrt((CycleNs * CycleNs) + (ClockNs * ClockNs) + (SkewNs * SkewNs));

    /// <summary>The budget of a rig.</summary>
    /// <param name="tickNs">Length of a tick.</param>
    /// <param name="cycleNs">Length of a system clock cycle of the sampler; 0 where stamps are made without one.</param>
    /// <param name="clockPpm">Limit of the clock's deviation either way.</param>
    /// <param name="skewNs">Limit of the difference between the channels either way.</param>
    /// <param name="latencyNs">Where the clock's share is computed: the median; 0 where there is none.</param>
    public static UncertaintyBudget Of(double tickNs, double cycleNs, double clockPpm, double skewNs, double latencyNs) =>
        new(tickNs / Math.Sqrt(6), cycleNs / Math.Sqrt(3), Math.Abs(latencyNs * clockPpm * 1e-6) / Math.Sqrt(3), skewNs / Math.Sqrt(3));
}
