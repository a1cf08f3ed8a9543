using System.Text.Json.Serialization;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Runs.Documents;

/// <summary>Member <c>details_ns</c> of run and analysis documents: what there is to say about latencies besides their quantiles, in nanoseconds.</summary>
public sealed record LatencyDetails
{
    /// <summary>Share of stimuli that were answered late or not at all.</summary>
    public required ShareNumbers Missed { get; init; }

    /// <summary>Largest minus smallest latency.</summary>
    public double? JitterPp { get; init; }

    /// <summary>Standard deviation without the share of quantisation; 0 is below the resolution.</summary>
    public double? SdResolved { get; init; }

    /// <summary>Resemblance of each latency to the one before it, from -1 to 1.</summary>
    public required double Autocorrelation { get; init; }

    /// <summary>Heaps of the distribution, rising.</summary>
    public IReadOnlyList<ModeNumbers> Modes { get; init => field = value ?? []; } = [];

    public IReadOnlyList<PhaseNumbers> Phases { get; init => field = value ?? []; } = [];

    public OutlierNumbers? Outliers { get; init; }

    /// <summary>How often the limit was exceeded; null without a limit.</summary>
    public LimitNumbers? Limit { get; init; }

    /// <summary>Standard uncertainties (k = 1) by source.</summary>
    public required BudgetNumbers Budget { get; init; }

    /// <summary>A report in ticks as numbers in nanoseconds.</summary>
    public static LatencyDetails Of(LatencyReport report, TimeBase timeBase, double edgeNs, double clockPpm)
    {
        var budget = LatencyInTime.BudgetOf(report.Summary, timeBase, edgeNs, clockPpm);
        return new LatencyDetails
        {
            Missed = ShareNumbers.Of(report.Censored),
            JitterPp = report.JitterPeakToPeak is { } jitter ? timeBase.ToNanoseconds(jitter) : null,
            SdResolved = report.SdResolved is { } sd ? timeBase.ToNanoseconds(sd) : null,
            Autocorrelation = report.AutocorrelationLag1,
            Modes = [.. report.Modes.Select(m => new ModeNumbers(timeBase.ToNanoseconds(m.Low), timeBase.ToNanoseconds(m.Peak), timeBase.ToNanoseconds(m.High), m.Share))],
            Phases = [.. report.PhaseSpreads.Select(p => new PhaseNumbers(timeBase.ToNanoseconds(p.PeriodTicks), p.Resultant, p.P, p.IsLocked))],
            Outliers = report.Outliers is { } outliers
                ? new OutlierNumbers(timeBase.ToNanoseconds(outliers.FenceTicks), outliers.Count, [.. outliers.Worst.Select(w => WorstNumbers.Of(w, timeBase))])
                : null,
            Limit = report.Exceedance is { } exceedance ? new LimitNumbers(timeBase.ToNanoseconds(exceedance.LimitTicks), ShareNumbers.Of(exceedance.Share)) : null,
            Budget = new BudgetNumbers(budget.QuantisationNs, budget.CycleNs, budget.ClockNs, budget.SkewNs),
        };
    }
}

/// <summary>A share of stimuli with exact bounds.</summary>
/// <param name="Count">How many.</param>
/// <param name="Total">Of how many.</param>
/// <param name="Ci95">Two-sided 95 % interval of the share (Clopper-Pearson).</param>
/// <param name="Upper95">One-sided 95 % bound.</param>
public sealed record ShareNumbers(long Count, long Total, [property: JsonPropertyName("ci95")] Interval Ci95, [property: JsonPropertyName("upper95")] double Upper95)
{
    public static ShareNumbers Of(Proportion share) => new(share.Events, share.Trials, new Interval(share.Low, share.High), share.UpperBound);
}

/// <summary>A heap of the distribution: 90 % of it lies between low and high.</summary>
public sealed record ModeNumbers(double Low, double Peak, double High, double Share);

/// <summary>How evenly stimuli were spread over a period.</summary>
public sealed record PhaseNumbers(double PeriodNs, double Resultant, double P, bool Locked);

/// <summary>Latencies above Tukey's outer fence, the worst with their times.</summary>
public sealed record OutlierNumbers(double Fence, long Count, IReadOnlyList<WorstNumbers> Worst);

/// <summary>One long latency.</summary>
/// <param name="LatencyNs">How long.</param>
/// <param name="AtTick">Tick of its stimulus.</param>
/// <param name="Sequence">Number of its stimulus.</param>
public sealed record WorstNumbers(double LatencyNs, long AtTick, long Sequence)
{
    public static WorstNumbers Of(TimedValue worst, TimeBase timeBase) => new(timeBase.ToNanoseconds(worst.Value), worst.AtTick, worst.Sequence);
}

/// <summary>How often a limit was exceeded.</summary>
public sealed record LimitNumbers(double Limit, ShareNumbers Exceeded);

/// <summary>Standard uncertainties by source.</summary>
public sealed record BudgetNumbers(double Quantisation, double Cycle, double Clock, double Skew);

/// <summary>Member <c>tail_ns</c>: a model extrapolation, never a worst case.</summary>
public sealed record TailDetails
{
    public string Model { get; init => field = value ?? ModelName; } = ModelName;

    private const string ModelName = "generalised Pareto over a threshold";

    /// <summary>Why there is none; null where there is one.</summary>
    public string? NullReason { get; init; }

    public double? Threshold { get; init; }

    public long? Exceedances { get; init; }

    public double? Shape { get; init; }

    public double? Scale { get; init; }

    /// <summary>Clusters by exceedances; below 0.8 long latencies come in bursts.</summary>
    public double? ExtremalIndex { get; init; }

    /// <summary>Chance of a worse fit if the model were true (Anderson-Darling); below 0.05 it doesn't fit.</summary>
    public double? FitP { get; init; }

    public IReadOnlyList<TailQuantileNumbers> Quantiles { get; init => field = value ?? []; } = [];

    /// <summary>What must hold for it, as sentences.</summary>
    public IReadOnlyList<string> Conditions { get; init => field = value ?? []; } = [];

    /// <summary>An extrapolation in ticks as numbers in nanoseconds.</summary>
    /// <param name="tail">Null where the sample can't bear one.</param>
    /// <param name="reason">Why it can't.</param>
    /// <param name="timeBase">Ticks per second.</param>
    public static TailDetails Of(TailExtrapolation? tail, string? reason, TimeBase timeBase) =>
        tail is null ? new TailDetails { NullReason = reason } : new TailDetails
        {
            Threshold = timeBase.ToNanoseconds(tail.Chosen.ThresholdTicks),
            Exceedances = tail.Chosen.Exceedances,
            Shape = tail.Chosen.Shape,
            Scale = timeBase.ToNanoseconds(tail.Chosen.ScaleTicks),
            ExtremalIndex = tail.ExtremalIndex,
            FitP = tail.FitP,
            Quantiles = [.. tail.Quantiles.Select(q => new TailQuantileNumbers(
                q.Probability, timeBase.ToNanoseconds(q.Ticks), timeBase.ToNanoseconds(q.LowestTicks), timeBase.ToNanoseconds(q.HighestTicks)))],
            Conditions = tail.Conditions,
        };
}

/// <summary>An extrapolated quantile and the range of answers that other thresholds give, which isn't a confidence interval.</summary>
public sealed record TailQuantileNumbers(double Quantile, double Value, double Lowest, double Highest);
