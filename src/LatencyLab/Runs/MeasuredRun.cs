using LatencyLab.Analysis;
using LatencyLab.MicroPython;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Samplers;
using LatencyLab.Targets;
using LatencyLab.Units;

namespace LatencyLab.Runs;

/// <summary>How far a measurement is.</summary>
/// <param name="Stage">What happens now, in a few words.</param>
/// <param name="Done">Stimuli counted so far, warm-up included.</param>
/// <param name="Total">Stimuli planned, warm-up included; 0 where the end is open.</param>
/// <param name="Tally">Counts and latencies so far; null before the first edge.</param>
/// <param name="TimeBase">Ticks per second of the latencies.</param>
/// <param name="CapturedTick">How far the capture is: everything before this tick has been seen.</param>
/// <param name="Before">Counts and latencies of captures before this one; null where there were none.</param>
/// <param name="TickOffset">Ticks that those took.</param>
/// <param name="Counts">What the pairing found so far, answers without a stimulus included; null where it isn't told.</param>
/// <param name="Gaps">Gaps so far.</param>
public readonly record struct RunProgress(
    string Stage, long Done, long Total, PairTally? Tally, TimeBase TimeBase, long CapturedTick = 0, PairTally? Before = null, long TickOffset = 0,
    PairCounts? Counts = null, int Gaps = 0);

/// <summary>One measurement after its end, in memory: what was seen, and why it may not be believed.</summary>
/// <param name="Plan">As it was carried out.</param>
/// <param name="Target">The board under test; null for one that runs firmware of its own.</param>
/// <param name="Sampler">What stamped.</param>
/// <param name="Firmware">SHA-256 of each script part that was sent to a board, by name.</param>
/// <param name="Wires">How each wire was proven.</param>
/// <param name="Result">Counts and statistics.</param>
/// <param name="Outcome">The sampler's totals; null when it never came to its end.</param>
/// <param name="Done">The target's totals; null when it was never heard again.</param>
/// <param name="Status">Complete, partial (interrupted) or invalid.</param>
/// <param name="Reasons">Why it isn't complete.</param>
/// <param name="Warnings">What the reader must know besides.</param>
/// <param name="Gaps">Spans of doubt.</param>
/// <param name="EdgesSeen">Edges by channel.</param>
/// <param name="Tally">What the result was made of.</param>
public sealed record MeasuredRun(
    RunPlan Plan, BoardOnPort? Target, SamplerIdentity Sampler, IReadOnlyDictionary<string, string> Firmware, IReadOnlyList<WireDocument> Wires, LatencyResult Result,
    SamplerOutcome? Outcome, TargetDone? Done,
    RunStatus Status, IReadOnlyList<string> Reasons, IReadOnlyList<string> Warnings, IReadOnlyList<Signals.Gap> Gaps, IReadOnlyList<long> EdgesSeen,
    PairTally Tally)
{
    /// <summary>The target's clock during the run, where it told it.</summary>
    public long? CpuHz { get; init; }
}

/// <summary>A board with its scripts, where it is connected, and the chip that the pin tables know it by.</summary>
/// <param name="Board">The board in its REPL.</param>
/// <param name="Port">What the user calls it.</param>
/// <param name="Chip">Id of its chip.</param>
/// <param name="Clock">What was measured of its clock; null where nobody has.</param>
public sealed record BoardOnPort(ScriptedBoard Board, string Port, string Chip, ClockCalibration? Clock = null);
