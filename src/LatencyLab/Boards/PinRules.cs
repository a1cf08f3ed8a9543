namespace LatencyLab.Boards;

/// <summary>What a measurement wants of a pin of the target.</summary>
public enum PinUse
{
    /// <summary>Takes the stimulus and interrupts.</summary>
    IrqInput,

    /// <summary>Takes the stimulus and is read in a loop.</summary>
    StimulusInput,

    /// <summary>Gives the response, or the signal of the toggle test.</summary>
    ResponseOutput,
}

/// <summary>The internal resistor that a plan asks for.</summary>
public enum PinPull
{
    None,
    Up,
    Down,
}

/// <summary>How a question about a pin is answered.</summary>
public enum PinPermission
{
    Allowed,
    Warned,
    Refused,
}

/// <summary>
/// The answer about one pin. <see cref="Why"/> is a full clause that names the pin, empty where the pin is simply allowed; <see cref="Instead"/>
/// proposes pins where the pin is refused; <see cref="Forceable"/> says that <c>--force-pin</c> would turn the refusal into a warning.
/// </summary>
public sealed record PinAnswer(PinPermission Permission, string Why, IReadOnlyList<int> Instead, bool Forceable = false)
{
    internal static PinAnswer Allowed { get; } = new(PinPermission.Allowed, "", []);

    /// <summary>Returns the answer itself, or throws a usage fault with the proposal where it is a refusal.</summary>
    public PinAnswer OrThrow() => Permission != PinPermission.Refused
        ? this
        : throw new LatencyLabException(FaultKind.Usage, Why, null, Remedy);

    private string? Remedy
    {
        get
        {
            var proposal = Instead.Count == 0 ? null : $"Use {string.Join(" or ", Instead.Select(gpio => $"GPIO{gpio}"))} instead";
            return (proposal, Forceable) switch
            {
                (null, false) => null,
                (null, true) => "Add --force-pin if you know the board.",
                (_, false) => proposal + ".",
                _ => proposal + ", or add --force-pin if you know the board.",
            };
        }
    }
}

/// <summary>
/// Which pins a run may use, decided before a board is touched. A capability that the chip lacks, a forbidden rank and the lines of the REPL are
/// refused for good; rank "avoid" is refused unless forced; rank "caution" and pins that only some builds have warn.
/// </summary>
public static class PinRules
{
    private const int Proposals = 3;

    /// <summary>May this pin serve that use, with that pull?</summary>
    /// <param name="chip">Whose pin it is.</param>
    /// <param name="gpio">The pin.</param>
    /// <param name="use">What it would do.</param>
    /// <param name="pull">The pull that it would have.</param>
    /// <param name="force">True where the user knows better than our advice.</param>
    /// <param name="taken">A pin that serves another use, so that it isn't proposed; null for none.</param>
    public static PinAnswer Ask(Chip chip, int gpio, PinUse use, PinPull pull = PinPull.None, bool force = false, int? taken = null)
    {
        if (Denial(chip, gpio, use, pull) is { } denial)
        {
            return Refused(chip, gpio, use, pull, taken, denial, forceable: false);
        }

        var pin = chip.Pin(gpio)!;
        var reason = $"GPIO{gpio} of the {chip.Name}: {pin.Why}";
        return pin.Rank switch
        {
            PinRank.Avoid when !force => Refused(chip, gpio, use, pull, taken, reason, forceable: true),
            PinRank.Avoid or PinRank.Caution => new PinAnswer(PinPermission.Warned, reason, []),
            _ when pin.ValidWhen is not null => new PinAnswer(PinPermission.Warned, reason, []),
            _ => PinAnswer.Allowed,
        };
    }

    /// <summary>
    /// The response pin where the user names none: the next higher GPIO of rank recommended or ok that can be an output, wrapping round;
    /// never the pin itself, never a line of the REPL.
    /// </summary>
    /// <exception cref="LatencyLabException">No pin of the chip qualifies (usage).</exception>
    public static int DefaultResponsePin(Chip chip, int gpio)
    {
        var suitable = chip.Pins
            .Where(pin => pin.Gpio != gpio && pin.Rank <= PinRank.Ok && pin.CanOutput && !pin.CarriesRepl)
            .Select(pin => pin.Gpio)
            .ToArray();
        return suitable.Length == 0
            ? throw new LatencyLabException(FaultKind.Usage, $"no pin of the {chip.Name} suits as response output", null, "Name one with --response-pin.")
            : suitable.Where(other => other > gpio).DefaultIfEmpty(suitable[0]).First();
    }

    /// <summary>Pins that serve the use without a warning, the suggested wiring first.</summary>
    public static IEnumerable<int> Suitable(Chip chip, PinUse use, PinPull pull = PinPull.None)
    {
        var first = use == PinUse.ResponseOutput ? chip.Suggested.ResponseOutput : chip.Suggested.IrqInput;
        return chip.Pins
            .Where(pin => pin.Rank <= PinRank.Ok && pin.ValidWhen is null && Denial(chip, pin.Gpio, use, pull) is null)
            .OrderBy(pin => pin.Gpio == first ? 0 : 1)
            .ThenBy(pin => pin.Rank)
            .ThenBy(pin => pin.Gpio)
            .Select(pin => pin.Gpio);
    }

    // What no force can overrule, or null.
    private static string? Denial(Chip chip, int gpio, PinUse use, PinPull pull)
    {
        if (chip.Pin(gpio) is not { } pin)
        {
            return chip.WhyMissing(gpio);
        }

        var name = $"GPIO{gpio} of the {chip.Name}";
        var note = pin.Why.Length == 0 ? "" : $": {pin.Why}";
        return use switch
        {
            _ when pin.Rank == PinRank.Forbidden => $"{name} must not be used{note}",
            _ when pin.CarriesRepl => $"{name} would cut the line to the host{note}",
            PinUse.IrqInput when !pin.CanInterrupt => $"{name} can't interrupt{note}",
            PinUse.StimulusInput when !pin.CanInput => $"{name} can't be an input{note}",
            PinUse.ResponseOutput when !pin.CanOutput => $"{name} can't be an output{note}",
            _ => DenialOfPull(pin, name, pull),
        };
    }

    // The ESP32 port says nothing when it can't switch a pull on: the input floats and fires ghost interrupts (machine_pin.c; IDF only logs).
    private static string? DenialOfPull(PinFacts pin, string name, PinPull pull) => pull switch
    {
        PinPull.Up when !pin.PullUp => $"{name} has no pull-up that MicroPython can switch on, and the chip might not say so",
        PinPull.Down when !pin.PullDown => $"{name} has no pull-down that MicroPython can switch on, and the chip might not say so",
        _ => null,
    };

    private static PinAnswer Refused(Chip chip, int gpio, PinUse use, PinPull pull, int? taken, string why, bool forceable) =>
        new(PinPermission.Refused, why, [.. Suitable(chip, use, pull).Where(other => other != gpio && other != taken).Take(Proposals)], forceable);
}
