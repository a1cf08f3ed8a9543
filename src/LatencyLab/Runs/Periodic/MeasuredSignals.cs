using LatencyLab.Runs.Documents;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Runs.Periodic;

/// <summary>One signal as it was measured.</summary>
/// <param name="Name">The variant, or "timer"; also the name of its channel.</param>
/// <param name="Channel">Index of its channel.</param>
/// <param name="Report">Periods, jitter, duty, in ticks, without the warm-up.</param>
/// <param name="Periods">Every period that counts, in ticks.</param>
/// <param name="Made">Periods that the target says it made; null where it was never heard again, or goes on without the sampler.</param>
/// <param name="Seen">Rising edges that the sampler saw, warm-up included.</param>
public sealed record MeasuredSignal(string Name, int Channel, SignalReport Report, SortedCounts Periods, long? Made, long Seen)
{
    /// <summary>The signal as run.json tells it.</summary>
    /// <param name="timeBase">Ticks per second.</param>
    /// <param name="sampler">Whose clock the uncertainty is of.</param>
    public SignalNumbers ToNumbers(TimeBase timeBase, SamplerIdentity sampler)
    {
        return new SignalNumbers
        {
            Name = Name,
            Channel = Channel,
            RisingEdges = Report.RisingEdges,
            PeriodsMade = Made,
            PeriodsSeen = Seen,
            MissingPulses = Report.MissingPulses,
            DoubledPulses = Report.DoubledPulses,
            FrequencyHz = Report.Period.Mean is > 0 and var mean ? timeBase.TickHz / mean : null,
            FrequencyErrorPpm = Report.FrequencyErrorPpm,
            NominalPeriodNs = Ns(Report.NominalPeriodTicks),
            PeriodNs = LatencyInTime.Of(Report.Period, timeBase),
            HighNs = LatencyInTime.Of(Report.High, timeBase),
            LowNs = LatencyInTime.Of(Report.Low, timeBase),
            PeriodJitterRmsNs = Ns(Report.Period.Sd),
            PeriodJitterPpNs = Ns(Report.PeriodJitterPeakToPeak),
            C2cRmsNs = Ns(Report.CycleToCycle?.Rms),
            C2cPeakNs = Ns(Report.CycleToCycle?.Peak),
            Duty = Report.Duty,
            DutyCycleDistortionNs = Ns(Report.DutyCycleDistortion),
            TieRmsNs = Ns(Report.TimeIntervalError?.Rms),
            TiePpNs = Ns(Report.TimeIntervalError?.PeakToPeak),
            // One wire: what shifts one of its edges shifts the next one of the same direction alike.
            UncertaintyNs = LatencyInTime.UncertaintyOf(Report.Period, timeBase, 0, sampler.ClockPpmLimit),
        };

        double? Ns(double? ticks) => ticks is { } t ? timeBase.ToNanoseconds(t) : null;
    }
}

/// <summary>One measurement of signals after its end, in memory.</summary>
/// <param name="Plan">As it was carried out.</param>
/// <param name="Target">The board under test.</param>
/// <param name="Sampler">What stamped.</param>
/// <param name="Firmware">SHA-256 of each script part that was sent to a board, by name.</param>
/// <param name="TimeBase">Ticks per second.</param>
/// <param name="Wires">How the wire was proven.</param>
/// <param name="Signals">One a variant.</param>
/// <param name="Health">What went wrong on the sampler's link, over all captures.</param>
/// <param name="Status">Complete, partial (interrupted) or invalid.</param>
/// <param name="Reasons">Why it isn't complete.</param>
/// <param name="Warnings">What the reader must know besides.</param>
/// <param name="Gaps">Spans of doubt.</param>
public sealed record MeasuredSignals(
    SignalPlan Plan, BoardOnPort Target, SamplerIdentity Sampler, IReadOnlyDictionary<string, string> Firmware, TimeBase TimeBase, IReadOnlyList<WireDocument> Wires, IReadOnlyList<MeasuredSignal> Signals,
    StreamHealth Health, RunStatus Status, IReadOnlyList<string> Reasons, IReadOnlyList<string> Warnings, IReadOnlyList<Gap> Gaps)
{
    /// <summary>Edges of each channel, warm-up included.</summary>
    public IReadOnlyList<long> EdgesByChannel { get; init; } = [];

    /// <summary>The target's clock while it was measured, as it says.</summary>
    public long? CpuHz { get; init; }

    /// <summary>How much each load has done.</summary>
    public IReadOnlyDictionary<string, long>? LoadWork { get; init; }
}
