using System.Text.Json.Serialization;

namespace LatencyLab.Boards;

/// <summary>How far a pin suits a measurement: our recommendation, made from the facts beside it.</summary>
public enum PinRank
{
    [JsonStringEnumMemberName("recommended")] Recommended,
    [JsonStringEnumMemberName("ok")] Ok,

    /// <summary>Works, with something to know first; a run warns.</summary>
    [JsonStringEnumMemberName("caution")] Caution,

    /// <summary>Works in some builds or at a price; a run refuses it unless forced.</summary>
    [JsonStringEnumMemberName("avoid")] Avoid,

    /// <summary>Crashes the board or isn't a GPIO in practice; a run always refuses it.</summary>
    [JsonStringEnumMemberName("forbidden")] Forbidden,
}

/// <summary>What the level of a strapping pin decides at reset.</summary>
public sealed record Strap
{
    /// <summary>Level at reset that starts the firmware from flash, in words.</summary>
    public string? NeedForRun { get; init; }

    public string? DownloadNeeds { get; init; }

    public string? LowMeans { get; init; }

    public string? HighMeans { get; init; }

    public string? Effect { get; init; }

    /// <summary>Pull that holds the strap when nothing is connected.</summary>
    public string? Pull { get; init; }

    /// <summary>What the strap decides, without a full stop; the pull stands apart because its source isn't always confirmed.</summary>
    public string Describe()
    {
        string?[] parts =
        [
            NeedForRun is null ? null : $"level at reset to run: {NeedForRun}",
            LowMeans is null ? null : $"low: {LowMeans}",
            HighMeans is null ? null : $"high: {HighMeans}",
            DownloadNeeds is null ? null : $"download needs: {DownloadNeeds}",
            Effect is null ? null : $"decides: {Effect}",
        ];
        return $"strap ({string.Join("; ", parts.Where(part => part is not null))})";
    }
}

/// <summary>
/// One GPIO as MicroPython offers it: what it can do and what it costs. Every statement stands in the chip's data file, whose
/// <see cref="Chip.Sources"/> say where it comes from and whose <see cref="Chip.Unverified"/> say which facts aren't confirmed.
/// </summary>
public sealed record PinFacts
{
    public required int Gpio { get; init; }

    /// <summary>What <c>machine.Pin(n)</c> does: "ok", or the exception it raises and when.</summary>
    [JsonPropertyName("pin_ctor")]
    public required string Constructor { get; init; }

    [JsonPropertyName("out")]
    public required bool CanOutput { get; init; }

    [JsonPropertyName("inp")]
    public required bool CanInput { get; init; }

    /// <summary><c>Pin.irq()</c> works.</summary>
    [JsonPropertyName("irq")]
    public required bool CanInterrupt { get; init; }

    /// <summary>A pull-up that MicroPython can switch on; false also where the chip ignores the request without a word.</summary>
    public required bool PullUp { get; init; }

    /// <summary>A pull-down that MicroPython can switch on; false also where the chip ignores the request without a word.</summary>
    public required bool PullDown { get; init; }

    public string? Adc { get; init; }

    public string? Touch { get; init; }

    public string? Dac { get; init; }

    public string? Rtc { get; init; }

    /// <summary>Can wake the chip from deep sleep.</summary>
    public required bool Wake { get; init; }

    public Strap? Strap { get; init; }

    /// <summary>What the board itself uses the pin for (flash, PSRAM), or null.</summary>
    public string? Reserved { get; init; }

    /// <summary>"TX" or "RX" where the pin carries UART0, the REPL of boards with a USB-serial chip.</summary>
    public string? Uart0 { get; init; }

    /// <summary>"D+" or "D-" where the pin carries the chip's own USB, the REPL of boards without a USB-serial chip.</summary>
    public string? Usb { get; init; }

    public string? Jtag { get; init; }

    /// <summary>Level and activity from reset until MicroPython runs.</summary>
    public string? Boot { get; init; }

    /// <summary>Peripherals that MicroPython puts here by default.</summary>
    public required IReadOnlyList<string> Defaults { get; init; }

    public required PinRank Rank { get; init; }

    public required string Note { get; init; }

    /// <summary>Condition on the MicroPython build under which the pin exists; the board is asked before a run. Null: always.</summary>
    public string? ValidWhen { get; init; }

    /// <summary>True where using the pin cuts the line to the host.</summary>
    [JsonIgnore]
    public bool CarriesRepl => Uart0 is not null || Usb is not null;

    /// <summary>Why the pin isn't simply recommended: everything on record, joined by semicolons; empty where there is nothing to say.</summary>
    [JsonIgnore]
    public string Why
    {
        get
        {
            string?[] reasons =
            [
                Reserved is null ? null : $"carries {Reserved}",
                Uart0 is null ? null : $"carries {Uart0} of UART0, the REPL",
                Usb is null ? null : $"carries USB {Usb}, the REPL",
                Strap?.Describe(),
                ValidWhen is null ? null : $"there only on builds with {ValidWhen.Replace('_', ' ')}",
                Note.Length == 0 ? null : Note,
            ];
            return string.Join("; ", reasons.Where(reason => !string.IsNullOrEmpty(reason)));
        }
    }
}
