using LatencyLab.Analysis;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Runs.Pipeline;

/// <summary>Counts pairs and their latencies as they stream by; warm-up is left out. Memory doesn't grow with the run.</summary>
public sealed class PairTally : IPairSink
{
    private const int BlockPairs = 1024;

    // Periods that stimuli are tested against: 1 kHz, 100 Hz and 10 Hz ticks of operating systems, and the Wi-Fi beacon.
    private static readonly double[] TestedPeriodsSeconds = [0.001, 0.01, 0.1, 0.1024];

    private readonly CountTable _rising = new();
    private readonly CountTable _falling = new();
    private readonly LatencySeries _series = new();
    private readonly LatencySeries _risingSeries = new();
    private readonly LatencySeries _fallingSeries = new();

    // A block of latencies on its way into the table, and with the censored ones in their places into the series.
    private readonly long[] _latencies = new long[BlockPairs];
    private readonly long[] _ordered = new long[BlockPairs];
    private readonly long[] _risingOrdered = new long[BlockPairs];
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
    public void Begin(TimeBase timeBase) => _phases = new PhaseLocking(Array.ConvertAll(TestedPeriodsSeconds, s => s * timeBase.TickHz));

    public void Pairs(ReadOnlySpan<Pair> pairs)
    {
        Total += pairs.Length;
        for (; pairs.Length > BlockPairs; pairs = pairs[BlockPairs..])
        {
            Block(pairs[..BlockPairs]);
        }

        Block(pairs);
    }

    private void Block(ReadOnlySpan<Pair> pairs)
    {
        var (latencies, ordered, risingOrdered) = (0, 0, 0);
        foreach (ref readonly var pair in pairs)
        {
            if (pair is { Sequence: >= 0, Status: PairStatus.Matched, Flags: PairFlags.None })
            {
                var latency = Latency(in pair);
                _latencies[latencies++] = latency;
                _ordered[ordered++] = latency;
                _risingOrdered[risingOrdered++] = latency;
            }
            else if (OutOfTheOrdinary(in pair) is { } value)
            {
                _ordered[ordered++] = value;
                if ((pair.Flags & PairFlags.Falling) != PairFlags.None)
                {
                    _fallingSeries.Add(value);
                }
                else
                {
                    _risingOrdered[risingOrdered++] = value;
                }
            }
        }

        Matched += latencies;
        _rising.Add(_latencies.AsSpan(0, latencies));
        _series.Add(_ordered.AsSpan(0, ordered));
        _risingSeries.Add(_risingOrdered.AsSpan(0, risingOrdered));
    }

    // What the series gets of a pair that is late, missed, flagged …; null for nothing.
    private long? OutOfTheOrdinary(in Pair pair)
    {
        if (pair.Sequence < 0)
        {
            WarmupAnswered += pair.Status == PairStatus.Missed ? 0 : 1;
            return null;
        }

        var falling = (pair.Flags & PairFlags.Falling) != PairFlags.None;
        switch (pair.Status)
        {
            case PairStatus.Matched when (pair.Flags & PairFlags.MaybeShifted) != PairFlags.None:
                Matched++;
                Withheld++;
                return null;
            case PairStatus.Matched:
                Matched++;
                var latency = Latency(in pair);
                (falling ? _falling : _rising).Add(latency);
                return latency;
            case PairStatus.Excluded:
                Excluded++;
                return null;
            case PairStatus.Late or PairStatus.Missed when (pair.Flags & PairFlags.MaybeShifted) != PairFlags.None:
                // In a train that is paired by counting: neither its latency nor that it had none belongs to this very stimulus.
                Late += pair.Status == PairStatus.Late ? 1 : 0;
                Missed += pair.Status == PairStatus.Missed ? 1 : 0;
                return null;
            default:
                Late += pair.Status == PairStatus.Late ? 1 : 0;
                Missed += pair.Status == PairStatus.Missed ? 1 : 0;
                _fallingCensored += falling ? 1 : 0;
                _risingCensored += falling ? 0 : 1;
                _phases.Add(pair.StimulusTick);
                return LatencySeries.Censored;
        }
    }

