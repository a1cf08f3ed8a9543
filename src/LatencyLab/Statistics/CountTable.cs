namespace LatencyLab.Statistics;

/// <summary>
/// How often each tick count occurred: the exact, order-free and mergeable heart of all statistics. Small values, where latencies live, are
/// counted in an array; the others in a dictionary of bounded size.
/// </summary>
/// <remarks>
/// Memory is bounded whatever is added. Once more than <see cref="MaxSparseValues"/> different values lie outside the array's window, those
/// are rounded up to multiples of <see cref="SparseResolution"/>, which doubles until they fit; values inside the window stay exact. The result
/// doesn't depend on the order of adding or merging.
/// </remarks>
public sealed class CountTable
{
    /// <summary>Values from 0 up to here are counted exactly: 16.8 ms at 62.5 MHz. The array grows to what was seen, at most 8 MB.</summary>
    public const int WindowTicks = 1 << 20;

    /// <summary>So many different values outside the window are kept apart.</summary>
    public const int MaxSparseValues = 1 << 20;

    private readonly Dictionary<long, long> _sparse = [];
    private readonly int _maxSparseValues;
    private long[] _dense = new long[1024];
    private int _sparseShift;

    public CountTable()
        : this(MaxSparseValues)
    {
    }

    internal CountTable(int maxSparseValues) => _maxSparseValues = maxSparseValues;

    /// <summary>How many values were added.</summary>
    public long Count { get; private set; }

    /// <summary>To multiples of what values outside the window are rounded up; 1 while the whole table is exact.</summary>
    public long SparseResolution => 1L << _sparseShift;

    /// <summary>Counts one value.</summary>
    public void Add(long value) => Add(value, 1);

    /// <summary>Counts a value <paramref name="count"/> times.</summary>
    public void Add(long value, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0)
        {
            return;
        }

        Count += count;
        if (value < 0 || value >= _dense.Length)
        {
            AddOutside(value, count);
            return;
        }

        _dense[value] += count;
    }

    /// <summary>Counts a block of values: the hot path of every analysis, without allocation once the window has its size.</summary>
    public void Add(ReadOnlySpan<long> values)
    {
        Count += values.Length;
        var dense = _dense;

        // A count of 2^63 can't be reached by adding ones, and the index is proven by the comparison.
        unchecked
        {
            foreach (var value in values)
            {
                if ((ulong)value < (ulong)dense.Length)
                {
                    dense[value]++;
                }
                else
                {
                    AddOutside(value, 1);
                    dense = _dense;
                }
            }
        }
    }

    /// <summary>Adds all of another table; the sum is the table of both samples pooled.</summary>
    public void Merge(CountTable other)
    {
        if (other._dense.Length > _dense.Length)
        {
            Array.Resize(ref _dense, other._dense.Length);
        }

        for (var i = 0; i < other._dense.Length; i++)
        {
            _dense[i] += other._dense[i];
        }

        while (_sparseShift < other._sparseShift)
        {
            CoarsenSparse();
        }

        foreach (var (value, count) in other._sparse)
        {
            AddSparse(value, count);
        }

        Count += other.Count;
    }

    /// <summary>The values in rising order with their counts: what all statistics are computed from.</summary>
    public SortedCounts ToSorted()
    {
        var keys = _sparse.Keys.ToArray();
        Array.Sort(keys);
        var distinct = keys.Length + Occurring(_dense) - (_dense[0] > 0 && _sparse.ContainsKey(0) ? 1 : 0);
        var (values, counts, filled) = (new long[distinct], new long[distinct], 0);
        var below = 0;
        while (below < keys.Length && keys[below] < 0)
        {
            Append(keys[below], _sparse[keys[below]]);
            below++;
        }

        for (var value = 0; value < _dense.Length; value++)
        {
            // Rounding up can bring a negative value to 0, which is then counted in both parts.
            var count = _dense[value] + (value == 0 ? _sparse.GetValueOrDefault(0) : 0);
            if (count != 0)
            {
                Append(value, count);
            }
        }

        foreach (var key in keys.AsSpan(below))
        {
            if (key > 0)
            {
                Append(key, _sparse[key]);
            }
        }

        return new SortedCounts(values, counts);

        void Append(long value, long count)
        {
            values[filled] = value;
            counts[filled++] = count;
        }
    }

    private static int Occurring(ReadOnlySpan<long> counts)
    {
        var occurring = 0;
        foreach (var count in counts)
        {
            occurring += count != 0 ? 1 : 0;
        }

        return occurring;
    }

    private void AddOutside(long value, long count)
    {
        if (value is >= 0 and < WindowTicks)
        {
            Array.Resize(ref _dense, Math.Min(WindowTicks, Math.Max((int)value + 1, _dense.Length * 2)));
            _dense[value] += count;
            return;
        }

        AddSparse(value, count);
    }

    private void AddSparse(long value, long count)
    {
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_sparse, RoundUp(value), out _) += count;
        while (_sparse.Count > _maxSparseValues)
        {
            CoarsenSparse();
        }
    }

    private void CoarsenSparse()
    {
        _sparseShift++;
        var old = _sparse.ToArray();
        _sparse.Clear();
        foreach (var (value, count) in old)
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_sparse, RoundUp(value), out _) += count;
        }
    }

    // Up, so that a rounded latency is never better than the measured one; saturates at the last multiple that a long holds.
    private long RoundUp(long value)
    {
        if (_sparseShift == 0)
        {
            return value;
        }

        var floor = value >> _sparseShift << _sparseShift;
        return floor == value || floor > long.MaxValue - (1L << _sparseShift) ? floor : floor + (1L << _sparseShift);
    }
}
