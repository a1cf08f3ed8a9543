using System.Globalization;

namespace LatencyLab.Boards;

/// <summary>A register that switches pins on by writing ones, and the bit of one pin in it; the CLEAR register is the next 32-bit word.</summary>
public readonly record struct SetRegister(uint Address, uint Mask);

/// <summary>A register that shows the levels of pins, and the bit of one pin in it.</summary>
public readonly record struct InRegister(uint Address, uint Mask);

/// <summary>Addresses as they stand in a chip's data file.</summary>
public sealed record ChipRegisters
{
    /// <summary>Hexadecimal address of the SET register for GPIO0 to GPIO31.</summary>
    public required string Set { get; init; }

    /// <summary>The same for GPIO32 and above, where the chip has them.</summary>
    public string? SetHigh { get; init; }

    /// <summary>Hexadecimal address of the register that shows the levels of GPIO0 to GPIO31.</summary>
    public required string In { get; init; }

    /// <summary>The same for GPIO32 and above, where the chip has them.</summary>
    public string? InHigh { get; init; }

    /// <summary>Pins that neither register reaches.</summary>
    public required IReadOnlyList<int> Without { get; init; }
}

/// <summary>A kind of fact whose source isn't confirmed: shown with every such fact.</summary>
public sealed record UnverifiedFact(string Fact, string Why);

/// <summary>The wiring to propose first.</summary>
public sealed record SuggestedWiring(int IrqInput, int ResponseOutput);

/// <summary>A statement of the widespread machine.Pin article for ESP8266 and ESP32 beside the right one; no pins: it concerns the whole chip.</summary>
public sealed record Correction(IReadOnlyList<int> Pins, string Article, string Right);

/// <summary>A chip that can be a target or a sampler, with every GPIO that MicroPython knows on it.</summary>
public sealed record Chip
{
    /// <summary>Name of the data file's layout: <c>latencylab.chip/1</c>.</summary>
    public required string Schema { get; init; }

    /// <summary>Lower-case name as typed on the command line, e.g. <c>esp32s3</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Name as printed, e.g. <c>ESP32-S3</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The chip with the modules that carry it.</summary>
    public required string Title { get; init; }

    /// <summary>Other names of the chip or of boards with it, in the form of <see cref="BoardCatalog.Normalize"/>.</summary>
    public required IReadOnlyList<string> Aliases { get; init; }

    public required IReadOnlyList<string> Sources { get; init; }

    public required IReadOnlyList<UnverifiedFact> Unverified { get; init; }

    /// <summary>CPU clock in MHz after a reset of MicroPython.</summary>
    public required int DefaultCpuMhz { get; init; }

    public required ChipRegisters Registers { get; init; }

    public required SuggestedWiring Suggested { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>GPIO numbers that the flash takes; they may have no row in <see cref="Pins"/>.</summary>
    public required IReadOnlyList<int> FlashPins { get; init; }

    public required IReadOnlyList<Correction> Corrections { get; init; }

    /// <summary>Ascending by GPIO number.</summary>
    public required IReadOnlyList<PinFacts> Pins { get; init; }

    /// <summary>The facts of one GPIO, or null where the chip has none of that number that MicroPython could use.</summary>
    public PinFacts? Pin(int gpio) => Pins.FirstOrDefault(pin => pin.Gpio == gpio);

    /// <summary>The source of a kind of fact ("boot", "strap.pull") where it isn't confirmed, or null.</summary>
    public string? WhyUnverified(string fact) =>
        Unverified.FirstOrDefault(u => string.Equals(u.Fact, fact, StringComparison.Ordinal))?.Why;

    /// <summary>
    /// Where viper code writes to drive a pin, or null where no SET register reaches it (GPIO16 of the ESP8266).
    /// </summary>
    public SetRegister? SetRegisterOf(int gpio)
    {
        var address = gpio < 32 ? Registers.Set : Registers.SetHigh;
        if (address is null || Pin(gpio) is not { CanOutput: true } || Registers.Without.Contains(gpio))
        {
            return null;
        }

        return new SetRegister(Hex(address), 1u << (gpio % 32));
    }

    /// <summary>Where viper code reads a pin, or null where the register doesn't show it (GPIO16 of the ESP8266).</summary>
    public InRegister? InRegisterOf(int gpio)
    {
        var address = gpio < 32 ? Registers.In : Registers.InHigh;
        return address is null || Pin(gpio) is not { CanInput: true } || Registers.Without.Contains(gpio)
            ? null
            : new InRegister(Hex(address), 1u << (gpio % 32));
    }

    /// <summary>Why there is no row for a GPIO number: taken by the flash, or not there at all.</summary>
    public string WhyMissing(int gpio) => FlashPins.Contains(gpio)
        ? $"GPIO{gpio} of the {Name} is wired to the flash"
        : $"the {Name} has no GPIO{gpio} in MicroPython";

    private static uint Hex(string address) => uint.Parse(address.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
