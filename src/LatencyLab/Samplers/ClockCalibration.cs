namespace LatencyLab.Samplers;

/// <summary>
/// A measured deviation of one sampler's clock, as <c>doctor --clock</c> has found and stored it. It is stated beside results and gives their
/// uncertainty; no stamp is ever changed by it.
/// </summary>
/// <param name="Ppm">Deviation in parts per million, positive when the clock is fast.</param>
/// <param name="UncertaintyPpm">Standard uncertainty (k = 1) of the comparison.</param>
/// <param name="Seconds">How long was compared.</param>
/// <param name="MeasuredUtc">When.</param>
/// <param name="HostSynchronised">Whether the computer's own clock was held to UTC meanwhile; null where the system doesn't tell.</param>
public sealed record ClockCalibration(double Ppm, double UncertaintyPpm, double Seconds, DateTimeOffset MeasuredUtc, bool? HostSynchronised)
{
    // A clock that NTP disciplines keeps its rate to some 0.1 ppm (Mills, RFC 5905 section 11.3: frequency tolerance and wander); ten times that.
    private const double SynchronisedHostPpm = 1;

    /// <summary>
    /// Half width of the deviation with which an uncertainty is computed. A clock that nobody holds to UTC proves less than the crystal's data sheet:
    /// then the measured deviation can only widen the tolerance.
    /// </summary>
    /// <param name="tolerancePpm">Tolerance of the crystal where nobody has measured it.</param>
    public double LimitPpm(double tolerancePpm)
    {
        var measuredPpm = Math.Abs(Ppm) + (2 * UncertaintyPpm);
        return HostSynchronised is true ? measuredPpm + SynchronisedHostPpm : Math.Max(tolerancePpm, measuredPpm);
    }
}
