using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Plots;

/// <summary>Latencies of one run, or of runs pooled for show, as the plots of distributions need them.</summary>
/// <param name="Name">Stands in the legend.</param>
/// <param name="Values">Matched latencies.</param>
/// <param name="Censored">Late and missed: longer than every known value.</param>
/// <param name="TimeBase">Length of a tick.</param>
/// <param name="Effective">Independent values that the sample is worth; null when all are.</param>
public sealed record PlotSeries(string Name, SortedCounts Values, long Censored, TimeBase TimeBase, EffectiveSize? Effective = null)
{
    /// <summary>Matched and censored.</summary>
    public long N => Values.Count + Censored;

    internal string Legend =>
        $"{Name} (n {PlotText.Count(N)}{(Censored == 0 ? "" : $", {PlotText.Count(Censored)} missed or late")})";

    internal RankInterval Interval(double probability) =>
        RankInterval.OfDependent(N, Math.Min(N, Effective?.At(probability) ?? N), probability);

    /// <summary>Order statistic in nanoseconds; null where the rank is that of a censored value.</summary>
    internal double? AtRankNs(long rank) => rank >= 1 && rank <= Values.Count ? TimeBase.ToNanoseconds(Values.ValueAtRank(rank)) : null;
}

/// <summary>What the plots of distributions share.</summary>
internal static class Distributions
{
    /// <summary>The series that hold anything, at most two: a third would hide the others.</summary>
    public static PlotSeries[] Drawable(IReadOnlyList<PlotSeries> series) => [.. series.Where(s => s.Values.Distinct > 0).Take(2)];

    public static Ink InkOf(int index) => index == 0 ? Ink.First : Ink.Second;

    /// <summary>Says in the middle of an empty frame that there is nothing to draw.</summary>
    public static Picture Nothing(PlotHeading heading, PlotStyle style, string text)
    {
        var figure = new Figure(style, heading, PlotSize.Default);
        figure.SetX(0, 1, [], "");
        figure.SetY(0, 1, [], "");
        figure.Text(PlotText.Fit(text, figure.Frame.Width - 20, 15), (figure.Frame.Left + figure.Frame.Right) / 2, (figure.Frame.Top + figure.Frame.Bottom) / 2, Anchor.Middle, Ink.Text, 15);
        return figure.ToPicture(text);
    }
}
