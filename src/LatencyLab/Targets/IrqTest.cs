using System.Globalization;
using System.Text.Json;
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
/// <param name="Load">Loads as <see cref="TargetLoads.Parse"/> writes them.</param>
/// <param name="Seconds">How long the measurement is planned to take; the dead man waits ten seconds more.</param>
/// <param name="Set">SET register of the response pin, for <see cref="IrqHandler.Viper"/>.</param>
public sealed record IrqTest(
    uint Nonce, int Pin, int ResponsePin, EdgeKind Edge, IrqHandler Handler, IdleLoop Idle, string Load, double Seconds, SetRegister? Set) : ITargetTest
{
    public string Call => "irq";

    /// <summary>UARTs that the load "uart" may use.</summary>
    public IReadOnlyList<UartPins> Uarts { get; init; } = [];

    /// <summary>Clock for the time of the test; null leaves it alone.</summary>
    public long? CpuHz { get; init; }

    /// <summary>The user's code, for <see cref="IrqHandler.Script"/>.</summary>
    public HandlerScript? Script { get; init; }

    /// <summary>The script parts that the test needs.</summary>
    public IEnumerable<string> Parts =>
    [
        "target/core", "target/irq",
        .. Handler switch { IrqHandler.Native => ["target/native"], IrqHandler.Viper => ["target/viper"], IrqHandler.Script => new[] { "target/script" }, _ => [] },
        .. TargetLoads.Parts(Load),
    ];

    /// <summary>Arguments of the call.</summary>
    public string ToJson()
    {
        var edge = Edge switch { EdgeKind.Falling => "falling", EdgeKind.Both => "both", _ => "rising" };
        var handler = Handler.ToString().ToLowerInvariant();
        var idle = Idle.ToString().ToLowerInvariant();
        var load = JsonEncodedText.Encode(Load);
        var seconds = Seconds.ToString("0.###", CultureInfo.InvariantCulture);
        var set = Handler == IrqHandler.Viper && Set is { } register ? string.Create(CultureInfo.InvariantCulture, $"[{register.Address},{register.Mask}]") : "null";
        var more = CpuHz is { } hz ? string.Create(CultureInfo.InvariantCulture, $",\"cpu_hz\":{hz}") : "";
        more += Uarts.Count > 0 ? $",\"uart\":[{string.Join(',', Uarts.Select(uart => uart.ToJson()))}]" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"nonce":{{Nonce}},"pin":{{Pin}},"response_pin":{{ResponsePin}},"irq":"{{edge}}","handler":"{{handler}}","idle":"{{idle}}","load":"{{load}}","seconds":{{seconds}},"set":{{set}}{{more}}}""");
    }
}
