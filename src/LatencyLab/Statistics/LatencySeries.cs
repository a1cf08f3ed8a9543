namespace LatencyLab.Statistics;

/// <summary>
/// Latencies in the order in which they happened, for whatever depends on order: how many independent values they are worth. A short series is kept
/// whole; of a long one evenly spread stretches are kept, so that memory stays bounded.
/// </summary>
public sealed class LatencySeries
{
    /// <summary>Stands for a late or missed stimulus: longer than every latency.</summary>
    public const long Censored = long.MaxValue;

    private const int StretchLength = 4096;
    private const int MaxStretches = 64;
    private const long FewExceedances = 50;

    private readonly List<long[]> _stretches = [];
    private long[] _current = new long[StretchLength];
    private int _filled;
    private long _stretchIndex;
    private long _keepEach = 1;
    private bool _isBroken;

    /// <summary>The next latency in ticks, or <see cref="Censored"/>.</summary>
    public void Add(long latencyTicks) => Add([latencyTicks]);

    /// <summary>The next latencies in ticks, <see cref="Censored"/> among them.</summary>
    public void Add(ReadOnlySpan<long> latencyTicks)
    {
        while (!latencyTicks.IsEmpty)
        {
            var count = Math.Min(latencyTicks.Length, StretchLength - _filled);
            latencyTicks[..count].CopyTo(_current.AsSpan(_filled));
            latencyTicks = latencyTicks[count..];
            _filled += count;
            if (_filled == StretchLength)
            {
                EndStretch();
            }
        }
    }

    /// <summary>
    /// Goes on with another series, between which and this one nothing is known. Where one of them keeps fewer of its stretches, the other one lets go
    /// of as many, so that what is kept stays evenly spread over both.
    /// </summary>
    public void Merge(LatencySeries other)
    {
        var (theirs, each) = (other._stretches.ToList(), other._keepEach);
        if (_stretchIndex == 0 && _filled == 0 && !_isBroken && _stretches.Count == 0)
        {
            (_keepEach, _stretchIndex, _filled, _isBroken) = (each, other._stretchIndex, other._filled, other._isBroken);
            _stretches.AddRange(theirs);
            other._current.AsSpan(0, _filled).CopyTo(_current);
            return;
        }

        CloseStretch();
        while (_keepEach != each)
        {
            if (_keepEach < each)
            {
                Thin(_stretches);
                _keepEach *= 2;
            }
            else
            {
                Thin(theirs);
                each *= 2;
            }
        }

        _stretches.AddRange(theirs);
        _stretchIndex += other._stretchIndex;
        if (other._filled > 0)
        {
            other._current.AsSpan(0, other._filled).CopyTo(_current);
            _filled = other._filled;
            CloseStretch();
        }

        _isBroken = true;
        Bound();
    }

    /// <summary>What the series is worth for its mean and each quantile.</summary>
    /// <param name="matched">All latencies of the series, kept or not.</param>
    /// <param name="censored">Late and missed stimuli.</param>
    public EffectiveSize EffectiveSize(SortedCounts matched, long censored)
    {
        var n = matched.Count + censored;
        var times = new CorrelationTimes(Stretches());
        var p90 = Time(0.9);
        var p99 = TimeOfTail(0.99, p90);
        var p999 = TimeOfTail(0.999, p99);
        return new EffectiveSize(n / Math.Max(1, times.OfMean()), n / Time(0.5), n / p90, n / p99, n / p999, n / TimeOfTail(0.9999, p999));

        double Time(double probability)
        {
            var rank = Quantiles.Rank(n, probability);
            return rank == 0 || rank > matched.Count ? 1 : Math.Max(1, times.Above(matched.ValueAtRank(rank)));
        }

        double TimeOfTail(double probability, double bound) => OfFew(n - Quantiles.Rank(n, probability), Time(probability), bound);
    }

