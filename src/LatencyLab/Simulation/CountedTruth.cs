namespace LatencyLab.Simulation;

/// <summary>What truly happened in captures of any length, counted.</summary>
/// <param name="Latencies">How many stimuli were answered in their window after so many ticks.</param>
/// <param name="Late">Stimuli answered after their window.</param>
/// <param name="Missed">Stimuli without an answer.</param>
/// <param name="Excluded">Stimuli whose window the end of their capture cut.</param>
public sealed record SimulatedCounts(IReadOnlyDictionary<long, long> Latencies, long Late, long Missed, long Excluded);

/// <summary>
/// Truth in memory that doesn't grow: each stimulus with the answer that it caused. Nothing is paired here: the simulator knows the cause, so that this and
/// the pairing can only agree where both are right. Not for captures in which an answer comes after the next stimulus: there they differ by design.
/// </summary>
/// <param name="warmup">Stimuli of each capture that don't count.</param>
/// <param name="windowTicks">A later answer is late.</param>
internal sealed class CountedTruth(int warmup, long windowTicks)
{
    // No answer is further behind its stimulus than the target's queue is deep.
    private const int MostWaiting = 64;

    private readonly Dictionary<long, long> _latencies = [];
    private readonly Dictionary<long, Waiting> _waiting = [];
    private readonly Queue<long> _order = new();
    private long _late;
    private long _missed;
    private long _excluded;
    private long _seen;

    public SimulatedCounts Counts => new(_latencies, _late, _missed, _excluded);

    public void Begin() => _seen = 0;

    public ICapturedEdges Stimuli(long firstOrdinal, IrqTrigger trigger) => new StimulusSide(this, firstOrdinal, trigger);

    public ICapturedEdges Answers() => new AnswerSide(this);

    public void End(long endTick)
    {
        while (_order.Count > 0)
        {
            Judge(_order.Dequeue(), endTick);
        }
    }

    private void Judge(long stimulus, long endTick)
    {
        _waiting.Remove(stimulus, out var pair);
        if (pair.Number < warmup)
        {
            return;
        }

        if (pair.Stimulus is not { } asked || pair.Answer is not { } answered)
        {
            var isCut = pair.Stimulus is { } tick && tick > endTick - windowTicks;
            _excluded += isCut ? 1 : 0;
            _missed += isCut ? 0 : 1;
            return;
        }

        if (answered - asked >= windowTicks)
        {
            _late++;
            return;
        }

        _latencies[answered - asked] = _latencies.GetValueOrDefault(answered - asked) + 1;
    }

    private record struct Waiting(long Number, long? Stimulus, long? Answer);

    private sealed class StimulusSide(CountedTruth truth, long firstOrdinal, IrqTrigger trigger) : ICapturedEdges
    {
        private long _ordinal = firstOrdinal;

        public long Add(long timePs, bool level, long? causeOrdinal)
        {
            var ordinal = _ordinal++;
            if (trigger != IrqTrigger.Both && level != (trigger == IrqTrigger.Rising))
            {
                return -1;
            }

            truth._waiting.Add(ordinal, new Waiting(truth._seen++, null, null));
            truth._order.Enqueue(ordinal);
            if (truth._order.Count > MostWaiting)
            {
                truth.Judge(truth._order.Dequeue(), long.MaxValue);
            }

            return ordinal;
        }

        public void Stamped(long edge, long tick, long word)
        {
            if (truth._waiting.TryGetValue(edge, out var pair))
            {
                truth._waiting[edge] = pair with { Stimulus = tick };
            }
        }

        public void Delivered(long from, long to)
        {
        }
    }

    private sealed class AnswerSide(CountedTruth truth) : ICapturedEdges
    {
        public long Add(long timePs, bool level, long? causeOrdinal) => level ? causeOrdinal ?? -1 : -1;

        public void Stamped(long edge, long tick, long word)
        {
            if (truth._waiting.TryGetValue(edge, out var pair) && pair.Answer is null)
            {
                truth._waiting[edge] = pair with { Answer = tick };
            }
        }

        public void Delivered(long from, long to)
        {
        }
    }
}
