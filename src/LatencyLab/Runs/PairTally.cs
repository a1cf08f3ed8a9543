using LatencyLab.Analysis;
using LatencyLab.Statistics;

namespace LatencyLab.Runs;

/// <summary>Counts pairs and their latencies as they stream by; warm-up is left out. Memory doesn't grow with the run.</summary>
public sealed class PairTally : IPairSink
{
    private readonly CountTable _rising = new();
    private readonly CountTable _falling = new();
    private long _risingCensored;
    private long _fallingCensored;

    public long Matched { get; private set; }

    public long Late { get; private set; }

    public long Missed { get; private set; }

    public long Excluded { get; private set; }

    /// <summary>Stimuli of a stretch in which the pairing may be shifted: counted by status, but in no statistic.</summary>
    public long Withheld { get; private set; }

    /// <summary>Stimuli of warm-up that had an answer, matched or late.</summary>
    public long WarmupAnswered { get; private set; }

    public long Stimuli => Matched + Late + Missed + Excluded;

    /// <summary>Stimuli, warm-up included.</summary>
    public long Total { get; private set; }

    /// <summary>The longest latencies with the ticks of their stimuli.</summary>
    public WorstSamples Worst { get; } = new();

    public void Pairs(ReadOnlySpan<Pair> pairs)
    {
        Total += pairs.Length;
        foreach (ref readonly var pair in pairs)
        {
            if (pair.Sequence < 0)
            {
                WarmupAnswered += pair.Status is PairStatus.Matched or PairStatus.Late ? 1 : 0;
                continue;
            }

            var falling = (pair.Flags & PairFlags.Falling) != PairFlags.None;
            switch (pair.Status)
            {
                case PairStatus.Matched when (pair.Flags & PairFlags.MaybeShifted) != PairFlags.None:
                    Matched++;
                    Withheld++;
                    break;
                case PairStatus.Matched:
                    Matched++;
                    var latency = pair.ResponseTick - pair.StimulusTick;
                    (falling ? _falling : _rising).Add(latency);
                    Worst.Add(new TimedValue(latency, pair.StimulusTick, pair.Sequence));
                    break;
                case PairStatus.Excluded:
                    Excluded++;
                    break;
                default:
                    Late += pair.Status == PairStatus.Late ? 1 : 0;
                    Missed += pair.Status == PairStatus.Missed ? 1 : 0;
                    _fallingCensored += falling ? 1 : 0;
                    _risingCensored += falling ? 0 : 1;
                    break;
            }
        }
    }

    /// <summary>All latencies in ticks.</summary>
    public SortedCounts Latencies()
    {
        var all = new CountTable();
        all.Merge(_rising);
        all.Merge(_falling);
        return all.ToSorted();
    }

    public LatencySummary Summary() => LatencySummary.Of(Latencies(), _risingCensored + _fallingCensored);

    public LatencySummary RisingSummary() => LatencySummary.Of(_rising.ToSorted(), _risingCensored);

    public LatencySummary FallingSummary() => LatencySummary.Of(_falling.ToSorted(), _fallingCensored);
}
