namespace LatencyLab.Statistics;

/// <summary>
/// The edges of one channel as the clock for another. Their periods are equal, or one is a multiple of the other; between two edges of a slower clock
/// its time runs evenly. Whatever shifts both channels alike, the recorder's own clock above all, cancels.
/// </summary>
public sealed class ReferenceClock
{
    // Clocks of one nominal rate differ by far less, and two that aren't multiples by far more.
    private const double MostOff = 0.01;

    private readonly ClockGrid _grid;

    /// <param name="edges">Rising edges, strictly rising ticks, at least two.</param>
    public ReferenceClock(long[] edges)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(edges.Length, 2, nameof(edges));
        var periods = new long[edges.Length - 1];
        for (var i = 0; i < periods.Length; i++)
        {
            periods[i] = edges[i + 1] - edges[i];
        }

        PeriodTicks = (double)Moments.TwiceMedian(SortedCounts.Of(periods)) / 2;
        _grid = ClockGrid.Of(edges, PeriodTicks);
    }

    /// <summary>Its median period.</summary>
    public double PeriodTicks { get; }

    /// <summary>Cycles of this clock by one of the other, each a whole number and one of them 1; null where neither is a multiple of the other.</summary>
    /// <param name="periodTicks">Period of the other.</param>
    public (long Clock, long Other)? Ratio(double periodTicks)
    {
        var ratio = periodTicks / PeriodTicks;
        var many = Math.Round(Math.Max(ratio, 1 / ratio));
        return many > 1e9 || Math.Abs((Math.Max(ratio, 1 / ratio) / many) - 1) > MostOff ? null
            : ratio >= 1 ? ((long)many, 1)
            : (1, (long)many);
    }

    /// <summary>The errors of edges against this clock, and the first edge that has one; null where fewer than three edges lie within this clock's.</summary>
    /// <param name="ticks">Edges, rising.</param>
    /// <param name="cycles">Number of the cycle that each edge begins.</param>
    /// <param name="ratio">Of the two clocks.</param>
    internal (TimeIntervalError Error, int First)? ErrorsOf(long[] ticks, long[] cycles, (long Clock, long Other) ratio)
    {
        var first = 0;
        while (first < ticks.Length && ticks[first] < _grid.Ticks[0])
        {
            first++;
        }

        if (ticks.Length - first < 3 || ticks[first] >= _grid.Ticks[^1])
        {
            return null;
        }

        // Places on this clock are counted in parts of its cycle, as many as the other has cycles in it.
        var i = Before(ticks[first]);
        var (from, length) = Cycle(i);
        var place = (Int128)(_grid.Cycles[i] * ratio.Other) + (Int128)Math.Floor((double)(ticks[first] - from) / length * ratio.Other * (_grid.Cycles[i + 1] - _grid.Cycles[i]));
        var errors = new List<double>();
        for (var k = first; k < ticks.Length; k++)
        {
            var at = place + ((Int128)(cycles[k] - cycles[first]) * ratio.Clock);
            var (cycle, part) = Int128.DivRem(at, ratio.Other);
            var index = Array.BinarySearch(_grid.Cycles, (long)cycle);
            index = index >= 0 ? index : ~index - 1;
            if (index >= _grid.Ticks.Length - 1 && (index > _grid.Ticks.Length - 1 || part != 0 || _grid.Cycles[index] != (long)cycle))
            {
                break;
            }

            var into = (double)((Int128)(((long)cycle - _grid.Cycles[index]) * ratio.Other) + part) / ratio.Other;
            var (start, span) = Cycle(Math.Min(index, _grid.Ticks.Length - 2));
            errors.Add(index == _grid.Ticks.Length - 1
                ? ticks[k] - _grid.Ticks[index]
                : ticks[k] - start - (into / (_grid.Cycles[index + 1] - _grid.Cycles[index]) * span));
        }

        return errors.Count < 3 ? null : (TimeIntervalError.OfOther(
            [.. errors], (double)(_grid.Ticks[^1] - _grid.Ticks[0]) / (_grid.Cycles[^1] - _grid.Cycles[0]) * ratio.Clock / ratio.Other, ticks[first]), first);
    }

    // The edge at or before a tick that lies within the clock.
    private int Before(long tick)
    {
        var index = Array.BinarySearch(_grid.Ticks, tick);
        return Math.Min(index >= 0 ? index : ~index - 1, _grid.Ticks.Length - 2);
    }

    private (long From, double Length) Cycle(int index) => (_grid.Ticks[index], _grid.Ticks[index + 1] - _grid.Ticks[index]);
}
