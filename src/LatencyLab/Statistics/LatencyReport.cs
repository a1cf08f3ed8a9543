namespace LatencyLab.Statistics;

/// <summary>How often latencies were longer than a limit; missed and late stimuli exceed every limit.</summary>
/// <param name="LimitTicks">The limit; a latency equal to it doesn't exceed it.</param>
/// <param name="Share">Exceeding stimuli of all, with bounds at the effective sample size.</param>
public sealed record Exceedance(long LimitTicks, Proportion Share);

/// <summary>Everything that is said about the latencies of a run, in ticks.</summary>
public sealed record LatencyReport
{
    public required LatencySummary Summary { get; init; }

    /// <summary>Every matched latency.</summary>
    public required SortedCounts Latencies { get; init; }

    /// <summary>Late and missed stimuli of all that count.</summary>
    public required Proportion Censored { get; init; }

    /// <summary>Largest minus smallest of n latencies; null when nothing matched or it doesn't fit 64 bits.</summary>
    public required long? JitterPeakToPeak { get; init; }

    /// <summary>Standard deviation without quantisation; 0 is "below the resolution", null is too few values.</summary>
    public required double? SdResolved { get; init; }

    public required IReadOnlyList<Mode> Modes { get; init; }

    /// <summary>Resemblance of each latency to the one before it.</summary>
    public required double AutocorrelationLag1 { get; init; }

    public required IReadOnlyList<PhaseSpread> PhaseSpreads { get; init; }

    /// <summary>Null below 20 latencies.</summary>
    public required Outliers? Outliers { get; init; }

    /// <summary>The largest latencies with their times, the largest first.</summary>
    public required IReadOnlyList<TimedValue> Worst { get; init; }

    /// <summary>Null when no limit was given.</summary>
    public required Exceedance? Exceedance { get; init; }

    /// <summary>Reports on latencies and on the order in which they came.</summary>
    /// <param name="latencies">Of the matched stimuli.</param>
    /// <param name="censored">Late and missed stimuli.</param>
    /// <param name="series">All of them in their order.</param>
    /// <param name="worst">The longest with their times.</param>
    /// <param name="phases">The stimuli against the periods that are tested.</param>
    /// <param name="limitTicks">The limit whose exceedances are wanted; null for none.</param>
    public static LatencyReport Of(SortedCounts latencies, long censored, LatencySeries series, WorstSamples worst, PhaseLocking phases, long? limitTicks)
    {
        var n = checked(latencies.Count + censored);
        var summary = LatencySummary.Of(latencies, censored, series.EffectiveSize(latencies, censored));

        // Negative where it doesn't fit.
        var range = unchecked((summary.Max ?? 0) - (summary.Min ?? 0));
        return new LatencyReport
        {
            Summary = summary,
            Latencies = latencies,
            Censored = Proportion.Of(censored, n, series.EffectiveSizeOfCensored(n, censored)),
            JitterPeakToPeak = latencies.Count == 0 || range < 0 ? null : range,
            SdResolved = Quantisation.RemoveFrom(summary.Sd),
            Modes = Statistics.Modes.Find(latencies),
            AutocorrelationLag1 = series.AutocorrelationAtLag(1),
            PhaseSpreads = phases.Spreads(),
            Outliers = Statistics.Outliers.Of(latencies, worst),
            Worst = worst.Values.ToArray(),
            Exceedance = limitTicks is { } limit
                ? new Exceedance(limit, Proportion.Of(latencies.CountAbove(limit) + censored, n, series.EffectiveSizeAbove(limit, latencies, censored)))
                : null,
        };
    }
}

/// <summary>Takes values in the order in which they happened, and reports on them. One pass; memory doesn't grow with the run.</summary>
/// <param name="testedPeriodTicks">Periods that the stimuli might keep step with, for example 10 ms, the tick of many firmwares.</param>
public sealed class LatencyCollector(IEnumerable<double> testedPeriodTicks)
{
    private readonly CountTable _table = new();
    private readonly LatencySeries _series = new();
    private readonly WorstSamples _worst = new();
    private readonly PhaseLocking _phases = new(testedPeriodTicks);
    private long _censored;

    /// <summary>A stimulus that was answered in its window.</summary>
    public void AddMatched(long latencyTicks, long stimulusTick, long sequence)
    {
        _table.Add(latencyTicks);
        _series.Add(latencyTicks);
        _worst.Add(new TimedValue(latencyTicks, stimulusTick, sequence));
        _phases.Add(stimulusTick);
    }

    /// <summary>A stimulus that was answered late or not at all: its latency is only known to be longer than the window.</summary>
    public void AddCensored(long stimulusTick)
    {
        _censored++;
        _series.Add(LatencySeries.Censored);
        _phases.Add(stimulusTick);
    }

    /// <summary>What there is to say so far.</summary>
    /// <param name="limitTicks">The limit whose exceedances are wanted; null for none.</param>
    public LatencyReport ToReport(long? limitTicks = null) => LatencyReport.Of(_table.ToSorted(), _censored, _series, _worst, _phases, limitTicks);
}
