namespace LatencyLab.Runs.Documents;

/// <summary>One element of member <c>signals</c>: a signal that the target made, in nanoseconds and hertz. What its edges can't say is null.</summary>
public sealed record SignalNumbers
{
    /// <summary>Way of toggling, or "timer"; also the name of the channel in the edges.</summary>
    public required string Name { get; init; }

    public required int Channel { get; init; }

    /// <summary>Rising edges that count.</summary>
    public required long RisingEdges { get; init; }

    /// <summary>Periods that the target says it made, warm-up included; null where it can't say.</summary>
    public long? PeriodsMade { get; init; }

    /// <summary>Rising edges that the sampler saw, warm-up included.</summary>
    public required long PeriodsSeen { get; init; }

    public required long MissingPulses { get; init; }

    public required long DoubledPulses { get; init; }

    /// <summary>One over the mean period.</summary>
    public double? FrequencyHz { get; init; }

    /// <summary>By how much the period of the clock that fits the edges best is longer than the planned one.</summary>
    public double? FrequencyErrorPpm { get; init; }

    /// <summary>What missing pulses are judged by: the planned period, or the median one.</summary>
    public double? NominalPeriodNs { get; init; }

    public required LatencyNumbers PeriodNs { get; init; }

    public required LatencyNumbers HighNs { get; init; }

    public required LatencyNumbers LowNs { get; init; }

    public double? PeriodJitterRmsNs { get; init; }

    public double? PeriodJitterPpNs { get; init; }

    public double? C2cRmsNs { get; init; }

    public double? C2cPeakNs { get; init; }

    /// <summary>High time by period.</summary>
    public double? Duty { get; init; }

    public double? DutyCycleDistortionNs { get; init; }

    public double? TieRmsNs { get; init; }

    public double? TiePpNs { get; init; }

    public required UncertaintyNumbers UncertaintyNs { get; init; }
}
