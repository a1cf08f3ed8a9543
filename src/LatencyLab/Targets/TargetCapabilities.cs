using LatencyLab.MicroPython;

namespace LatencyLab.Targets;

/// <summary>What a target can do, found by trying (docs/protocol.md section 2.2).</summary>
/// <param name="Hard">It calls a handler inside the interrupt.</param>
/// <param name="Native">It compiles native code.</param>
/// <param name="Viper">It compiles viper code.</param>
/// <param name="Toggle">Its pins have toggle().</param>
public sealed record TargetCapabilities(bool Hard, bool Native, bool Viper, bool Toggle)
{
    /// <summary>Asks a board.</summary>
    /// <param name="board">The target.</param>
    /// <param name="pin">A GPIO that may be asked for a hard interrupt.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="DeviceException">The board doesn't answer as the protocol says.</exception>
    public static async Task<TargetCapabilities> AskAsync(ScriptedBoard board, int pin, CancellationToken cancellationToken)
    {
        await board.LoadAsync(["target/core", "target/caps"], cancellationToken);
        var line = await board.CallAsync("caps", CallJson.Text(("pin", pin)), "CAPS", cancellationToken);
        return new TargetCapabilities(
            BoardLine.IsTrue(line, "hard"), BoardLine.IsTrue(line, "native"), BoardLine.IsTrue(line, "viper"), BoardLine.IsTrue(line, "toggle"));
    }

    /// <summary>Whether the board can toggle in one of the <see cref="ToggleTest.Variants"/>.</summary>
    public bool Has(string variant) => variant switch { "toggle" => Toggle, "native" => Native, "viper" => Viper, _ => true };
}
