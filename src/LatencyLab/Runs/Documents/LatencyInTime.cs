using LatencyLab.Runs.Pipeline;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Runs.Documents;

/// <summary>Statistics in ticks to the numbers in nanoseconds that documents hold.</summary>
public static class LatencyInTime
{
    public static LatencyNumbers Of(LatencySummary summary, TimeBase timeBase) => new()
    {
        N = summary.N,
        NMatched = summary.NMatched,
        Min = Ns(summary.Min, timeBase),
        P50 = Ns(summary.P50.Value, timeBase),
        P90 = Ns(summary.P90.Value, timeBase),
        P99 = Ns(summary.P99.Value, timeBase),
        P999 = Ns(summary.P999.Value, timeBase),
        P9999 = Ns(summary.P9999.Value, timeBase),
        Max = Ns(summary.Max, timeBase),
        Mean = summary.Mean is { } mean ? timeBase.ToNanoseconds(mean) : null,
        Sd = summary.Sd is { } sd ? timeBase.ToNanoseconds(sd) : null,
        Mad = summary.Mad is { } mad ? timeBase.ToNanoseconds(mad) : null,
        Ci95 = Intervals(summary, timeBase),
        AtLeast = summary.Quantiles
            .Where(q => q.Quantile is { Value: null, Low: not null })
            .ToDictionary(q => q.Name, q => timeBase.ToNanoseconds(q.Quantile.Low!.Value), StringComparer.Ordinal),
        NEff = summary.N == 0 ? new Dictionary<string, double>() : new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["mean"] = summary.NEffective.Mean,
            ["p50"] = summary.NEffective.P50,
            ["p90"] = summary.NEffective.P90,
            ["p99"] = summary.NEffective.P99,
            ["p99_9"] = summary.NEffective.P999,
            ["p99_99"] = summary.NEffective.P9999,
        },
        NullReasons = summary.NullReasons,
    };

    /// <summary>Latencies by polarity of the stimulus; null where one polarity alone was asked for.</summary>
    public static LatenciesByEdge? ByEdge(LatencyResult result) => result.Rising is { } rising && result.Falling is { } falling
        ? new LatenciesByEdge
        {
            Rising = new EdgeLatencies { LatencyNs = Of(rising, result.TimeBase) },
            Falling = new EdgeLatencies { LatencyNs = Of(falling, result.TimeBase) },
        }
        : null;

    /// <summary>The uncertainty of a run's latencies; see <see cref="UncertaintyBudget"/>.</summary>
    /// <param name="summary">Gives the median at which the clock's share is taken.</param>
    /// <param name="timeBase">Gives the tick.</param>
    /// <param name="edgeNs">Half width of what else shifts one edge against the other.</param>
    /// <param name="clockPpm">Half width of the clock's deviation.</param>
    public static UncertaintyNumbers UncertaintyOf(LatencySummary summary, TimeBase timeBase, double edgeNs, double clockPpm)
    {
        var budget = BudgetOf(summary, timeBase, edgeNs, clockPpm);
        return new UncertaintyNumbers { Single = budget.SingleNs, Systematic = budget.SystematicNs };
    }

    /// <summary>The same by source.</summary>
    public static UncertaintyBudget BudgetOf(LatencySummary summary, TimeBase timeBase, double edgeNs, double clockPpm) =>
        UncertaintyBudget.Of(timeBase.TickNs, edgeNs, clockPpm, 0, Ns(summary.P50.Value ?? summary.Max, timeBase) ?? 0);

    private static Dictionary<string, Interval> Intervals(LatencySummary summary, TimeBase timeBase)
    {
        var intervals = new Dictionary<string, Interval>(StringComparer.Ordinal);
        foreach (var (name, quantile) in summary.Quantiles)
        {
            if (quantile.Value is not null)
            {
                intervals.Add(name, new Interval(Ns(quantile.Low, timeBase), Ns(quantile.High, timeBase)));
            }
        }

        return intervals;
    }

    private static double? Ns(long? ticks, TimeBase timeBase) => ticks is { } t ? timeBase.ToNanoseconds(t) : null;
}
