using System.Globalization;
using LatencyLab.Units;

namespace LatencyLab.Comparison;

/// <summary>What a comparison found.</summary>
/// <param name="Base">Runs of the base.</param>
/// <param name="New">Runs of the new firmware.</param>
/// <param name="Options">Margins and limit that were used.</param>
/// <param name="Verdict">The answer.</param>
/// <param name="Reasons">Why, as sentences without full stop.</param>
/// <param name="Metrics">One a statistic; empty when the runs aren't comparable.</param>
/// <param name="Warnings">What to be careful about.</param>
/// <param name="MoreRuns">Further runs a side that would settle an inconclusive comparison; null when settled, or when more runs hardly help.</param>
public sealed record ComparisonResult(
    IReadOnlyList<ComparedRun> Base, IReadOnlyList<ComparedRun> New, ComparisonOptions Options, Verdict Verdict, IReadOnlyList<string> Reasons,
    IReadOnlyList<MetricComparison> Metrics, IReadOnlyList<string> Warnings, int? MoreRuns)
{
    /// <summary>True when both sides have enough runs for a verdict.</summary>
    public bool HasEnoughRuns => Math.Min(Base.Count, New.Count) >= ComparisonOptions.SmallestRuns;

    public TimeBase TimeBase => Base[0].TimeBase;

    public string BaseName => Name(Base);

    public string NewName => Name(New);

    /// <summary>The base for a reader: where both sides have one name, with the run that tells it from the other.</summary>
    public string BaseInWords => InWords(Base, New);

    /// <summary>The new side for a reader.</summary>
    public string NewInWords => InWords(New, Base);

    /// <summary>One sentence that can be quoted.</summary>
    public string Sentence()
    {
        var runs = Base.Count == New.Count ? $"{Base.Count} run{(Base.Count == 1 ? "" : "s")} each" : $"{Base.Count} and {New.Count} runs";
        var head = $"{NewInWords} against {BaseInWords} ({runs})";
        return Verdict switch
        {
            Verdict.NotComparable => $"{NewInWords} can't be compared with {BaseInWords}: {string.Join("; ", Reasons)}.",
            Verdict.Improved => $"{head}: improved, {Changes(Verdict.Improved)}.",
            Verdict.Regressed => $"{head}: regressed, {Changes(Verdict.Regressed)}.",
            Verdict.Equivalent => $"{head}: equivalent, p50 {Describe(Metrics[0])}, margin {Size(Metrics[0], Metrics[0].Margin!.Value)}.",
            _ => $"{head}: inconclusive, {string.Join("; ", Reasons)}; {Remedy()}.",
        };
    }

    /// <summary>A metric's difference with its interval: "+1.20 us (+4.0 %, 95 % interval +0.40 to +2.00 us)".</summary>
    public string Describe(MetricComparison metric)
    {
        if (metric.Difference is not { } difference)
        {
            return metric.Note ?? "unknown";
        }

        var change = metric.Change is { } share && !metric.IsRate ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:+0.0;-0.0;0.0} %") : null;
        var interval = metric is { Low: { } low, High: { } high } ? $"95 % interval {Size(metric, low, true)} to {Size(metric, high, true)}" : null;
        var details = string.Join(", ", new[] { change, interval }.Where(d => d is not null));
        return Size(metric, difference, true) + (details.Length > 0 ? $" ({details})" : "");
    }

    /// <summary>A value of a metric with its unit.</summary>
    public string Size(MetricComparison metric, double value, bool withSign = false)
    {
        var sign = withSign && value > 0 ? "+" : "";
        return metric.IsRate
            ? string.Create(CultureInfo.InvariantCulture, $"{sign}{value * 100:0.####} {(withSign ? "points" : "%")}")
            : sign + UnitText.Time(TimeBase.ToNanoseconds(value), TimeBase.TickNs);
    }

    private static string InWords(IReadOnlyList<ComparedRun> runs, IReadOnlyList<ComparedRun> others) => Name(runs) != Name(others)
        ? Name(runs)
        : runs.Count == 1 ? $"{Name(runs)} of {runs[0].RunId}" : $"{Name(runs)} from {runs.MinBy(r => r.CreatedUtc)!.RunId} on";

    private static string Name(IReadOnlyList<ComparedRun> runs) => string.Join("+", runs.Select(r => r.Firmware).Distinct(StringComparer.Ordinal).Take(3));

    private string Changes(Verdict verdict) => string.Join(", ", Metrics.Where(m => m.Verdict == verdict)
        .Select(m => $"{m.Name} {Describe(m)}{(m.IsWithinMargin ? ", less than the margin" : "")}"));

    /// <summary>What would settle an inconclusive comparison: so many more runs, or other means.</summary>
    public string Remedy() => MoreRuns is { } more
        ? $"about {more} more run{(more == 1 ? "" : "s")} a side would tell"
        : "more runs of this kind would hardly tell";
}
