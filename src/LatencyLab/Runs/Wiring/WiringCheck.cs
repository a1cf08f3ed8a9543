using LatencyLab.MicroPython;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Runs.Wiring;

/// <summary>A wire between a pin of the sampler and a pin of the target.</summary>
/// <param name="Name">"stimulus" or "response".</param>
/// <param name="SamplerGpio">GPIO of the sampler.</param>
/// <param name="TargetGpio">GPIO of the target.</param>
/// <param name="SamplerDrives">True where the sampler is the one that drives during the measurement.</param>
public sealed record Wire(string Name, int SamplerGpio, int TargetGpio, bool SamplerDrives)
{
    public override string ToString() => $"sampler GP{SamplerGpio} - target GPIO{TargetGpio}";
}

/// <summary>
/// Proves each wire before a run. All lines are inputs first; each is probed with the sampler's weak pulls; only a line that follows them is
/// then driven, one at a time, so that swapped wires never put two outputs against each other.
/// </summary>
public static class WiringCheck
{
    // A floating input reads anything: four readings in a row by chance are one in sixteen, and the driven test that follows is certain.
    private static readonly bool[] PullLevels = [true, false, true, false];

    /// <summary>Probes the stimulus and the response wire and leaves all pins as inputs.</summary>
    /// <exception cref="LatencyLabException">A wire is open, swapped, shorted or held (kind measurement); the message names it.</exception>
    public static async Task<IReadOnlyList<WireDocument>> RunAsync(
        ScriptedBoard sampler, ScriptedBoard target, Wire stimulus, Wire response, CancellationToken cancellationToken)
    {
        await sampler.ReleaseAsync([stimulus.SamplerGpio, response.SamplerGpio], cancellationToken);
        await target.ReleaseAsync([stimulus.TargetGpio, response.TargetGpio], cancellationToken);
        try
        {
            int[] targets = [stimulus.TargetGpio, response.TargetGpio];
            var stimulusFollows = await PullAsync(sampler, target, stimulus.SamplerGpio, targets, cancellationToken);
            var responseFollows = await PullAsync(sampler, target, response.SamplerGpio, targets, cancellationToken);
            Judge(stimulus, response, stimulusFollows, responseFollows);
            await DriveAsync(sampler, stimulus.SamplerGpio, target, stimulus.TargetGpio, response.TargetGpio, stimulus, cancellationToken);
            await DriveAsync(target, response.TargetGpio, sampler, response.SamplerGpio, stimulus.SamplerGpio, response, cancellationToken);
        }
        finally
        {
            await sampler.ReleaseAsync([stimulus.SamplerGpio, response.SamplerGpio], CancellationToken.None);
            await target.ReleaseAsync([stimulus.TargetGpio, response.TargetGpio], CancellationToken.None);
        }

        return [Proof(stimulus), Proof(response)];
    }

    /// <summary>Probes the response wire alone, where nothing else is needed, and leaves its pins as inputs.</summary>
    /// <exception cref="LatencyLabException">The wire is open or held (kind measurement).</exception>
    public static async Task<WireDocument> RunAsync(ScriptedBoard sampler, ScriptedBoard target, Wire response, CancellationToken cancellationToken)
    {
        await sampler.ReleaseAsync([response.SamplerGpio], cancellationToken);
        await target.ReleaseAsync([response.TargetGpio], cancellationToken);
        try
        {
            var answer = (await PullAsync(sampler, target, response.SamplerGpio, [response.TargetGpio], cancellationToken))[0];
            Judge(response, answer.Follows, answer.HeldAt);
            await DriveAsync(target, response.TargetGpio, sampler, response.SamplerGpio, null, response, cancellationToken);
        }
        finally
        {
            await sampler.ReleaseAsync([response.SamplerGpio], CancellationToken.None);
            await target.ReleaseAsync([response.TargetGpio], CancellationToken.None);
        }

        return Proof(response);
    }

    private static WireDocument Proof(Wire wire)
    {
        var (sampler, target) = ($"sampler GP{wire.SamplerGpio}", $"target GPIO{wire.TargetGpio}");
        return new WireDocument
        {
            Name = wire.Name,
            From = wire.SamplerDrives ? sampler : target,
            To = wire.SamplerDrives ? target : sampler,
            Proven = true,
            Proof = "followed the sampler's pulls, then followed when driven, alone",
        };
    }

