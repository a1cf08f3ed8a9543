using ScottPlot;

namespace LatencyLab.Plots;

/// <summary>One statistic of one run.</summary>
/// <param name="Group">What is compared: a firmware, a label.</param>
/// <param name="Run">Name of the run.</param>
/// <param name="Nanoseconds">The value.</param>
/// <param name="LowNs">Lower end of its interval; null when open.</param>
/// <param name="HighNs">Upper end; null when open.</param>
public sealed record RunDot(string Group, string Run, double Nanoseconds, double? LowNs, double? HighNs);

/// <summary>
/// One dot a run, one column a group. Shows at a glance whether runs of one firmware differ as much as the firmwares do: then thousands of
/// samples in each run prove nothing.
/// </summary>
public static class RunsPlot
{
    /// <param name="dots">In the order in which they shall stand; groups by first appearance.</param>
    /// <param name="statistic">Name of the statistic: "p50".</param>
    /// <param name="heading">Lines above the picture.</param>
    /// <param name="style">Theme, size, stamp.</param>
    public static Picture Draw(IReadOnlyList<RunDot> dots, string statistic, PlotHeading heading, PlotStyle style)
    {
        if (dots.Count == 0)
        {
            return Distributions.Nothing(heading, style, $"No run has a {PlotText.Clean(statistic)}.");
        }

        var groups = dots.Select(d => d.Group).Distinct(StringComparer.Ordinal).ToList();
        var figure = new Figure(style, heading, PlotSize.Default);
        var min = dots.Min(d => Math.Min(d.Nanoseconds, d.LowNs ?? d.Nanoseconds));
        var max = dots.Max(d => Math.Max(d.Nanoseconds, d.HighNs ?? d.Nanoseconds));
        var span = Math.Max(max - min, max * 0.02);
        var (bottom, top) = (Math.Max(0, min - (span * 0.12)), max + (span * 0.15));
        var unit = TimeUnit.For(top);
        var room = figure.Frame.Width / groups.Count;
        figure.SetX(-0.5, groups.Count - 0.5, groups.Select((g, i) => new AxisTick(i, PlotText.Fit(g, room - 16, Figure.TextPx))), "one dot a run, with its 95 % interval; the line is the mean of the runs");
        figure.SetY(bottom, top, Scale.Linear(bottom, top, 6, unit.Nanoseconds), $"{PlotText.Clean(statistic)} ({unit.Name})");
        figure.HideXGrid();
        for (var i = 0; i < groups.Count; i++)
        {
            DrawGroup(figure, [.. dots.Where(d => d.Group == groups[i])], i, i % 2 == 0 ? Ink.First : Ink.Second, (bottom, top));
        }

        return figure.ToPicture($"{statistic} run by run. " + string.Join(" ", groups.Select(g =>
        {
            var runs = dots.Where(d => d.Group == g).Select(d => d.Nanoseconds).ToList();
            return $"{g}: {runs.Count} run{(runs.Count == 1 ? "" : "s")}, {PlotText.Time(runs.Min())} to {PlotText.Time(runs.Max())}.";
        })));
    }

    private static void DrawGroup(Figure figure, RunDot[] runs, int column, Ink ink, (double Bottom, double Top) axis)
    {
        // In the order of the runs from left to right, so that a drift from run to run is seen.
        double X(int i) => column + (runs.Length == 1 ? 0 : ((double)i / (runs.Length - 1) * 0.6) - 0.3);
        for (var i = 0; i < runs.Length; i++)
        {
            var (low, high) = (runs[i].LowNs ?? axis.Bottom, runs[i].HighNs ?? axis.Top);
            figure.Line([new(X(i), low), new(X(i), high)], ink, 1.4f, dashed: runs[i].LowNs is null || runs[i].HighNs is null, alpha: 0.6);
        }

        figure.Points([.. runs.Select((r, i) => new Coordinates(X(i), r.Nanoseconds))], ink, 9);
        var mean = runs.Average(r => r.Nanoseconds);
        figure.Line([new(column - 0.4, mean), new(column + 0.4, mean)], ink, 2);
        figure.TextOnPatch(PlotText.Time(mean), figure.XPx(column), figure.Frame.Top + 10, Anchor.Middle, ink, bold: true);
    }
}
