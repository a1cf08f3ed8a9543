using LatencyLab.Boards;

namespace LatencyLab.Cli.Text;

/// <summary>Chips and pins as a reader at a terminal wants them.</summary>
public static class PinsText
{
    /// <summary>One line a pin.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="chip">The chip.</param>
    /// <param name="pins">Those of its pins that are wanted.</param>
    /// <param name="columns">What a line is cut to; null for whole lines.</param>
    public static void WriteTable(TextWriter text, Chip chip, IEnumerable<PinFacts> pins, int? columns = null)
    {
        text.WriteLine($"{chip.Title}; proposed wiring: --pin {chip.Suggested.IrqInput} --response-pin {chip.Suggested.ResponseOutput}");
        text.WriteLine();
        text.WriteLine("GPIO  rank         irq  out  pulls    remark");
        foreach (var pin in pins)
        {
            text.WriteLine(Cut($"{pin.Gpio,4}  {RankWord(pin),-11}  {YesNo(pin.CanInterrupt),-3}  {YesNo(pin.CanOutput),-3}  {Pulls(pin),-7}  {pin.Why}".TrimEnd(), columns));
        }

        text.WriteLine();
        foreach (var note in chip.Notes)
        {
            text.WriteLine($"note: {note}");
        }

        text.WriteLine($"All about one pin: latencylab pins {chip.Id} --explain {chip.Pins[0].Gpio}");
    }

    /// <summary>Everything on record about one pin, with what isn't confirmed and what the widespread article has wrong.</summary>
    public static void WriteExplanation(TextWriter text, Chip chip, PinFacts pin)
    {
        text.WriteLine($"GPIO{pin.Gpio} of the {chip.Name}, {chip.Title}: {RankWord(pin)}");
        text.WriteLine();
        Row("interrupt input", Answer(PinRules.Ask(chip, pin.Gpio, PinUse.IrqInput)));
        Row("response output", Answer(PinRules.Ask(chip, pin.Gpio, PinUse.ResponseOutput)));
        Row($"Pin({pin.Gpio})", pin.Constructor);
        Row("pulls", PullNames(pin));
        Row("boot", pin.Strap?.Describe());
        Row("strap pull", Marked(chip, "strap.pull", pin.Strap?.Pull));
        Row("at reset", Marked(chip, "boot", pin.Boot));
        Row("reserved", pin.Reserved);
        Row("UART0 (REPL)", pin.Uart0);
        Row("USB", pin.Usb);
        Row("JTAG", pin.Jtag);
        Row("ADC", pin.Adc);
        Row("touch", pin.Touch);
        Row("DAC", pin.Dac);
        Row("RTC", pin.Rtc is null ? null : $"{pin.Rtc}{(pin.Wake ? ", wakes from deep sleep" : "")}");
        Row("by default", pin.Defaults.Count == 0 ? null : string.Join(", ", pin.Defaults));
        Row("only with", pin.ValidWhen?.Replace('_', ' '));
        Row("note", pin.Note.Length == 0 ? null : pin.Note);
        Row("viper", chip.SetRegisterOf(pin.Gpio) is { } set ? $"SET register 0x{set.Address:X8}, mask 0x{set.Mask:X8}" : "no SET register drives it");
        WriteCorrections(text, chip, pin.Gpio);
        text.WriteLine();
        text.WriteLine("Sources:");
        foreach (var source in chip.Sources)
        {
            text.WriteLine($"  {source}");
        }

        void Row(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                text.WriteLine($"  {name,-16} {value}");
            }
        }
    }

    private static void WriteCorrections(TextWriter text, Chip chip, int gpio)
    {
        var corrections = chip.Corrections.Where(c => c.Pins.Count == 0 || c.Pins.Contains(gpio)).OrderBy(c => c.Pins.Count == 0).ToArray();
        if (corrections.Length == 0)
        {
            return;
        }

        text.WriteLine();
        text.WriteLine("The widespread machine.Pin article for ESP8266 and ESP32 says otherwise (all of it: docs/pins-article.md):");
        foreach (var correction in corrections)
        {
            text.WriteLine($"  it says: {correction.Article}");
            text.WriteLine($"  right:   {correction.Right}");
        }
    }

    private static string Answer(PinAnswer answer) => answer.Permission switch
    {
        PinPermission.Allowed => "yes",
        PinPermission.Warned => "yes, with a warning",
        _ => $"refused{(answer.Forceable ? " unless --force-pin" : "")}; instead {string.Join(", ", answer.Instead.Select(gpio => $"GPIO{gpio}"))}",
    };

    private static string? Marked(Chip chip, string fact, string? value) =>
        value is null || chip.WhyUnverified(fact) is not { } why ? value : $"{value} [unverified: {why}]";

    private static string RankWord(PinFacts pin) => pin.Rank.ToString().ToLowerInvariant();

    private static string YesNo(bool value) => value ? "yes" : "no";

    private static string Pulls(PinFacts pin) => (pin.PullUp, pin.PullDown) switch
    {
        (true, true) => "up down",
        (true, false) => "up",
        (false, true) => "down",
        _ => "-",
    };

    private static string PullNames(PinFacts pin) => (pin.PullUp, pin.PullDown) switch
    {
        (true, true) => "Pin.PULL_UP, Pin.PULL_DOWN",
        (true, false) => "Pin.PULL_UP",
        (false, true) => "Pin.PULL_DOWN",
        _ => "none: a pull would be refused or silently ignored",
    };

    private static string Cut(string line, int? columns) => columns is not { } width || line.Length <= width ? line : string.Concat(line.AsSpan(0, width - 1), "…");
}
