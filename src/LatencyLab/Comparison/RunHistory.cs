using LatencyLab.Statistics;

namespace LatencyLab.Comparison;

/// <summary>One run in a history.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Firmware">Label or version.</param>
/// <param name="CreatedUtc">When it was made.</param>
/// <param name="Value">The statistic: nanoseconds, or a share.</param>
public sealed record HistoryPoint(string RunId, string Firmware, DateTimeOffset CreatedUtc, double Value);

/// <summary>A change between two neighbouring runs of a history.</summary>
/// <param name="Before">Last run before it.</param>
/// <param name="After">First run after it.</param>
/// <param name="MedianBefore">Median of the stretch before.</param>
/// <param name="MedianAfter">Median of the stretch after.</param>
/// <param name="P">Share of shuffled histories with a change at least as strong.</param>
public sealed record HistoryChange(HistoryPoint Before, HistoryPoint After, double MedianBefore, double MedianAfter, double P);

/// <summary>One statistic of the runs of one rig over time, and where it changed.</summary>
/// <param name="Rig">What all its runs have in common.</param>
/// <param name="Statistic">Name of the statistic.</param>
/// <param name="Points">Oldest first.</param>
/// <param name="Changes">In order; found only with five runs or more on each side.</param>
public sealed record RunHistory(string Rig, string Statistic, IReadOnlyList<HistoryPoint> Points, IReadOnlyList<HistoryChange> Changes)
{
    /// <summary>Looks for changes in a series of runs.</summary>
    public static RunHistory Of(string rig, string statistic, IReadOnlyList<HistoryPoint> points, ulong seed = 1)
    {
        double[] values = [.. points.Select(p => p.Value)];
        var changes = ChangePoints.Find(values, seed);
        var edges = changes.Select(c => c.Index).Prepend(0).Append(values.Length).ToArray();
        return new RunHistory(rig, statistic, points, [.. changes.Select((c, i) => new HistoryChange(
            points[c.Index - 1], points[c.Index], Median(values.AsSpan(edges[i]..edges[i + 1])), Median(values.AsSpan(edges[i + 1]..edges[i + 2])), c.P))]);
    }

    private static double Median(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
