using ScottPlot;

namespace LatencyLab.Plots;

/// <summary>Difference of two firmwares at one quantile.</summary>
/// <param name="Probability">0.5 for the median.</param>
/// <param name="DiffNs">New minus base; positive is slower.</param>
/// <param name="LowNs">Lower end of the interval; null when open.</param>
/// <param name="HighNs">Upper end; null when open.</param>
public sealed record ShiftPoint(double Probability, double DiffNs, double? LowNs, double? HighNs);

/// <summary>Shift function: by how much each quantile moved from one firmware to the other. Flat is a shift, a slope is more or less spread.</summary>
public static class ShiftPlot
{
    public static Picture Draw(IReadOnlyList<ShiftPoint> points, string baseName, string newName, PlotHeading heading, PlotStyle style)
    {
        if (points.Count == 0)
        {
            return Distributions.Nothing(heading, style, "The runs have no quantile in common.");
        }

        var figure = new Figure(style, heading, PlotSize.Default);
        var low = points.Min(p => Math.Min(0, p.LowNs ?? p.DiffNs));
        var high = points.Max(p => Math.Max(0, p.HighNs ?? p.DiffNs));
        var span = Math.Max(high - low, 1);
        var (bottom, top) = (low - (span * 0.12), high + (span * 0.12));
        var unit = TimeUnit.For(Math.Max(Math.Abs(low), Math.Abs(high)));
        double X(double p) => Math.Log10(1 / (1 - p));
        var (left, right) = (X(points[0].Probability) - 0.05, X(points[^1].Probability) + 0.05);
        figure.SetX(left, right, points.Select(p => new AxisTick(X(p.Probability), $"p{p.Probability * 100:0.###}")), "quantile");
        figure.SetY(bottom, top, Scale.Linear(bottom, top, 6, unit.Nanoseconds), $"{PlotText.Fit(newName, 200, Figure.TextPx)} minus {PlotText.Fit(baseName, 200, Figure.TextPx)} ({unit.Name}); below zero is faster");
        figure.Line([new(left, 0), new(right, 0)], Ink.Frame, 1.5f);
        figure.Area(
            [.. points.Select(p => new Coordinates(X(p.Probability), p.LowNs ?? bottom)), .. points.Reverse().Select(p => new Coordinates(X(p.Probability), p.HighNs ?? top))],
            Ink.Second, 0.2);
        figure.Line([.. points.Select(p => new Coordinates(X(p.Probability), p.DiffNs))], Ink.Second, 2);
        figure.Points([.. points.Select(p => new Coordinates(X(p.Probability), p.DiffNs))], Ink.Second, 7);
        return figure.ToPicture($"Shift function, {newName} minus {baseName}: " + string.Join(", ", points.Select(p => $"p{p.Probability * 100:0.###} {PlotText.Time(p.DiffNs)}")) + ".");
    }
}
