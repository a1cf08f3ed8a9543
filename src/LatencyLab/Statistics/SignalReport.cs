namespace LatencyLab.Statistics;

/// <summary>How a signal is looked at.</summary>
/// <param name="NominalPeriodTicks">What the period should be; null takes the median period.</param>
/// <param name="Reference">Clock for the time interval error.</param>
/// <param name="Clock">Rising edges of the clock for <see cref="TieReference.OtherChannel"/>.</param>
public sealed record SignalOptions(double? NominalPeriodTicks = null, TieReference Reference = TieReference.LeastSquares, ReferenceClock? Clock = null);

/// <summary>Spread of differences between neighbouring periods, in ticks.</summary>
/// <param name="Rms">Root of the mean square.</param>
/// <param name="Peak">Largest magnitude.</param>
public sealed record CycleToCycle(double Rms, long Peak);

/// <summary>Everything that is said about one clock-like channel, in ticks. Members that need more edges than there are are null.</summary>
public sealed record SignalReport
{
    /// <summary>Rising edges of the signal.</summary>
    public required long RisingEdges { get; init; }

    /// <summary>Times between neighbouring rising edges, as they are: missing and doubled pulses included.</summary>
    public required LatencySummary Period { get; init; }

    /// <summary>Times from a rising edge to the next falling one.</summary>
    public required LatencySummary High { get; init; }

    /// <summary>Times from a falling edge to the next rising one.</summary>
    public required LatencySummary Low { get; init; }

    /// <summary>The longest periods with their times.</summary>
    public required IReadOnlyList<TimedValue> LongestPeriods { get; init; }

    /// <summary>Largest minus smallest period.</summary>
    public long? PeriodJitterPeakToPeak { get; init; }

    public CycleToCycle? CycleToCycle { get; init; }

    /// <summary>Standard deviation (n - 1) of the time over N neighbouring periods, by N.</summary>
    public IReadOnlyList<(int Periods, double Sd)> NPeriodJitter { get; init; } = [];

    /// <summary>High time by period over all whole cycles: ratio of sums.</summary>
    public double? Duty { get; init; }

    /// <summary>Mean high time minus mean low time over all whole cycles: 0 for a clock that should be high half of the time.</summary>
    public double? DutyCycleDistortion { get; init; }

    /// <summary>What missing and doubled pulses are judged by: the given period, or the median one.</summary>
    public double? NominalPeriodTicks { get; init; }

    /// <summary>Pulses that should have come and didn't.</summary>
    public long MissingPulses { get; init; }

    /// <summary>Pulses that came between two due ones.</summary>
    public long DoubledPulses { get; init; }

    public TimeIntervalError? TimeIntervalError { get; init; }

    /// <summary>Deviation of the fitted period from the given nominal one, or from the other channel's; null where neither was given.</summary>
    public double? FrequencyErrorPpm { get; init; }

    /// <summary>Over the longest stretch without a missing or doubled pulse.</summary>
    public IReadOnlyList<StabilityPoint> Stability { get; init; } = [];
}
