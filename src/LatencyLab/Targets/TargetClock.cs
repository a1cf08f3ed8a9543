using LatencyLab.Units;

namespace LatencyLab.Targets;

/// <summary>The target's clock as a plan may set it.</summary>
internal static class TargetClock
{
    /// <summary>Below this the bus clock of the ESP32 family falls with the processor's, and with it the baud rate of firmware whose UART runs from it: docs/loads.md.</summary>
    public const long LowestSafeUartHz = 80_000_000;

    /// <summary>Refuses what no such board has; the rest its port decides.</summary>
    /// <exception cref="LatencyLabException">No clock of a microcontroller (kind usage).</exception>
    public static void Check(long? hz)
    {
        if (hz is < 1_000_000 or > 1_000_000_000)
        {
            throw new LatencyLabException(FaultKind.Usage, $"{UnitText.Frequency(hz.Value)} is no clock of such a board.", "--cpu-freq", "Write it like 240MHz.");
        }
    }
}
