using LatencyLab.Statistics;
using MathNet.Numerics.Distributions;

namespace LatencyLab.Comparison;

/// <summary>What one limit of a gate came to.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Outcome">Whether it is broken.</param>
/// <param name="Why">The numbers behind it, as a phrase.</param>
public sealed record GateFinding(GateLimit Limit, GateOutcome Outcome, string Why);

/// <summary>What a gate came to.</summary>
/// <param name="Outcome">Of the whole expression.</param>
/// <param name="Findings">Of each limit, from left to right.</param>
public sealed record GateResult(GateOutcome Outcome, IReadOnlyList<GateFinding> Findings);

/// <summary>
/// Judges gates. A limit is broken when the whole interval lies beyond it, and kept when all of it lies before it; otherwise the runs can't tell,
/// so that few samples never pass for good ones.
/// </summary>
public static class GateEvaluation
{
    /// <summary>Judges the new side of a comparison, against its base where a limit is relative. Too few runs a side never pass.</summary>
    public static GateResult Evaluate(Gate gate, ComparisonResult comparison) => Evaluate(gate, limit =>
    {
        var finding = limit.IsRelative ? Relative(limit, comparison) : Absolute(limit, comparison.New, comparison.Options);
        return finding.Outcome == GateOutcome.Passed && !comparison.HasEnoughRuns
            ? finding with { Outcome = GateOutcome.Inconclusive, Why = finding.Why + $", fewer than {ComparisonOptions.SmallestRuns} runs a side" }
            : finding;
    });

    /// <summary>Judges runs of one firmware; every limit must be absolute.</summary>
    public static GateResult Evaluate(Gate gate, IReadOnlyList<ComparedRun> runs, ComparisonOptions options) => gate.NeedsBase
        ? throw new LatencyLabException(
            FaultKind.Usage, "The gate has a limit relative to a base, but there is no base.", gate.Limits.First(l => l.IsRelative).Text, "Add --baseline NAME.")
        : Evaluate(gate, limit => Absolute(limit, runs, options));

    private static GateResult Evaluate(Gate gate, Func<GateLimit, GateFinding> judge)
    {
        var findings = gate.Limits.Select(judge).ToArray();
        var next = 0;
        return new GateResult(Combine(gate), findings);

        // Three-valued logic: "or" takes the worst of its parts, "and" the best.
        GateOutcome Combine(Gate part) => part switch
        {
            GateAny any => any.Parts.Select(Combine).ToArray().Max(),
            GateAll all => all.Parts.Select(Combine).ToArray().Min(),
            _ => findings[next++].Outcome,
        };
    }

    private static GateFinding Relative(GateLimit limit, ComparisonResult comparison)
    {
        var metric = comparison.Metrics.FirstOrDefault(m => m.Name == limit.Metric) ?? OfRuns(limit.Metric, comparison);
        if (metric is not { Base: { } before, Difference: { } difference })
        {
            return new GateFinding(limit, GateOutcome.Inconclusive, $"{limit.Metric} {metric.Note}");
        }

        var value = (limit.Unit, metric.IsRate) switch
        {
            (GateUnit.Time, _) => limit.Value * comparison.TimeBase.TickHz / 1e9,
            (_, true) => limit.Value,
            _ => limit.Value * before,
        };
        var why = $"{limit.Metric} {comparison.Describe(metric)}";
        if (metric is not { LowOneSided: { } low, HighOneSided: { } high })
        {
            return new GateFinding(limit, GateOutcome.Inconclusive, why + ", no spread over runs to judge it by");
        }

        return new GateFinding(limit, Judge(limit, low, high, value), why);
    }

