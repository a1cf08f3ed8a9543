using LatencyLab.Analysis;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Runs;

/// <summary>Counts pairs and their latencies as they stream by; warm-up is left out. Memory doesn't grow with the run.</summary>
public sealed class PairTally : IPairSink
{
    private readonly CountTable _rising = new();
    private readonly CountTable _falling = new();
    private readonly LatencySeries _series = new();
    private readonly LatencySeries _risingSeries = new();
    private readonly LatencySeries _fallingSeries = new();
    private PhaseLocking _phases = new([]);
    private long _risingCensored;
    private long _fallingCensored;

    public long Matched { get; private set; }

    public long Late { get; private set; }

    public long Missed { get; private set; }

    public long Excluded { get; private set; }

    /// <summary>Stimuli of a stretch in which the pairing may be shifted: counted by status, but in no statistic.</summary>
    public long Withheld { get; private set; }

    /// <summary>Stimuli of warm-up that had an answer as far as anybody knows: all but the missed ones.</summary>
    public long WarmupAnswered { get; private set; }

    public long Stimuli => Matched + Late + Missed + Excluded;

    /// <summary>Stimuli, warm-up included.</summary>
    public long Total { get; private set; }

    /// <summary>The longest latencies with the ticks of their stimuli.</summary>
    public WorstSamples Worst { get; } = new();

    /// <summary>Tells the time base, so that stimuli can be tested for keeping step with the periods that firmwares live by.</summary>
    public void Begin(TimeBase timeBase) => _phases = new PhaseLocking(LatencyDetails.TestedPeriods.Select(p => p.Seconds * timeBase.TickHz));

    public void Pairs(ReadOnlySpan<Pair> pairs)
    {
        Total += pairs.Length;
        foreach (ref readonly var pair in pairs)
        {
            if (pair.Sequence < 0)
            {
                WarmupAnswered += pair.Status == PairStatus.Missed ? 0 : 1;
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
                    _series.Add(latency);
                    (falling ? _fallingSeries : _risingSeries).Add(latency);
                    _phases.Add(pair.StimulusTick);
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
                    _series.Add(LatencySeries.Censored);
                    (falling ? _fallingSeries : _risingSeries).Add(LatencySeries.Censored);
                    _phases.Add(pair.StimulusTick);
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

    /// <summary>Statistics of all latencies, their intervals at the size that the series is worth.</summary>
    public LatencySummary Summary() => Summary(Latencies(), Censored, _series);

    /// <summary>Everything that is said about the latencies.</summary>
    /// <param name="limitTicks">The limit whose exceedances are wanted; null for none.</param>
    public LatencyReport Report(long? limitTicks) => LatencyReport.Of(Latencies(), Censored, _series, Worst, _phases, limitTicks);

    /// <summary>Extrapolates the tail; null with the reason where the sample can't bear it.</summary>
    public (TailExtrapolation? Tail, string? NullReason) Tail() => TailExtrapolation.Of(Latencies(), Censored, _series);

    private long Censored => _risingCensored + _fallingCensored;

    public LatencySummary RisingSummary() => Summary(_rising.ToSorted(), _risingCensored, _risingSeries);

    public LatencySummary FallingSummary() => Summary(_falling.ToSorted(), _fallingCensored, _fallingSeries);

    private static LatencySummary Summary(SortedCounts latencies, long censored, LatencySeries series) =>
        LatencySummary.Of(latencies, censored, series.EffectiveSize(latencies, censored));
}
