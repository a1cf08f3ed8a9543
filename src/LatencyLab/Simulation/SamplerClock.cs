namespace LatencyLab.Simulation;

/// <summary>The sampler's system clock: cycles since the state machines were enabled, against virtual time.</summary>
internal sealed class SamplerClock
{
    private readonly long _startPs;
    private readonly Int128 _hzTimesBillion;

    /// <param name="startPs">Virtual time at which cycle 0 begins.</param>
    /// <param name="hz">Nominal frequency.</param>
    /// <param name="ppm">Error of the crystal; positive: cycles are shorter than nominal.</param>
    public SamplerClock(long startPs, long hz, double ppm)
    {
        _startPs = startPs;
        Hz = hz;
        _hzTimesBillion = hz * (1_000_000_000 + (Int128)Math.Round(ppm * 1000));
    }

    public long Hz { get; }

    /// <summary>Virtual time at which a cycle begins.</summary>
    public long TimeOf(long cycle) => _startPs + (long)(cycle * PsTimesBillion / _hzTimesBillion);

    /// <summary>The cycle in which a virtual time lies.</summary>
    public long CycleAt(long timePs)
    {
        var since = (Int128)(timePs - _startPs);
        var cycle = (long)(since * _hzTimesBillion / PsTimesBillion);
        while (TimeOf(cycle + 1) <= timePs)
        {
            cycle++;
        }

        while (TimeOf(cycle) > timePs)
        {
            cycle--;
        }

        return cycle;
    }

    /// <summary>
    /// First cycle in which an instruction sees an edge at that time: one cycle for each of the two flip-flops of the input synchroniser
    /// (RP2040 datasheet 3.5.6.3), the first of them taking what is there when a cycle begins.
    /// </summary>
    public long FirstCycleThatSees(long timePs) => CycleAt(timePs) + 2;

    private static Int128 PsTimesBillion => (Int128)1_000_000_000_000 * 1_000_000_000;
}
