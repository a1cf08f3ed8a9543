using LatencyLab.Boards;
using LatencyLab.Signals;

namespace LatencyLab.Targets;

/// <summary>What answers the interrupt on the target.</summary>
public enum IrqHandler
{
    /// <summary>Ordinary MicroPython code.</summary>
    Bytecode,

    /// <summary>The same code compiled to machine code.</summary>
    Native,

    /// <summary>Writes to the GPIO registers.</summary>
    Viper,

    /// <summary>Bytecode called inside the interrupt itself, without the scheduler; rp2 only.</summary>
    Hard,

    /// <summary>The user's own code, in the frame of docs/own-handler.md.</summary>
    Script,
}

/// <summary>What the target does between interrupts.</summary>
public enum IdleLoop
{
    /// <summary>Sleeps 10 ms at a time.</summary>
    Sleep,

    /// <summary>Runs bytecode all the time.</summary>
    Spin,
}

/// <summary>The <c>irq</c> test as the target script is asked for it (docs/protocol.md section 2.3).</summary>
/// <param name="Nonce">Number of this measurement; lines with another one belong to somebody else.</param>
/// <param name="Pin">GPIO with the interrupt.</param>
/// <param name="ResponsePin">GPIO that answers.</param>
/// <param name="Edge">Edges that interrupt.</param>
/// <param name="Handler">What answers.</param>
/// <param name="Idle">What runs in between.</param>
/// <param name="Seconds">How long the measurement is planned to take; the dead man waits ten seconds more.</param>
/// <param name="Set">SET register of the response pin, for <see cref="IrqHandler.Viper"/>.</param>
public sealed record IrqTest(
    uint Nonce, int Pin, int ResponsePin, EdgeKind Edge, IrqHandler Handler, IdleLoop Idle, double Seconds, SetRegister? Set) : ITargetTest
{
    public string Call => "irq";

    public TargetConditions Conditions { get; init; } = TargetConditions.AsFound;

    /// <summary>The user's code, for <see cref="IrqHandler.Script"/>.</summary>
    public HandlerScript? Script { get; init; }

    /// <summary>The script parts that the test needs.</summary>
    public IEnumerable<string> Parts =>
    [
        "target/core", "target/frame", "target/irq",
        .. Handler switch { IrqHandler.Native => ["target/native"], IrqHandler.Viper => ["target/viper"], IrqHandler.Script => new[] { "target/script" }, _ => [] },
        .. Conditions.Parts,
    ];

    /// <summary>Arguments of the call.</summary>
    public string ToJson() => Conditions.AddTo(CallJson.Text(
        ("nonce", Nonce), ("pin", Pin), ("response_pin", ResponsePin), ("irq", EdgeWords.Of(Edge)), ("handler", CallJson.Word(Handler)), ("idle", CallJson.Word(Idle)),
        ("seconds", Seconds), ("set", Handler == IrqHandler.Viper ? CallJson.Register(Set) : null)));
}
