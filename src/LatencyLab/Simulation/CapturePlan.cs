namespace LatencyLab.Simulation;

/// <summary>What the host asks of a capture: docs/protocol.md section 2.4.</summary>
internal sealed record CapturePlan(
    uint Nonce, IReadOnlyList<int> Channels, int? StimulusGpio, long Pulses, uint Seed, (uint Min, uint Width) Gap, (uint Min, uint Width) High,
    long Seconds, long TailMs, long? OneShotWords)
{
    // What a Pico's heap holds beside the script.
    private const int LargestOneShotWords = 32_768;

    /// <summary>Pulses of a train, and low cycles between two of them.</summary>
    public (int Pulses, uint LowCycles)? Train { get; init; }

    /// <exception cref="PythonException">An argument is missing or out of its range.</exception>
    public static CapturePlan Read(CallArguments arguments, bool selfTest)
    {
        var stimulus = (int?)arguments.OptionalInteger("stim", 0, 29);
        var pulses = stimulus is null ? 0 : arguments.Integer("pulses", 0, 100_000_000);
        var (gap, high) = stimulus is null ? (default, default) : (arguments.Range("gap"), arguments.Range("high"));
        if (stimulus is not null && (gap.Min < 6 || high.Min < 2))
        {
            throw new PythonException("ValueError: gap");
        }

        var channels = selfTest && stimulus is { } pin ? [pin, pin] : arguments.Integers("channels", 0, 29, 4);
        return new CapturePlan(
            (uint)arguments.Integer("nonce", 0, uint.MaxValue), channels.Count > 0 ? channels : throw new PythonException("ValueError: channels"),
            stimulus, pulses, (uint)arguments.Integer("seed", 0, uint.MaxValue, 1), gap, high,
            arguments.Integer("seconds", 0, 4_000_000), arguments.Integer("tail_ms", 0, 3_600_000, 100),
            arguments.OptionalInteger("oneshot", 1, LargestOneShotWords))
        {
            Train = stimulus is not null && arguments.Has("burst") ? TrainOf(arguments.Range("burst"), pulses) : null,
        };
    }

    private static (int Pulses, uint LowCycles) TrainOf((uint Pulses, uint LowCycles) burst, long pulses)
    {
        if (burst.Pulses is < 2 or > StimulusTable.MaxPairs || burst.LowCycles < 6)
        {
            throw new PythonException("ValueError: trains from 2 pulses, from 6 cycles apart");
        }

        return pulses > StimulusTable.MaxPairs && StimulusTable.MaxPairs % burst.Pulses != 0
            ? throw new PythonException("ValueError: a replayed table holds whole trains only")
            : ((int)burst.Pulses, burst.LowCycles);
    }
}
