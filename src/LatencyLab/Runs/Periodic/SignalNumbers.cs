using LatencyLab.Samplers;
using LatencyLab.Units;

namespace LatencyLab.Runs.Periodic;

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

    /// <summary>The numbers of a measured signal.</summary>
    public static SignalNumbers Of(MeasuredSignal signal, TimeBase timeBase, SamplerIdentity sampler)
    {
        var report = signal.Report;
        return new SignalNumbers
        {
            Name = signal.Name,
            Channel = signal.Channel,
            RisingEdges = report.RisingEdges,
            PeriodsMade = signal.Made,
            PeriodsSeen = signal.Seen,
            MissingPulses = report.MissingPulses,
            DoubledPulses = report.DoubledPulses,
            FrequencyHz = report.Period.Mean is > 0 and var mean ? timeBase.TickHz / mean : null,
            FrequencyErrorPpm = report.FrequencyErrorPpm,
            NominalPeriodNs = Ns(report.NominalPeriodTicks),
            PeriodNs = LatencyInTime.Of(report.Period, timeBase),
            HighNs = LatencyInTime.Of(report.High, timeBase),
            LowNs = LatencyInTime.Of(report.Low, timeBase),
            PeriodJitterRmsNs = Ns(report.Period.Sd),
            PeriodJitterPpNs = Ns(report.PeriodJitterPeakToPeak),
            C2cRmsNs = Ns(report.CycleToCycle?.Rms),
            C2cPeakNs = Ns(report.CycleToCycle?.Peak),
            Duty = report.Duty,
            DutyCycleDistortionNs = Ns(report.DutyCycleDistortion),
            TieRmsNs = Ns(report.TimeIntervalError?.Rms),
            TiePpNs = Ns(report.TimeIntervalError?.PeakToPeak),
            // One wire: what shifts one of its edges shifts the next one of the same direction alike.
            UncertaintyNs = LatencyInTime.UncertaintyOf(report.Period, timeBase, 0, sampler.ClockPpmLimit),
        };

        double? Ns(double? ticks) => ticks is { } t ? timeBase.ToNanoseconds(t) : null;
    }
}
