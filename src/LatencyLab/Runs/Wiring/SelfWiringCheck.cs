using LatencyLab.MicroPython;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Runs.Wiring;

/// <summary>Proves the one wire of a self-timed run: between two pins of the same board, by its own pulls first, and driven only when it follows them.</summary>
public static class SelfWiringCheck
{
    private static readonly bool[] Levels = [true, false, true, false];

    /// <summary>Probes the wire and leaves both pins as inputs.</summary>
    /// <exception cref="LatencyLabException">The wire is open or held (kind measurement).</exception>
    public static async Task<IReadOnlyList<WireDocument>> RunAsync(ScriptedBoard board, int stimulusPin, int pin, CancellationToken cancellationToken)
    {
        await board.ReleaseAsync([stimulusPin, pin], cancellationToken);
        var pulled = false;
        try
        {
            foreach (var level in Levels)
            {
                if (await TryPullAsync(board, pin, level, cancellationToken))
                {
                    pulled = true;
                    if (await board.ReadPinAsync(stimulusPin, PinBias.None, cancellationToken) != level)
                    {
                        throw Open(stimulusPin, pin);
                    }
                }
            }

            foreach (var level in Levels)
            {
                await board.DrivePinAsync(stimulusPin, level, cancellationToken);
                if (await WiringCheck.ReadAgainstAsync(board, pin, level, cancellationToken) != level)
                {
                    throw Open(stimulusPin, pin);
                }
            }
        }
        finally
        {
            await board.ReleaseAsync([stimulusPin, pin], CancellationToken.None);
        }

        return
        [
            new WireDocument
            {
                Name = "stimulus", From = $"target GPIO{stimulusPin}", To = $"target GPIO{pin}", Proven = true,
                Proof = pulled ? "followed the board's own pulls, then followed when driven" : "followed when driven",
            },
        ];
    }

    private static async Task<bool> TryPullAsync(ScriptedBoard board, int pin, bool level, CancellationToken cancellationToken)
    {
        try
        {
            await board.ReadPinAsync(pin, level ? PinBias.Up : PinBias.Down, cancellationToken);
            return true;
        }
        catch (BoardRefusedException)
        {
            // The ESP8266 has no pull-down.
            return false;
        }
    }

    private static LatencyLabException Open(int stimulusPin, int pin) => new(
        FaultKind.Measurement, $"The wire from GPIO{stimulusPin} to GPIO{pin} of the board is open or held: the far end doesn't follow.", "wiring check",
        $"Connect GPIO{stimulusPin} with GPIO{pin} of the same board, through 220 ohm to 1 kohm, and nothing else.");
}
