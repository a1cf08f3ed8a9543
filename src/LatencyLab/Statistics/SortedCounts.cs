namespace LatencyLab.Statistics;

/// <summary>A sample as different values in rising order, each with its count; immutable. Ranks count from 1.</summary>
public sealed class SortedCounts
{
    private readonly long[] _values;
    private readonly long[] _cumulative;

    // The sum in halves: code that is compiled ahead of time can't hold the layout of Int128, and would leave all methods of its owner to start-up.
    private readonly long _sumHigh;
    private readonly ulong _sumLow;

    /// <param name="values">Strictly rising.</param>
    /// <param name="counts">Positive, as many as values.</param>
    internal SortedCounts(long[] values, long[] counts)
    {
        _values = values;
        _cumulative = counts;
        long total = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var high = Math.BigMul(values[i], counts[i], out var low);
            unchecked
            {
                _sumLow += (ulong)low;
                _sumHigh += high + (_sumLow < (ulong)low ? 1 : 0);
            }

            total += counts[i];
            _cumulative[i] = total;
        }

        Count = total;
    }

    /// <summary>The table of a sample in any order.</summary>
    public static SortedCounts Of(ReadOnlySpan<long> sample)
    {
        var table = new CountTable();
        table.Add(sample);
        return table.ToSorted();
    }

    /// <summary>All samples pooled into one.</summary>
    public static SortedCounts Merge(IEnumerable<SortedCounts> samples)
    {
        var table = new CountTable();
        foreach (var sample in samples)
        {
            for (var i = 0; i < sample.Distinct; i++)
            {
                table.Add(sample.Values[i], sample.CountAt(i));
            }
        }

        return table.ToSorted();
    }

    public static SortedCounts Empty { get; } = new([], []);

    /// <summary>Sample size.</summary>
    public long Count { get; }

    /// <summary>Exact sum of the sample.</summary>
    public Int128 Sum => new(unchecked((ulong)_sumHigh), _sumLow);

    /// <summary>How many different values there are.</summary>
    public int Distinct => _values.Length;

    /// <summary>The different values, rising.</summary>
    public ReadOnlySpan<long> Values => _values;

    /// <summary>For each value, how many of the sample are at or below it.</summary>
    public ReadOnlySpan<long> Cumulative => _cumulative;

    /// <summary>Smallest value; null when the sample is empty.</summary>
    public long? Min => _values.Length == 0 ? null : _values[0];

    /// <summary>Largest value; null when the sample is empty.</summary>
    public long? Max => _values.Length == 0 ? null : _values[^1];

    /// <summary>How often the value at <paramref name="index"/> of <see cref="Values"/> occurred.</summary>
    public long CountAt(int index) => index == 0 ? _cumulative[0] : _cumulative[index] - _cumulative[index - 1];

    /// <summary>The order statistic of a rank from 1 to <see cref="Count"/>.</summary>
    public long ValueAtRank(long rank)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, Count);
        var index = Array.BinarySearch(_cumulative, rank);
        return _values[index >= 0 ? index : ~index];
    }

    /// <summary>How many of the sample are at or below a value.</summary>
    public long CountAtOrBelow(long value)
    {
        var index = Array.BinarySearch(_values, value);
        index = index >= 0 ? index : ~index - 1;
        return index < 0 ? 0 : _cumulative[index];
    }

    /// <summary>How many of the sample are above a value.</summary>
    public long CountAbove(long value) => Count - CountAtOrBelow(value);
}
