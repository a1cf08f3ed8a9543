using LatencyLab.Signals;

namespace LatencyLab.Targets;

/// <summary>The irq test as a board times it by itself (docs/protocol.md section 2.6).</summary>
/// <param name="Nonce">Number of this measurement; lines with another one belong to somebody else.</param>
/// <param name="Pin">GPIO with the interrupt.</param>
/// <param name="StimulusPin">GPIO that is wired to it and fires.</param>
/// <param name="Edge">Edges that interrupt.</param>
/// <param name="Handler">Bytecode or hard.</param>
/// <param name="Idle">What runs between stimuli.</param>
/// <param name="Count">Stimuli to fire.</param>
/// <param name="Seed">Seed of the random times.</param>
/// <param name="GapUs">Time from the end of one pulse to the next stimulus: the least, and the width of the random part on top.</param>
/// <param name="PulseUs">Length of a pulse where only one of its edges is a stimulus.</param>
/// <param name="WindowUs">How long an answer is waited for.</param>
/// <param name="Seconds">How long the measurement is planned to take; the dead man waits ten seconds more.</param>
public sealed record SelfTimedTest(
    uint Nonce, int Pin, int StimulusPin, EdgeKind Edge, IrqHandler Handler, IdleLoop Idle, int Count, uint Seed, (uint Min, uint Width) GapUs, long PulseUs, long WindowUs, double Seconds)
{
    /// <summary>The script parts that the test needs.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["target/core", "target/self"];

    // Stimuli in one line of stamps, and what its pause takes: 100 ms for the line, and the random times of the next batch.
    private const int BatchStimuli = 12;
    private const double BatchPauseSeconds = 0.2;

    /// <summary>How long it takes at most, in seconds of the board.</summary>
    public static double LongestSeconds(int count, double stimulusSeconds) => (count * stimulusSeconds) + (((count / BatchStimuli) + 1) * BatchPauseSeconds);

    /// <summary>How long one line of stamps takes at most, in seconds of the board.</summary>
    public static double BatchSeconds(double stimulusSeconds) => LongestSeconds(BatchStimuli, stimulusSeconds);

    /// <summary>Arguments of the call.</summary>
    public string ToJson() => CallJson.Text(
        ("nonce", Nonce), ("pin", Pin), ("stimulus_pin", StimulusPin), ("irq", EdgeWords.Of(Edge)), ("handler", CallJson.Word(Handler)), ("idle", CallJson.Word(Idle)),
        ("count", Count), ("seed", Seed), ("gap", new long[] { GapUs.Min, GapUs.Width }), ("pulse", PulseUs), ("window", WindowUs), ("seconds", Seconds));
}

/// <summary>The clock with which a board times itself, and what using it costs.</summary>
/// <param name="TickHz">Ticks per second by the board's own account.</param>
/// <param name="Ticks">"ticks_cpu" or "ticks_us".</param>
/// <param name="ReadNs">What one reading of the clock costs.</param>
/// <param name="BiasNs">How much too long a latency is at most: the stimulus is written between two readings that are so far apart.</param>
public sealed record SelfTiming(long TickHz, string Ticks, double ReadNs, double BiasNs);

/// <summary>One stimulus as the board stamped it, in ticks since the first stimulus.</summary>
/// <param name="Tick">Read before the write that fired it.</param>
/// <param name="EndTick">Read after the write that ended the pulse; null where both edges are stimuli.</param>
/// <param name="Calls">Calls of the handler before the next stimulus.</param>
/// <param name="CallTicks">Stamps of the first three calls.</param>
public sealed record SelfTimedStimulus(long Tick, long? EndTick, long Calls, IReadOnlyList<long> CallTicks);
