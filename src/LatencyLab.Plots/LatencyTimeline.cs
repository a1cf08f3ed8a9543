using LatencyLab.Analysis;
using LatencyLab.Statistics;

namespace LatencyLab.Plots;

/// <summary>
/// Latencies along the time of a run, as finely as a picture can show them: columns of equal time, each with the distribution of its latencies
/// in steps of less than one percent. Memory doesn't grow with the run: when there are too many columns, neighbours are merged.
/// </summary>
public sealed class LatencyTimeline : IPairSink
{
    /// <summary>So many stimuli are kept one by one, so that short runs show each of their points.</summary>
    public const int MostPoints = 2000;

    private const int MostColumns = 512;
    private readonly List<TimedPair> _points = [];
    private readonly WorstSamples _worst = new(100);
    private TimelineColumn?[] _columns = new TimelineColumn?[MostColumns];
    private int _columnShift = 12;
    private long _originTick;
    private bool _begun;

    /// <summary>How many stimuli were seen, warm-up not included.</summary>
    public long Count { get; private set; }

    /// <summary>Every stimulus, where there are at most <see cref="MostPoints"/>; null otherwise.</summary>
    public IReadOnlyList<TimedPair>? Points => Count <= MostPoints ? _points : null;

    /// <summary>The longest latencies with the ticks of their stimuli, the longest first.</summary>
    public ReadOnlySpan<TimedValue> Worst => _worst.Values;

    /// <summary>The columns that hold anything, by time.</summary>
    public IEnumerable<TimelineColumn> Columns => _columns.OfType<TimelineColumn>();

    /// <summary>Ticks a column.</summary>
    public long ColumnTicks => 1L << _columnShift;

    public void Pairs(ReadOnlySpan<Pair> pairs)
    {
        foreach (ref readonly var pair in pairs)
        {
            // The tick of a stimulus that was lost is unknown: it has no place on the axis, and its gap is drawn anyway.
            if (pair.Sequence >= 0 && (pair.Flags & PairFlags.StimulusLost) == PairFlags.None)
            {
                Add(pair);
            }
        }
    }

    private void Add(in Pair pair)
    {
        if (!_begun)
        {
            _originTick = pair.StimulusTick;
            _begun = true;
        }

        var latency = pair.Status == PairStatus.Matched && (pair.Flags & PairFlags.MaybeShifted) == PairFlags.None ? pair.ResponseTick - pair.StimulusTick : -1;
        if (Count++ < MostPoints)
        {
            _points.Add(new TimedPair(pair.StimulusTick, latency, pair.Status));
        }

        // Columns are powers of two wide, so that finding one is a shift: this is done for every stimulus of a run.
        var elapsed = (ulong)(pair.StimulusTick - _originTick);
        while (elapsed >> _columnShift >= MostColumns)
        {
            MergeNeighbours();
        }

        var at = (int)(elapsed >> _columnShift);
        var column = _columns[at] ??= new TimelineColumn(_originTick + (at * ColumnTicks));
        column.Add(pair.Status, latency);
        if (latency >= 0)
        {
            _worst.Add(new TimedValue(latency, pair.StimulusTick, pair.Sequence));
        }
    }

    private void MergeNeighbours()
    {
        var merged = new TimelineColumn?[MostColumns];
        for (var i = 0; i < MostColumns; i += 2)
        {
            var (left, right) = (_columns[i], _columns[i + 1]);
            if (left is not null && right is not null)
            {
                left.Merge(right);
            }

            merged[i / 2] = left ?? (right is null ? null : right.From(_originTick + (i * ColumnTicks)));
        }

        _columns = merged;
        _columnShift++;
    }
}

/// <summary>One stimulus on the time axis; the latency is -1 where there is none.</summary>
public readonly record struct TimedPair(long StimulusTick, long LatencyTicks, PairStatus Status);

/// <summary>What happened in a stretch of time.</summary>
public sealed class TimelineColumn(long fromTick)
{
    // Eight significant bits: values below 256 ticks are exact, the others to 0.8 %.
    private const int StepBits = 8;
    private const int Steps = 1 << StepBits;
    private readonly int[]?[] _octaves = new int[]?[64 - StepBits];

    public long FromTick { get; private set; } = fromTick;

    public long Matched { get; private set; }

    public long Late { get; private set; }

    public long Missed { get; private set; }

    public long Excluded { get; private set; }

    public long MinTicks { get; private set; } = long.MaxValue;

    public long MaxTicks { get; private set; } = -1;

    public void Add(PairStatus status, long latencyTicks)
    {
        Late += status == PairStatus.Late ? 1 : 0;
        Missed += status == PairStatus.Missed ? 1 : 0;
        Excluded += status == PairStatus.Excluded ? 1 : 0;
        if (latencyTicks < 0)
        {
            return;
        }

        Matched++;
        MinTicks = Math.Min(MinTicks, latencyTicks);
        MaxTicks = Math.Max(MaxTicks, latencyTicks);
        var octave = Math.Max(0, 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)latencyTicks) - StepBits);
        (_octaves[octave] ??= new int[Steps])[(int)(latencyTicks >> octave)]++;
    }

    /// <summary>The latencies as (lowest, highest tick of the step, count), rising.</summary>
    public IEnumerable<(long Low, long High, int Count)> Distribution()
    {
        for (var octave = 0; octave < _octaves.Length; octave++)
        {
            for (var step = 0; step < Steps && _octaves[octave] is not null; step++)
            {
                if (_octaves[octave]![step] is > 0 and var count)
                {
                    var low = (long)step << octave;
                    yield return (low, low + (1L << octave) - 1, count);
                }
            }
        }
    }

    /// <summary>Median of the matched latencies, to the width of a step; null without any.</summary>
    public long? MedianTicks()
    {
        var rank = (Matched + 1) / 2;
        foreach (var (low, high, count) in Distribution())
        {
            rank -= count;
            if (rank <= 0)
            {
                return low + ((high - low) / 2);
            }
        }

        return null;
    }

    internal TimelineColumn From(long tick)
    {
        FromTick = tick;
        return this;
    }

    internal void Merge(TimelineColumn other)
    {
        Matched += other.Matched;
        Late += other.Late;
        Missed += other.Missed;
        Excluded += other.Excluded;
        MinTicks = Math.Min(MinTicks, other.MinTicks);
        MaxTicks = Math.Max(MaxTicks, other.MaxTicks);
        for (var octave = 0; octave < _octaves.Length; octave++)
        {
            if (other._octaves[octave] is not { } theirs)
            {
                continue;
            }

            var mine = _octaves[octave] ??= new int[Steps];
            for (var step = 0; step < Steps; step++)
            {
                mine[step] += theirs[step];
            }
        }
    }
}
