using LatencyLab.Boards;
using LatencyLab.Signals;

namespace LatencyLab.Targets;

/// <summary>The <c>poll</c> test (docs/protocol.md section 2.5): no interrupt, a loop that looks at the pin and answers.</summary>
/// <param name="Nonce">Number of this measurement.</param>
/// <param name="Pin">GPIO that the loop looks at.</param>
/// <param name="ResponsePin">GPIO that answers.</param>
/// <param name="Edge">Changes that are answered.</param>
/// <param name="Handler">Bytecode, native or viper.</param>
/// <param name="Seconds">How long the measurement is planned to take; the dead man waits ten seconds more.</param>
/// <param name="In">Register that shows the pin, for <see cref="IrqHandler.Viper"/>.</param>
/// <param name="Set">SET register of the response pin, for <see cref="IrqHandler.Viper"/>.</param>
public sealed record PollTest(
    uint Nonce, int Pin, int ResponsePin, EdgeKind Edge, IrqHandler Handler, double Seconds, InRegister? In, SetRegister? Set) : ITargetTest
{
    public TargetConditions Conditions { get; init; } = TargetConditions.AsFound;

    public string Call => "poll";

    public IEnumerable<string> Parts =>
    [
        "target/core", "target/frame", "target/poll", .. Handler switch { IrqHandler.Native => ["target/poll_native"], IrqHandler.Viper => new[] { "target/poll_viper" }, _ => [] },
        .. Conditions.Parts,
    ];

    public string ToJson() => Conditions.AddTo(CallJson.Text(
        ("nonce", Nonce), ("pin", Pin), ("response_pin", ResponsePin), ("irq", EdgeWords.Of(Edge)), ("handler", CallJson.Word(Handler)), ("seconds", Seconds),
        ("in", In is { } input ? new long[] { input.Address, input.Mask } : null), ("set", CallJson.Register(Set))));
}