    /// <summary>Independent stimuli that the series is worth for counting how often a limit is exceeded.</summary>
    /// <param name="limitTicks">The limit.</param>
    /// <param name="matched">All latencies of the series, kept or not.</param>
    /// <param name="censored">Late and missed stimuli, which exceed every limit.</param>
    public double EffectiveSizeAbove(long limitTicks, SortedCounts matched, long censored)
    {
        var n = matched.Count + censored;
        var exceedances = matched.CountAbove(limitTicks) + censored;
        var times = new CorrelationTimes(Stretches());
        var time = Math.Max(1, times.Above(limitTicks));

        // What is rarer than one in ten borrows from the values above p90, as the far quantiles do.
        var rank = Quantiles.Rank(n, 0.9);
        return exceedances < Math.Min(FewExceedances, n - rank) && rank <= matched.Count
            ? n / OfFew(exceedances, time, times.Above(matched.ValueAtRank(rank)))
            : n / time;
    }

    /// <summary>Independent stimuli that the series is worth for counting the late and missed ones.</summary>
    /// <param name="n">All stimuli.</param>
    /// <param name="censored">The late and missed ones, kept or not.</param>
    public double EffectiveSizeOfCensored(long n, long censored)
    {
        if (censored == 0)
        {
            return n;
        }

        var stretches = Stretches();
        return stretches.TrueForAll(s => !s.Contains(Censored)) ? n : n / Math.Max(1, new CorrelationTimes(stretches).Above(Censored - 1));
    }

    /// <summary>Autocorrelation of matched latencies at one lag; 0 where nothing varies.</summary>
    public double AutocorrelationAtLag(int lag)
    {
        long[] stretch = [];
        foreach (var other in Stretches())
        {
            stretch = other.Length > stretch.Length ? other : stretch;
        }

        return Autocorrelation.AtLag(CorrelationTimes.Matched(stretch, new double[stretch.Length]), lag);
    }

    /// <summary>Clusters by exceedances of a threshold: 1 when they come one by one, less when in bursts; null without exceedances.</summary>
    public double? ExtremalIndex(long thresholdTicks)
    {
        long exceedances = 0, clusters = 0;
        foreach (var stretch in Stretches())
        {
            var inside = false;
            foreach (var value in stretch)
            {
                exceedances += value > thresholdTicks ? 1 : 0;
                clusters += value > thresholdTicks && !inside ? 1 : 0;
                inside = value > thresholdTicks;
            }
        }

        return exceedances == 0 ? null : (double)clusters / exceedances;
    }

    // A handful of exceedances says too little about how they cluster, and mostly too little clustering. Dependence fades towards the tail, so that
    // a less extreme threshold is a bound; a quarter of the way to it intervals of autocorrelated series were seen to cover what they claim. A bound
    // below one and a half is only the noise of estimating it.
    private static double OfFew(long exceedances, double own, double bound) =>
        exceedances < FewExceedances && bound > 1.5 ? ((3 * own) + Math.Max(own, bound)) / 4 : own;

    private void EndStretch()
    {
        _filled = 0;
        if (_stretchIndex++ % _keepEach != 0)
        {
            return;
        }

        _stretches.Add(_current);
        _current = new long[StretchLength];
        Bound();
    }

    private void Bound()
    {
        while (_stretches.Count > MaxStretches)
        {
            Thin(_stretches);
            _keepEach *= 2;
        }
    }

    // Every second one goes, the first stays.
    private static void Thin(List<long[]> stretches)
    {
        for (var i = (stretches.Count - 1) | 1; i > 0; i -= 2)
        {
            if (i < stretches.Count)
            {
                stretches.RemoveAt(i);
            }
        }
    }

    // What comes next doesn't follow on what was last: a stretch ends here, however short it is.
    private void CloseStretch()
    {
        if (_filled > 0 && (_keepEach == 1 || _filled >= StretchLength / 2))
        {
            _stretches.Add(_current[.._filled]);
        }

        _filled = 0;
    }

    private List<long[]> Stretches()
    {
        var rest = _current[.._filled];
        if (_isBroken)
        {
            return rest.Length == 0 ? _stretches : [.. _stretches, rest];
        }

        if (_keepEach == 1)
        {
            return [Joined(rest)];
        }

        return rest.Length < StretchLength / 2 ? _stretches : [.. _stretches, rest];
    }

    private long[] Joined(long[] rest)
    {
        var length = rest.Length;
        foreach (var stretch in _stretches)
        {
            length += stretch.Length;
        }

        var joined = new long[length];
        var at = 0;
        foreach (var stretch in _stretches)
        {
            stretch.CopyTo(joined, at);
            at += stretch.Length;
        }

        rest.CopyTo(joined, at);
        return joined;
    }
}