    /// <summary>Pulls one sampler pin up and down and says of each target pin whether it followed every time.</summary>
    private static async Task<LineAnswer[]> PullAsync(ScriptedBoard sampler, ScriptedBoard target, int samplerGpio, int[] targetGpios, CancellationToken cancellationToken)
    {
        var follows = new bool[] { true, true };
        var own = new List<bool>();
        foreach (var level in PullLevels)
        {
            own.Add(await sampler.ReadPinAsync(samplerGpio, level ? PinBias.Up : PinBias.Down, cancellationToken));
            for (var i = 0; i < targetGpios.Length; i++)
            {
                follows[i] &= await target.ReadPinAsync(targetGpios[i], PinBias.None, cancellationToken) == level;
            }
        }

        await sampler.ReleaseAsync([samplerGpio], cancellationToken);
        var held = own.Distinct().Count() == 1 ? own[0] : (bool?)null;
        return [new LineAnswer(follows[0], held), new LineAnswer(follows[1], held)];
    }

    private static void Judge(Wire stimulus, Wire response, LineAnswer[] stimulusPull, LineAnswer[] responsePull)
    {
        var (straight, crossed) = (stimulusPull[0].Follows, stimulusPull[1].Follows);
        var (straightBack, crossedBack) = (responsePull[1].Follows, responsePull[0].Follows);
        // Where every line follows both pulls the two may be shorted, or floating pins have followed by chance: driving one alone tells, and harms neither.
        if (!straight && !straightBack && crossed && crossedBack)
        {
            throw Fault(
                $"The stimulus and the response wire are swapped: sampler GP{stimulus.SamplerGpio} is connected to target GPIO{response.TargetGpio}, and sampler GP{response.SamplerGpio} to target GPIO{stimulus.TargetGpio}.",
                "Exchange the two wires at one end.");
        }

        foreach (var (wire, follows, held) in new[] { (stimulus, straight, stimulusPull[0].HeldAt), (response, straightBack, responsePull[0].HeldAt) })
        {
            Judge(wire, follows, held);
        }
    }

    private static void Judge(Wire wire, bool follows, bool? held)
    {
        if (!follows && held is { } level)
        {
            throw Fault(
                $"The {wire.Name} wire ({wire}) is held {(level ? "high" : "low")}: it doesn't follow the sampler's pulls.",
                "Look for a short to 3.3 V or ground, a pull resistor or another part on this pin, or choose other pins.");
        }

        if (!follows)
        {
            throw Open(wire);
        }
    }

    /// <summary>Drives a line from its own end, with pulls against it at the far end where they exist, and watches the other line.</summary>
    private static async Task DriveAsync(
        ScriptedBoard driver, int driverGpio, ScriptedBoard listener, int listenerGpio, int? otherGpio, Wire wire, CancellationToken cancellationToken)
    {
        var otherFollows = otherGpio is not null;
        foreach (var level in PullLevels)
        {
            await driver.DrivePinAsync(driverGpio, level, cancellationToken);
            if (await ReadAgainstAsync(listener, listenerGpio, level, cancellationToken) != level)
            {
                await driver.ReleaseAsync([driverGpio], CancellationToken.None);
                throw Open(wire);
            }

            otherFollows = otherGpio is { } other && otherFollows & await ReadAgainstAsync(listener, other, level, cancellationToken) == level;
        }

        await driver.ReleaseAsync([driverGpio], cancellationToken);
        if (otherFollows)
        {
            throw Fault($"The {wire.Name} wire ({wire}) also moves the other wire: the two are shorted together.", "Separate the two wires.");
        }
    }

    /// <summary>Reads a pin with a pull towards the other level, so that a floating pin can't follow by chance; without that pull where the port lacks it.</summary>
    internal static async Task<bool> ReadAgainstAsync(ScriptedBoard board, int gpio, bool level, CancellationToken cancellationToken)
    {
        try
        {
            return await board.ReadPinAsync(gpio, level ? PinBias.Down : PinBias.Up, cancellationToken);
        }
        catch (BoardRefusedException)
        {
            return await board.ReadPinAsync(gpio, PinBias.None, cancellationToken);
        }
    }

    private static LatencyLabException Open(Wire wire) =>
        Fault($"The {wire.Name} wire ({wire}) is open: the far end doesn't follow.", "Check both ends of this wire and the ground wire.");

    private static LatencyLabException Fault(string what, string remedy) => new(FaultKind.Measurement, what, "wiring check", remedy);

    private readonly record struct LineAnswer(bool Follows, bool? HeldAt);
}