    private long Latency(in Pair pair)
    {
        var latency = pair.ResponseTick - pair.StimulusTick;
        _phases.Add(pair.StimulusTick);
        Worst.Add(new TimedValue(latency, pair.StimulusTick, pair.Sequence));
        return latency;
    }

    /// <summary>
    /// Adds the counts of a capture that followed on this one. Whether stimuli kept step with something is told by the first capture alone: the phases
    /// of two captures have nothing to do with each other.
    /// </summary>
    /// <param name="later">What was counted there.</param>
    /// <param name="tickOffset">Where its tick 0 lies.</param>
    /// <param name="sequenceOffset">How many stimuli went before its first one.</param>
    /// <param name="withheld">True where its pairing may be shifted throughout: stimuli are counted, latencies are not.</param>
    public void Merge(PairTally later, long tickOffset, long sequenceOffset, bool withheld = false)
    {
        if (!withheld)
        {
            if (Total == 0)
            {
                _phases = later._phases;
            }

            _rising.Merge(later._rising);
            _falling.Merge(later._falling);
            _series.Merge(later._series);
            _risingSeries.Merge(later._risingSeries);
            _fallingSeries.Merge(later._fallingSeries);
            Worst.Merge(later.Worst, tickOffset, sequenceOffset);
            _risingCensored += later._risingCensored;
            _fallingCensored += later._fallingCensored;
        }

        Matched += later.Matched;
        Late += later.Late;
        Missed += later.Missed;
        Excluded += later.Excluded;
        Withheld += withheld ? later.Matched : later.Withheld;
        WarmupAnswered += later.WarmupAnswered;
        Total += later.Total;
    }

    /// <summary>What became of the stimuli, with what the pairing found besides.</summary>
    public PairCounts Counts(long extra, long spurious) => new(Stimuli, Matched, Late, Missed, Excluded, extra, spurious);

    /// <summary>What a live session stores of its counts.</summary>
    public LatencyCounts ToCounts() => new(Latencies(), Late, Missed, Excluded, Withheld);

    /// <summary>What a live session stored of its counts. The order in which latencies came isn't among it: intervals are those of independent values.</summary>
    /// <param name="counts">Latencies and stimuli without one.</param>
    /// <param name="worst">The longest with their times.</param>
    public static PairTally Restore(LatencyCounts counts, IEnumerable<TimedValue> worst)
    {
        var tally = new PairTally
        {
            Matched = counts.Latencies.Count + counts.Withheld,
            Withheld = counts.Withheld,
            Late = counts.Late,
            Missed = counts.Missed,
            Excluded = counts.Excluded,
            _risingCensored = counts.Late + counts.Missed,
        };
        tally.Total = tally.Stimuli;
        for (var i = 0; i < counts.Latencies.Distinct; i++)
        {
            tally._rising.Add(counts.Latencies.Values[i], counts.Latencies.CountAt(i));
        }

        foreach (var value in worst)
        {
            tally.Worst.Add(value);
        }

        return tally;
    }

    /// <summary>To multiples of how many ticks latencies above 2^20 ticks were rounded up, so that memory stays bounded; 1 while all are exact.</summary>
    public long ResolutionTicks => Math.Max(_rising.SparseResolution, _falling.SparseResolution);

    /// <summary>All latencies in ticks.</summary>
    public SortedCounts Latencies() => LatenciesOf(this);

    /// <summary>All latencies of several captures, in ticks.</summary>
    public static SortedCounts LatenciesOf(params ReadOnlySpan<PairTally> tallies)
    {
        var all = new CountTable();
        foreach (var tally in tallies)
        {
            all.Merge(tally._rising);
            all.Merge(tally._falling);
        }

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
