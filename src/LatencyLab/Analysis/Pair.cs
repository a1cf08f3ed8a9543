namespace LatencyLab.Analysis;

/// <summary>What became of a stimulus; each has exactly one status.</summary>
public enum PairStatus : byte
{
    /// <summary>Answered inside its window.</summary>
    Matched,

    /// <summary>Answered after its window and before the next stimulus.</summary>
    Late,

    /// <summary>Not answered before the next stimulus.</summary>
    Missed,

    /// <summary>Its window meets a gap, or the end of the capture cuts it: in no number but its own count.</summary>
    Excluded,
}

/// <summary>Remarks about one stimulus.</summary>
[Flags]
public enum PairFlags : byte
{
    None = 0,

    /// <summary>The stimulus is a falling edge (both edges are stimuli).</summary>
    Falling = 1,

    /// <summary>The stimulus was fired but its edge was lost on the way: its tick is unknown and reads 0.</summary>
    StimulusLost = 2,

    /// <summary>There is no response tick; it reads 0.</summary>
    NoResponse = 4,

    /// <summary>In a stretch where answers and callbacks don't add up, so that the pairing may be shifted by one.</summary>
    MaybeShifted = 8,

    /// <summary>More answers than one came before the next stimulus, or one too early to be an answer.</summary>
    Surplus = 16,
}

/// <summary>One stimulus and what became of it.</summary>
/// <param name="Sequence">Number of the stimulus from 0; negative during warm-up.</param>
/// <param name="StimulusTick">Tick of the stimulus edge; meaningless with <see cref="PairFlags.StimulusLost"/>.</param>
/// <param name="ResponseTick">Tick of the answer; meaningless with <see cref="PairFlags.NoResponse"/>.</param>
/// <param name="Status">Matched, late, missed or excluded.</param>
/// <param name="Flags">Remarks.</param>
public readonly record struct Pair(long Sequence, long StimulusTick, long ResponseTick, PairStatus Status, PairFlags Flags)
{
    /// <summary>Response minus stimulus in ticks; null where one of them is unknown.</summary>
    public long? LatencyTicks => (Flags & (PairFlags.StimulusLost | PairFlags.NoResponse)) == PairFlags.None ? ResponseTick - StimulusTick : null;
}

/// <summary>How many stimuli and answers there were of each kind; warm-up not included.</summary>
public readonly record struct PairCounts(long Stimuli, long Matched, long Late, long Missed, long Excluded, long Extra, long Spurious);

/// <summary>Where paired stimuli go, in order of their sequence number.</summary>
public interface IPairSink
{
    void Pairs(ReadOnlySpan<Pair> pairs);
}
