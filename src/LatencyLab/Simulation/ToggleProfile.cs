namespace LatencyLab.Simulation;

/// <summary>
/// SYNTHETIC times of a burst of one chip and variant, in nanoseconds; chosen among published figures (3.3 to 3.7 us for a pin.value() call of
/// the ESP32, 34 us on an ESP8266, about 3 us on an RP2040), never evidence about a real board.
/// </summary>
/// <param name="WriteNs">One write of the pin.</param>
/// <param name="LoopNs">The loop's turn, which makes low longer than high.</param>
/// <param name="Scatter">Share by which the same code differs from turn to turn.</param>
/// <param name="PauseProbability">Share of writes that something else holds up.</param>
/// <param name="PauseNs">How long at most.</param>
internal sealed record ToggleProfile(double WriteNs, double LoopNs, double Scatter, double PauseProbability, double PauseNs)
{
    public static ToggleProfile For(SimulatedChip chip, string variant)
    {
        var (call, register) = chip.Port switch { "esp8266" => (34_000.0, 150.0), "rp2" => (2_800.0, 40.0), _ => (3_500.0, 56.0) };
        var pauseNs = chip.Port == "rp2" ? 6_000.0 : 21_000.0;
        return variant switch
        {
            "viper" => new(register, register * 1.5, 0, 0.0002, pauseNs),
            "native" => new(call * 0.5, call * 0.06, 0.004, 0.001, pauseNs),
            "call" => new(call * 0.8, call * 0.6, 0.01, 0.002, pauseNs),
            "on-off" => new(call * 0.9, call * 0.6, 0.01, 0.002, pauseNs),
            "toggle" => new(call * 0.85, call * 0.6, 0.01, 0.002, pauseNs),
            _ => new(call, call * 0.6, 0.01, 0.002, pauseNs),
        };
    }

    public ToggleProfile Scaled(double factor) => this with { WriteNs = WriteNs * factor, LoopNs = LoopNs * factor, PauseNs = PauseNs * factor };

    /// <summary>Edges of a burst, two a period.</summary>
    public IEnumerable<long> Burst(long startPs, long periods, SimulationRandom random)
    {
        var atPs = startPs;
        for (var i = 0L; i < periods; i++)
        {
            yield return atPs;
            atPs += Ps(WriteNs, random);
            yield return atPs;
            atPs += Ps(WriteNs + LoopNs, random);
        }
    }

    private long Ps(double ns, SimulationRandom random)
    {
        var scattered = ns * random.NextBetween(1 - Scatter, 1 + Scatter);
        return (long)(1000 * (random.NextBool(PauseProbability) ? scattered + random.NextBetween(0, PauseNs) : scattered));
    }
}
