using LatencyLab.Statistics;
using MathNet.Numerics.Distributions;

namespace LatencyLab.Comparison;

/// <summary>
/// Compares two firmwares run by run. A run is one observation, however many samples it holds: what differs between runs of one firmware is far
/// larger than the samples of one run suggest, and a test on pooled samples calls identical firmwares different in up to nine cases of ten.
/// </summary>
/// <remarks>
/// A metric has changed when Welch's test, corrected by Holm over all metrics, and the permutation of runs both reject at 5 %, and the change is at
/// least one tick. It is equivalent when it hasn't, and its 90 % interval lies within the margin (two one-sided tests).
/// </remarks>
public static class Comparer
{
    private const double Level = 0.05;

    /// <summary>Beyond so many further runs a side the answer is "other means, not more runs".</summary>
    private const int MostRuns = 1000;

    /// <summary>Compares the runs of two firmwares.</summary>
    /// <param name="before">Runs of the base, at least one.</param>
    /// <param name="after">Runs of the new firmware, at least one.</param>
    /// <param name="options">Margins and limit.</param>
    public static ComparisonResult Compare(IReadOnlyList<ComparedRun> before, IReadOnlyList<ComparedRun> after, ComparisonOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfZero(before.Count, nameof(before));
        ArgumentOutOfRangeException.ThrowIfZero(after.Count, nameof(after));
        var differences = Comparability.Differences([.. before, .. after], options.MayDiffer);
        if (differences.Count > 0)
        {
            return new ComparisonResult(before, after, options, Verdict.NotComparable, differences, [], [], null);
        }

        var metrics = Judge(RunStatistics.Of(before, after, options), Math.Min(before.Count, after.Count), options);
        var (verdict, reasons) = Conclude(metrics, before.Count, after.Count);
        var more = verdict != Verdict.Inconclusive ? null : MoreRuns(metrics, Math.Min(before.Count, after.Count));
        return new ComparisonResult(before, after, options, verdict, reasons, metrics, Comparability.Warnings(before, after), more);
    }

    private static List<MetricComparison> Judge(IReadOnlyList<MetricSamples> samples, int runs, ComparisonOptions options)
    {
        var differences = samples.Select(s => s.Difference()).ToArray();
        var tested = Enumerable.Range(0, samples.Count).Where(i => differences[i] is not null).ToArray();
        var corrected = Multiplicity.Holm([.. tested.Select(i => differences[i]!.P)]);
        var metrics = new List<MetricComparison>();
        for (var i = 0; i < samples.Count; i++)
        {
            var place = Array.IndexOf(tested, i);
            metrics.Add(Judge(samples[i], differences[i], place < 0 ? null : corrected[place], runs, options));
        }

        return metrics;
    }

    private static MetricComparison Judge(MetricSamples samples, Welch? difference, double? p, int runs, ComparisonOptions options)
    {
        var metric = new MetricComparison
        {
            Name = samples.Name, IsRate = samples.IsRate, MustBeEquivalent = samples.MustBeEquivalent, Note = samples.Note, Verdict = Verdict.Inconclusive,
        };
        if (samples.Base.Length == 0)
        {
            return metric;
        }

        metric = metric with { Base = samples.Base.Average(), New = samples.New.Average() };
        metric = metric with { Margin = samples.IsRate ? options.MarginRate : options.Margin(samples.Name, metric.Base!.Value) };
        if (difference is null)
        {
            return metric;
        }

        var (low, high) = difference.Interval(0.95);
        var (lowOneSided, highOneSided) = difference.Interval(0.90);
        if (samples.BoundsWithoutEvents is { } bounds)
        {
            (low, high) = (lowOneSided, highOneSided) = (-bounds.Base, bounds.New);
        }

        var permutation = Permutation.Of(samples.Base, samples.New, options.Seed).P;
        metric = metric with
        {
            Low = low, High = high, LowOneSided = lowOneSided, HighOneSided = highOneSided, P = p, PermutationP = permutation,
        };
        var smallest = samples.IsRate ? 0 : 1;
        var changed = runs >= ComparisonOptions.SmallestRuns && p < Level / options.Comparisons && permutation < Level
            && difference.Difference != 0 && Math.Abs(difference.Difference) >= smallest;
        if (changed)
        {
            return metric with { Verdict = difference.Difference > 0 ? Verdict.Regressed : Verdict.Improved };
        }

        if (runs >= ComparisonOptions.SmallestRuns && metric.IsWithinMargin)
        {
            return metric with { Verdict = Verdict.Equivalent };
        }

        return metric with { MoreRuns = MoreRuns(samples, difference, metric.Margin!.Value) };
    }

