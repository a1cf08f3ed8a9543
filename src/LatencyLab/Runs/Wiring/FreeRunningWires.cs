using LatencyLab.MicroPython;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Runs.Wiring;

/// <summary>What was seen of the wires to a target that can't be asked.</summary>
/// <param name="Stimulus">What was seen on the stimulus line, in one phrase.</param>
/// <param name="Response">What was seen on the response line.</param>
/// <param name="ResponseIsDriven">False where nothing holds the response line, so that no answer can come unless the target turns the pin on later.</param>
public sealed record FreeRunningWires(string Stimulus, string Response, bool ResponseIsDriven)
{
    private static readonly bool[] Levels = [true, false, true, false];

    /// <summary>
    /// Checks the wires from the sampler's side alone: a line that somebody holds is never driven, two joined lines are told, and a driven line must
    /// read back. Whether the far end is the right pin only answers can show. All pins are left as inputs.
    /// </summary>
    /// <param name="sampler">The Pico.</param>
    /// <param name="stimulusGpio">Its GPIO that will drive.</param>
    /// <param name="responseGpio">Its GPIO that listens.</param>
    /// <param name="driveHeldLine">True where the user says that what holds the stimulus line is only a pull resistor.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="LatencyLabException">A line is held or shorted (kind measurement).</exception>
    public static async Task<FreeRunningWires> CheckAsync(
        ScriptedBoard sampler, int stimulusGpio, int responseGpio, bool driveHeldLine, CancellationToken cancellationToken)
    {
        await sampler.ReleaseAsync([stimulusGpio, responseGpio], cancellationToken);
        try
        {
            var stimulusHeld = await HeldAsync(sampler, stimulusGpio, cancellationToken);
            var responseHeld = await HeldAsync(sampler, responseGpio, cancellationToken);
            if (stimulusHeld is { } level && !driveHeldLine)
            {
                throw Fault(
                    $"The stimulus line (sampler GP{stimulusGpio}) is held {(level ? "high" : "low")}: the target drives it, or pulls it harder than the sampler does.",
                    responseHeld is null
                        ? "The wires may be swapped, since nothing drives the response line: exchange them. If only a pull resistor holds the line, use --force-pin."
                        : "Make the target's pin an input. If only a pull resistor holds the line, use --force-pin.");
            }

            // A response that somebody holds may move since the target answers; one that nobody holds moves along only where it is joined to the driven line.
            var joined = responseHeld is null;
            foreach (var driven in Levels)
            {
                if (await sampler.DrivePinAsync(stimulusGpio, driven, cancellationToken) != driven)
                {
                    throw Fault(
                        $"The stimulus line (sampler GP{stimulusGpio}) stays {(driven ? "low" : "high")} when it is driven {(driven ? "high" : "low")}.",
                        "Look for a short to ground or 3.3 V, or for an output of the target on this wire.");
                }

                joined = joined && await WiringCheck.ReadAgainstAsync(sampler, responseGpio, driven, cancellationToken) == driven;
            }

            if (joined)
            {
                throw Fault($"The stimulus and the response line (sampler GP{stimulusGpio} and GP{responseGpio}) are shorted together.", "Separate the two wires.");
            }

            return new FreeRunningWires(
                stimulusHeld is null ? "follows the sampler's pulls, reads back when driven" : "held by a pull (--force-pin), reads back when driven",
                responseHeld is { } idle ? $"held {(idle ? "high" : "low")} from the other end" : "held by nobody: it follows the sampler's pulls", responseHeld is not null);
        }
        finally
        {
            await sampler.ReleaseAsync([stimulusGpio, responseGpio], CancellationToken.None);
        }
    }

    /// <summary>The wires as run.json tells them: answers to stimuli are the proof, if any came.</summary>
    internal IReadOnlyList<WireDocument> ToDocuments(int stimulusGpio, int responseGpio, bool answered)
    {
        var seen = answered ? "; answers came" : "; no answer came";
        return
        [
            new WireDocument { Name = "stimulus", From = $"sampler GP{stimulusGpio}", To = "target", Proven = answered, Proof = Stimulus + seen },
            new WireDocument { Name = "response", From = "target", To = $"sampler GP{responseGpio}", Proven = answered, Proof = Response + seen },
        ];
    }

    /// <summary>Pulls a pin up and down: the level at which it is held in spite of that, or null.</summary>
    private static async Task<bool?> HeldAsync(ScriptedBoard sampler, int gpio, CancellationToken cancellationToken)
    {
        var read = new List<bool>();
        foreach (var level in Levels)
        {
            read.Add(await sampler.ReadPinAsync(gpio, level ? PinBias.Up : PinBias.Down, cancellationToken));
        }

        await sampler.ReleaseAsync([gpio], cancellationToken);
        return read.SequenceEqual(Levels) ? null : read[^1];
    }

    private static LatencyLabException Fault(string what, string remedy) => new(FaultKind.Measurement, what, "wiring check", remedy);
}
