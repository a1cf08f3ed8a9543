using System.Globalization;
using LatencyLab.Boards;

namespace LatencyLab.Targets;

/// <summary>A UART of the target that the load may use.</summary>
/// <param name="Number">As <c>machine.UART</c> counts.</param>
/// <param name="Tx">GPIO that sends.</param>
/// <param name="Rx">GPIO that listens; null where the port gives the UART no choice of pins.</param>
public sealed record UartPins(int Number, int Tx, int? Rx)
{
    /// <summary>As the script takes it.</summary>
    public string ToJson() => string.Create(CultureInfo.InvariantCulture, $"[{Number},{Tx},{Rx?.ToString(CultureInfo.InvariantCulture) ?? "null"}]");

    /// <summary>UARTs other than that of the REPL on pins that the plan leaves free; the board tries them in order.</summary>
    /// <exception cref="LatencyLabException">There is none (kind usage).</exception>
    public static IReadOnlyList<UartPins> FreeOn(Chip chip, params IReadOnlyCollection<int> used)
    {
        // ESP8266: UART 1 sends on GPIO2 and can't listen. RP2: ports/rp2/machine_uart.c gives each UART its own pins. ESP32: any pin, and none may be
        // left to its default, which is a line of the flash (ports/esp32/machine_uart.c).
        IEnumerable<UartPins> all = chip.Id switch
        {
            "esp8266" => [new UartPins(1, 2, null)],
            "rp2040" or "rp2350" => new[] { 8, 4, 20 }.Select(tx => new UartPins(1, tx, tx + 1)).Concat(new[] { 0, 12, 16 }.Select(tx => new UartPins(0, tx, tx + 1))),
            _ => PinRules.Suitable(chip, PinUse.ResponseOutput).Where(gpio => !used.Contains(gpio)).Chunk(2).Where(pair => pair.Length == 2).Take(1)
                .Select(pair => new UartPins(1, pair[0], pair[1])),
        };
        var free = all.Where(uart => !used.Contains(uart.Tx) && !(uart.Rx is { } rx && used.Contains(rx))).ToArray();
        return free.Length > 0
            ? free
            : throw new LatencyLabException(FaultKind.Usage, $"The load uart finds no free pins on the {chip.Name}.", "--load", "Measure on other pins.");
    }
}