    // Statistics that no verdict is built on are compared run by run for the gate alone.
    private static MetricComparison OfRuns(string name, ComparisonResult comparison)
    {
        double?[] before = [.. comparison.Base.Select(r => Statistic(name, r))];
        double?[] after = [.. comparison.New.Select(r => Statistic(name, r))];
        var metric = new MetricComparison
        {
            Name = name, IsRate = name is "missed" or "over_limit", MustBeEquivalent = false, Verdict = Verdict.Inconclusive,
            Note = name == "over_limit" ? "needs --limit" : WhyNot(name, [.. comparison.Base, .. comparison.New]),
        };
        if (before.Concat(after).Any(v => v is null))
        {
            return metric;
        }

        var samples = new MetricSamples(name, metric.IsRate, [.. before.Select(v => v!.Value)], [.. after.Select(v => v!.Value)], false);
        metric = metric with { Base = samples.Base.Average(), New = samples.New.Average() };
        if (samples.Difference() is not { } difference)
        {
            return metric;
        }

        var (low, high) = difference.Interval(0.95);
        var (lowOneSided, highOneSided) = difference.Interval(0.90);
        return metric with { Low = low, High = high, LowOneSided = lowOneSided, HighOneSided = highOneSided };
    }

    private static GateFinding Absolute(GateLimit limit, IReadOnlyList<ComparedRun> runs, ComparisonOptions options)
    {
        if (limit.Metric is "missed" or "over_limit")
        {
            return OfStimuli(limit, runs, options);
        }

        var timeBase = runs[0].TimeBase;
        var value = limit.Value * timeBase.TickHz / 1e9;
        if (limit.Metric is "min" or "max")
        {
            return OfExtreme(limit, runs, value);
        }

        return Interval(limit.Metric, runs) switch
        {
            (null, null) => new GateFinding(limit, GateOutcome.Inconclusive, $"{limit.Metric}: {WhyNot(limit.Metric, runs)}"),
            var (low, high) => new GateFinding(limit, Judge(limit, low, high, value), $"{limit.Metric} lies in {Text(low)} to {Text(high)}"),
        };

        string Text(double? ticks) => ticks is { } t ? Units.UnitText.Time(timeBase.ToNanoseconds(t), timeBase.TickNs) : "open";
    }

    // Extremes are what was seen: a longer latency may come any time, but none was longer in these runs. A stimulus beyond the window is longer
    // than any limit up to the longest latency.
    private static GateFinding OfExtreme(GateLimit limit, IReadOnlyList<ComparedRun> runs, double value)
    {
        var all = runs.Select(r => limit.Metric == "max" ? r.Latencies.Max : r.Latencies.Min).ToArray();
        if (all.All(v => v is null))
        {
            return new GateFinding(limit, GateOutcome.Inconclusive, "nothing matched");
        }

        var seen = limit.Metric == "max" ? (double)all.Max()!.Value : all.Min()!.Value;
        var outcome = Judge(limit, seen, seen, value);
        var censored = runs.Sum(r => r.Censored);
        var why = $"{limit.Metric} {Units.UnitText.Time(runs[0].TimeBase.ToNanoseconds(seen), runs[0].TimeBase.TickNs)} of {runs.Sum(r => r.Latencies.Count)}";
        return limit.Metric == "max" && outcome == GateOutcome.Passed && censored > 0
            ? new GateFinding(limit, GateOutcome.Inconclusive, why + $", and {censored} stimuli were answered late or not at all")
            : new GateFinding(limit, outcome, why);
    }

    private static GateFinding OfStimuli(GateLimit limit, IReadOnlyList<ComparedRun> runs, ComparisonOptions options)
    {
        if (limit.Metric == "over_limit" && options.LimitTicks is null)
        {
            return new GateFinding(limit, GateOutcome.Inconclusive, "over_limit needs --limit");
        }

        long[] stimuli = [.. runs.Select(r => r.Stimuli)];
        long[] counted = [.. runs.Select(r => r.Censored + (limit.Metric == "over_limit" ? r.Latencies.CountAbove(options.LimitTicks!.Value) : 0))];
        var (total, events) = (stimuli.Sum(), counted.Sum());
        var why = $"{events} of {total} stimuli";
        if (limit.Unit == GateUnit.Count)
        {
            return new GateFinding(limit, total == 0 ? GateOutcome.Inconclusive : Judge(limit, events, events, limit.Value), why);
        }

        var share = Proportion.Of(events, total, total / Proportion.Dispersion(counted, stimuli));
        return new GateFinding(limit, Judge(limit, share.Low, share.High, limit.Value), why);
    }

