using LatencyLab.Boards;

namespace LatencyLab.Targets;

/// <summary>The <c>timer</c> test (docs/protocol.md section 2.5): a periodic <c>machine.Timer</c> whose callback answers with a pulse.</summary>
/// <param name="Nonce">Number of this measurement.</param>
/// <param name="ResponsePin">GPIO that pulses.</param>
/// <param name="Handler">What the callback is.</param>
/// <param name="Idle">What runs in between.</param>
/// <param name="PeriodUs">Period in microseconds.</param>
/// <param name="Seconds">How long the measurement is planned to take; the dead man waits ten seconds more.</param>
/// <param name="Set">SET register of the pin, for <see cref="IrqHandler.Viper"/>.</param>
public sealed record TimerTest(uint Nonce, int ResponsePin, IrqHandler Handler, IdleLoop Idle, long PeriodUs, double Seconds, SetRegister? Set) : ITargetTest
{
    public TargetConditions Conditions { get; init; } = TargetConditions.AsFound;

    public string Call => "timer";

    public IEnumerable<string> Parts =>
    [
        "target/core", "target/frame", .. Handler switch { IrqHandler.Native => ["target/native"], IrqHandler.Viper => new[] { "target/viper" }, _ => [] }, "target/timer",
        .. Conditions.Parts,
    ];

    public string ToJson() => Conditions.AddTo(CallJson.Text(
        ("nonce", Nonce), ("response_pin", ResponsePin), ("handler", CallJson.Word(Handler)), ("idle", CallJson.Word(Idle)), ("period_us", PeriodUs),
        ("seconds", Seconds), ("set", CallJson.Register(Set))));
}
