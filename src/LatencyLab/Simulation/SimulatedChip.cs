using LatencyLab.Boards;

namespace LatencyLab.Simulation;

/// <summary>What a simulated board is: the chip's pins from the catalog, and how its MicroPython port calls itself and behaves.</summary>
/// <param name="Facts">The chip's pins and clock.</param>
/// <param name="Port"><c>sys.platform</c>.</param>
/// <param name="Machine">Last part of the banner and of <c>sys.implementation</c>.</param>
/// <param name="Build"><c>sys.implementation._build</c>.</param>
/// <param name="SchedulerDepth">Callbacks that wait at most: MICROPY_SCHEDULER_DEPTH of the port.</param>
/// <param name="UniqueIdBytes">Length of <c>machine.unique_id()</c>.</param>
/// <param name="FreeHeapBytes">What <c>gc.mem_free()</c> says after a soft reset.</param>
/// <param name="HardIrq"><c>Pin.irq(hard=True)</c> is accepted.</param>
internal sealed record SimulatedChip(
    Chip Facts, string Port, string Machine, string Build, int SchedulerDepth, int UniqueIdBytes, int FreeHeapBytes, bool HardIrq)
{
    public string Id => Facts.Id;

    public long ClockHz => Facts.DefaultCpuMhz * 1_000_000L;

    /// <summary>RISC-V chips got their native code emitter late.</summary>
    public bool IsRiscV => Id is "esp32c3" or "esp32c6";

    public bool HasPullDown => Port != "esp8266";

    /// <summary>The chip of that name or alias.</summary>
    /// <exception cref="LatencyLabException">There is no such chip (kind usage).</exception>
    public static SimulatedChip Get(string name)
    {
        var facts = BoardCatalog.Get(name);
        return facts.Id switch
        {
            "esp8266" => new(facts, "esp8266", "ESP module with ESP8266", "ESP8266_GENERIC", 4, 4, 37_000, HardIrq: false),
            "rp2040" => new(facts, "rp2", "Raspberry Pi Pico with RP2040", "RPI_PICO", 8, 8, 237_184, HardIrq: true),
            "esp32" => new(facts, "esp32", "Generic ESP32 module with ESP32", "ESP32_GENERIC", 8, 6, 166_000, HardIrq: false),
            "esp32s2" => new(facts, "esp32", "Generic ESP32S2 module with ESP32S2", "ESP32_GENERIC_S2", 8, 6, 150_000, HardIrq: false),
            "esp32s3" => new(facts, "esp32", "Generic ESP32S3 module with ESP32S3", "ESP32_GENERIC_S3", 8, 6, 190_000, HardIrq: false),
            "esp32c3" => new(facts, "esp32", "ESP32C3 module with ESP32C3", "ESP32_GENERIC_C3", 8, 6, 160_000, HardIrq: false),
            "esp32c6" => new(facts, "esp32", "ESP32C6 module with ESP32C6", "ESP32_GENERIC_C6", 8, 6, 200_000, HardIrq: false),
            _ => throw new LatencyLabException(FaultKind.Usage, $"the {facts.Name} has no simulated board"),
        };
    }

    /// <summary>What <c>machine.freq(hz)</c> raises on this port, or null where it works.</summary>
    public string? ClockFault(long hz) => Port switch
    {
        "esp8266" => hz is 80_000_000 or 160_000_000 ? null : "ValueError: frequency can only be either 80Mhz or 160MHz",
        "rp2" => hz is >= 48_000_000 and <= 270_000_000 && hz % 1_000_000 == 0 ? null : "ValueError: cannot change frequency",
        _ when hz is 20_000_000 or 40_000_000 or 80_000_000 or 160_000_000 || (hz == 240_000_000 && !IsRiscV) => null,
        _ => IsRiscV ? "ValueError: frequency must be 20MHz, 40MHz, 80Mhz or 160MHz" : "ValueError: frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz",
    };

    /// <summary>Why the script's WiFi load can't be made, or null where it can.</summary>
    public string? WifiFault => Id == "rp2040" ? "ImportError: no module named 'network'" : null;

    /// <summary>What <c>Pin(n)</c> raises on this board's build, or null where it works.</summary>
    public string? PinFault(int gpio) =>
        Facts.Pin(gpio)?.Constructor is { } ok && (ok.StartsWith("ok", StringComparison.Ordinal) || (ok.EndsWith("ok otherwise", StringComparison.Ordinal) && !ok.Contains("USB", StringComparison.Ordinal)))
            ? null
            : "ValueError: invalid pin";
}
