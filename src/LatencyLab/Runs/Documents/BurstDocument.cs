using System.Globalization;
using LatencyLab.Analysis;
using LatencyLab.Statistics;

namespace LatencyLab.Runs.Documents;

/// <summary>Member <c>burst</c>: what trains of stimuli say about the interrupts that can wait. All of it is counted train by train.</summary>
public sealed record BurstDocument
{
    /// <summary>Stimuli of a train.</summary>
    public required int TrainLength { get; init; }

    /// <summary>Trains that count: warm-up and excluded ones don't.</summary>
    public required long Trains { get; init; }

    /// <summary>Trains that meet a gap, or that the end of the capture cuts.</summary>
    public required long ExcludedTrains { get; init; }

    /// <summary>Trains with fewer answers than stimuli.</summary>
    public required long LossyTrains { get; init; }

    /// <summary>For each position how many trains had that many answers, and how many had not.</summary>
    public IReadOnlyList<BurstPosition> Positions { get; init => field = value ?? []; } = [];

    /// <summary>Answers of a train that lost an interrupt: the commonest number; null where none lost any.</summary>
    public int? AnsweredBeforeLoss { get; init; }

    /// <summary>Share of the lossy trains that had this number, and its 95 % interval.</summary>
    public BurstShare? AnsweredBeforeLossShare { get; init; }

    /// <summary>Interrupts that waited when one was lost, without the one being served; null where the trains don't say.</summary>
    public int? QueueDepth { get; init; }

    /// <summary>Share that agrees of the trains that show it, and its 95 % interval.</summary>
    public BurstShare? QueueDepthShare { get; init; }

    /// <summary>Why a member is null.</summary>
    public IReadOnlyDictionary<string, string> NullReasons { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>What the counts say; a queue depth only where the trains agree and a queue is what was filled.</summary>
    /// <param name="tally">Counts of the trains.</param>
    /// <param name="isQueued">False for handlers that run inside the interrupt.</param>
    public static BurstDocument Of(TrainTally tally, bool isQueued)
    {
        var length = tally.ByAnswers.Count - 2;
        var (answered, answeredTrains) = Mode([.. tally.ByAnswers.Take(length)]);
        var (waiting, waitingTrains) = Mode(tally.ByWaiting);
        var answeredShare = BurstShare.Of(answeredTrains, tally.Lossy);
        var clear = tally.ByWaiting.Sum();
        var waitingShare = BurstShare.Of(waitingTrains, clear);
        if (waitingShare is not { Ci95.Low: > 0.5 } && DepthOfAll(tally.ByOpen) is { } depth)
        {
            (waiting, waitingShare) = (depth, BurstShare.Of(At(tally.ByOpen, depth) + At(tally.ByOpen, depth + 1), tally.Lossy));
        }

        var why = !isQueued ? "a hard handler runs in the interrupt and knows no queue"
            : tally.Trains == 0 ? "no train counts"
            : tally.Lossy == 0 ? string.Create(CultureInfo.InvariantCulture, $"no train of {length} lost an interrupt: make it longer, or --burst-gap shorter")
            : waitingShare is null ? "no train shows how many waited: the edges are too close together, or the handler is dead"
            : waitingShare.Ci95.Low <= 0.5 ? string.Create(CultureInfo.InvariantCulture, $"{waitingTrains} of only {clear} trains that show it agree: measure more of them, or of another length")
            : null;
        return new BurstDocument
        {
            TrainLength = length,
            Trains = tally.Trains,
            ExcludedTrains = tally.Excluded,
            LossyTrains = tally.Lossy,
            Positions = [.. Count(tally, length)],
            AnsweredBeforeLoss = tally.Lossy > 0 ? answered : null,
            AnsweredBeforeLossShare = answeredShare,
            QueueDepth = why is null ? waiting : null,
            QueueDepthShare = why is null ? waitingShare : null,
            NullReasons = why is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["queue_depth"] = why },
        };
    }

    /// <summary>
    /// Where few trains show it by themselves, all of them together do: with a queue of d each train has d answers open at its last stimulus, or d + 1 with the one that is
    /// being served. Trains with d + 1 rule out d - 1, trains with d rule out d + 1; both have to be surely more than those that say the opposite.
    /// </summary>
    private static int? DepthOfAll(IReadOnlyList<long> open)
    {
        for (var d = 1; d < open.Count; d++)
        {
            if (IsMajority(At(open, d + 1), At(open, d - 1)) && IsMajority(At(open, d), At(open, d + 2)) && IsMajority(At(open, d) + At(open, d + 1), open.Sum() - At(open, d) - At(open, d + 1)))
            {
                return d;
            }
        }

        return null;

        static bool IsMajority(long agree, long disagree) => BurstShare.Of(agree, agree + disagree) is { Ci95.Low: > 0.5 };
    }

    private static long At(IReadOnlyList<long> counts, int index) => index >= 0 && index < counts.Count ? counts[index] : 0;

    private static IEnumerable<BurstPosition> Count(TrainTally tally, int length)
    {
        var fewer = 0L;
        for (var position = 1; position <= length; position++)
        {
            fewer += tally.ByAnswers[position - 1];
            yield return new BurstPosition(position, tally.Trains - fewer, fewer);
        }
    }

    private static (int Value, long Count) Mode(IReadOnlyList<long> counts)
    {
        var best = 0;
        for (var i = 1; i < counts.Count; i++)
        {
            best = counts[i] > counts[best] ? i : best;
        }

        return (best, counts[best]);
    }
}

/// <summary>One position of a train.</summary>
/// <param name="Position">From 1.</param>
/// <param name="Answered">Trains with at least so many answers.</param>
/// <param name="Lost">Trains with fewer.</param>
public sealed record BurstPosition(int Position, long Answered, long Lost);

/// <summary>A share of trains with its exact 95 % interval (Clopper and Pearson).</summary>
/// <param name="Trains">Trains of which something is true.</param>
/// <param name="OfTrains">Trains that could have shown it.</param>
/// <param name="Ci95">Interval of the share.</param>
public sealed record BurstShare(long Trains, long OfTrains, Interval Ci95)
{
    internal static BurstShare? Of(long trains, long of)
    {
        if (of == 0)
        {
            return null;
        }

        var share = Proportion.Of(trains, of);
        return new BurstShare(trains, of, new Interval(share.Low, share.High));
    }
}