    // Over several runs the interval of the mean run statistic, since runs differ by more than their samples; for one run that of its samples.
    private static (double? Low, double? High) Interval(string metric, IReadOnlyList<ComparedRun> runs)
    {
        if (runs.Count > 1)
        {
            var values = runs.Select(r => Statistic(metric, r)).ToArray();
            if (values.Any(v => v is null))
            {
                return (null, null);
            }

            double[] numbers = [.. values.Select(v => v!.Value)];
            var (mean, variance) = Welch.MeanAndVariance(numbers);
            var half = variance == 0 ? 0 : Math.Sqrt(variance / numbers.Length) * StudentT.InvCDF(0, 1, numbers.Length - 1, 0.95);
            return (mean - half, mean + half);
        }

        var run = runs[0];
        if (Probability(metric) is { } probability)
        {
            double? effective = run.Effective is { } size ? Effective(metric, size) : null;
            var quantile = Quantiles.Estimate(run.Latencies, run.Censored, probability, effective);
            return quantile.NullReason == NullReasons.BeyondWindow ? (run.Latencies.Max ?? 0, null)
                : quantile.Value is null ? (null, null)
                : (quantile.Low, quantile.High);
        }

        if (run.Latencies.Count < 2)
        {
            return (null, null);
        }

        var n = Math.Max(2, Math.Min(run.Latencies.Count, run.Effective?.Mean ?? run.Latencies.Count));
        var sd = Moments.StandardDeviation(run.Latencies)!.Value;
        if (metric == "mean")
        {
            var half = sd / Math.Sqrt(n) * StudentT.InvCDF(0, 1, n - 1, 0.95);
            return (Moments.Mean(run.Latencies) - half, Moments.Mean(run.Latencies) + half);
        }

        // The spread of a spread needs no more than its order of magnitude here; outliers widen it by their fourth power, which the chi-squared law
        // doesn't know, so a single run judges sd by what was seen.
        return (sd, sd);
    }

    private static double? Statistic(string metric, ComparedRun run) => metric switch
    {
        "mean" => Moments.Mean(run.Latencies),
        "sd" => Moments.StandardDeviation(run.Latencies),
        "min" => run.Latencies.Min,
        "max" => run.Censored == 0 ? run.Latencies.Max : null,
        _ => Probability(metric) is { } probability ? RunStatistics.Quantile(run, probability) : null,
    };

    private static string WhyNot(string metric, IReadOnlyList<ComparedRun> runs) =>
        metric == "max" && runs.Any(r => r.Censored > 0) ? "unknown where stimuli were answered late or not at all"
        : metric is "min" or "max" ? NullReasons.NothingMatched
        : Probability(metric) is { } p ? runs.Select(r => Quantiles.Estimate(r.Latencies, r.Censored, p).NullReason).FirstOrDefault(r => r is not null) ?? "not supported by every run"
        : NullReasons.NeedsN(2);

    private static double? Probability(string metric) => metric switch
    {
        "p50" => 0.5, "p90" => 0.9, "p99" => 0.99, "p99_9" => 0.999, "p99_99" => 0.9999, _ => null,
    };

    private static double Effective(string metric, EffectiveSize size) => metric switch
    {
        "p50" => size.P50, "p90" => size.P90, "p99" => size.P99, "p99_9" => size.P999, _ => size.P9999,
    };

    private static GateOutcome Judge(GateLimit limit, double? low, double? high, double value)
    {
        var (surely, surelyNot) = (limit.Above, limit.OrEqual) switch
        {
            (true, false) => (low > value, high <= value),
            (true, true) => (low >= value, high < value),
            (false, false) => (high < value, low >= value),
            (false, true) => (high <= value, low > value),
        };
        return surely ? GateOutcome.Failed : surelyNot ? GateOutcome.Passed : GateOutcome.Inconclusive;
    }
}
