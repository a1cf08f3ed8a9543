namespace LatencyLab.Analysis;

/// <summary>
/// Counts of trains: how many answers each got, and how many interrupts waited when one was lost. The latter is bookkeeping: all answers of a
/// train, less those that had come when its last stimulus came, since the queue is full at that moment where interrupts get lost. A handler that was
/// on its way to its answer just then has left the queue, though; so only trains count whose next answer came later than half the time that a handler
/// takes: raising the response is the first thing that it does, and lowering, counting and the dispatch of the next one come after.
/// </summary>
public sealed class TrainTally
{
    private readonly long[] _answered;
    private readonly long[] _waiting;
    private readonly long[] _open;

    /// <param name="length">Stimuli of a train.</param>
    public TrainTally(int length)
    {
        _answered = new long[length + 2];
        _waiting = new long[length + 1];
        _open = new long[length + 1];
    }

    /// <summary>Trains that count.</summary>
    public long Trains { get; private set; }

    /// <summary>Trains that meet a gap, or that the end of the capture cuts.</summary>
    public long Excluded { get; private set; }

    /// <summary>Trains with fewer answers than stimuli.</summary>
    public long Lossy { get; private set; }

    /// <summary>Trains by their number of answers; the last entry holds those with more answers than stimuli.</summary>
    public IReadOnlyList<long> ByAnswers => _answered;

    /// <summary>Lossy trains that show it, by the number of interrupts that waited at their last stimulus.</summary>
    public IReadOnlyList<long> ByWaiting => _waiting;

    /// <summary>
    /// All lossy trains, by their answers after the last stimulus: the interrupts that waited, or one more where a handler was on its way to its answer.
    /// </summary>
    public IReadOnlyList<long> ByOpen => _open;

    internal void Add(ReadOnlySpan<long> stimuli, ReadOnlySpan<long> answers, long answered, bool excluded)
    {
        if (excluded)
        {
            Excluded++;
            return;
        }

        Trains++;
        _answered[Math.Min(answered, _answered.Length - 1)]++;
        if (answered >= stimuli.Length)
        {
            return;
        }

        Lossy++;
        var before = 0;
        while (before < answers.Length && answers[before] < stimuli[^1])
        {
            before++;
        }

        _open[answers.Length - before]++;
        if (answers.Length - before >= 2 && 2 * (answers[before] - stimuli[^1]) > ShortestInterval(answers[before..]))
        {
            _waiting[answers.Length - before]++;
        }
    }

    // Handlers that wait run one after the other.
    private static long ShortestInterval(ReadOnlySpan<long> ticks)
    {
        var shortest = long.MaxValue;
        for (var i = 1; i < ticks.Length; i++)
        {
            shortest = Math.Min(shortest, ticks[i] - ticks[i - 1]);
        }

        return shortest;
    }
}