    // If the difference is what it seems to be, it is settled by the cheaper of two ways: showing it, or showing that it lies within the margin.
    private static int? MoreRuns(MetricSamples samples, Welch difference, double margin)
    {
        var seen = Math.Abs(difference.Difference);
        var have = Math.Min(samples.Base.Length, samples.New.Length);
        if (samples.BoundsWithoutEvents is { } bounds)
        {
            var factor = Math.Max(bounds.Base, bounds.New) / margin;
            return have * factor > MostRuns ? null : Math.Max(1, (int)Math.Ceiling(have * factor) - have);
        }

        var spread = difference.StandardError * Math.Sqrt(1 / ((1.0 / samples.Base.Length) + (1.0 / samples.New.Length)));
        for (var runs = Math.Max(ComparisonOptions.SmallestRuns, have + 1); runs <= MostRuns; runs++)
        {
            var error = spread * Math.Sqrt(2.0 / runs);
            var degrees = (2 * runs) - 2;
            if (seen >= error * StudentT.InvCDF(0, 1, degrees, 0.9875) || seen + (error * StudentT.InvCDF(0, 1, degrees, 0.95)) < margin)
            {
                return runs - have;
            }
        }

        return null;
    }

    private static int? MoreRuns(List<MetricComparison> metrics, int have)
    {
        if (have < ComparisonOptions.SmallestRuns && metrics.TrueForAll(m => m.MoreRuns is null))
        {
            return ComparisonOptions.SmallestRuns - have;
        }

        var open = metrics.Where(m => m is { MustBeEquivalent: true, Verdict: Verdict.Inconclusive }).ToArray();
        return open.Length == 0 || open.Any(m => m.MoreRuns is null)
            ? null
            : Math.Max(ComparisonOptions.SmallestRuns - have, open.Max(m => m.MoreRuns!.Value));
    }

    private static (Verdict Verdict, IReadOnlyList<string> Reasons) Conclude(List<MetricComparison> metrics, int before, int after)
    {
        if (Math.Min(before, after) < ComparisonOptions.SmallestRuns)
        {
            return (Verdict.Inconclusive, [$"{before} against {after} run{(before + after == 2 ? "" : "s")}; {ComparisonOptions.SmallestRuns} a side are the least that can tell a firmware from a run"]);
        }

        if (metrics.Where(m => m.Verdict == Verdict.Regressed).Select(m => m.Name).ToArray() is { Length: > 0 } worse)
        {
            var better = metrics.Where(m => m.Verdict == Verdict.Improved).Select(m => m.Name).ToArray();
            return (Verdict.Regressed, [$"{string.Join(", ", worse)} surely worse", .. better.Length > 0 ? [$"{string.Join(", ", better)} surely better"] : (string[])[]]);
        }

        if (metrics.Where(m => m.Verdict == Verdict.Improved).Select(m => m.Name).ToArray() is { Length: > 0 } improved)
        {
            return (Verdict.Improved, [$"{string.Join(", ", improved)} surely better"]);
        }

        var open = metrics.Where(m => m is { MustBeEquivalent: true, Verdict: Verdict.Inconclusive }).ToArray();
        return open.Length == 0
            ? (Verdict.Equivalent, ["all within their margins"])
            : (Verdict.Inconclusive, [.. open.Select(m => m.Note is null || m.Base is not null ? $"{m.Name}: neither a change nor equality is sure" : $"{m.Name} {m.Note}")]);
    }
}
