using LatencyLab.Boards;

namespace LatencyLab.Targets;

/// <summary>The <c>toggle</c> test (docs/protocol.md section 2.5): one burst of periods, written in one of several ways.</summary>
/// <param name="Nonce">Number of this measurement.</param>
/// <param name="ResponsePin">GPIO that toggles.</param>
/// <param name="Variant">One of <see cref="Variants"/>.</param>
/// <param name="Periods">Times that the pin goes high and low.</param>
/// <param name="Seconds">How long the measurement is planned to take; the dead man waits ten seconds more.</param>
/// <param name="Set">SET register of the pin, for "viper".</param>
public sealed record ToggleTest(uint Nonce, int ResponsePin, string Variant, int Periods, double Seconds, SetRegister? Set) : ITargetTest
{
    /// <summary>Most periods in one burst, during which a board hears nobody: below a second on the slowest port.</summary>
    public const int MaxPeriods = 10_000;

    /// <summary>Every way to toggle: pin.value(1), pin(1), pin.on(), pin.toggle(), value() as machine code, and the GPIO registers.</summary>
    public static IReadOnlyList<string> Variants { get; } = ["value", "call", "on-off", "toggle", "native", "viper"];

    public TargetConditions Conditions { get; init; } = TargetConditions.AsFound;

    public string Call => "toggle";

    public IEnumerable<string> Parts =>
    [
        "target/core", "target/frame", "target/toggle", .. Variant is "native" or "viper" ? new[] { "target/toggle_" + Variant } : [], .. Conditions.Parts,
    ];

    public string ToJson() => Conditions.AddTo(CallJson.Text(
        ("nonce", Nonce), ("response_pin", ResponsePin), ("variant", Variant), ("periods", Periods), ("seconds", Seconds), ("set", CallJson.Register(Set))));
}
