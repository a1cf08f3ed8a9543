using LatencyLab.Statistics;
using ScottPlot;

namespace LatencyLab.Plots;

/// <summary>
/// Complementary distribution on log axes: which share of the stimuli took longer than each time. The band is the 95 % rank interval of each
/// quantile; below one event in n nothing can be said, and the axis ends there.
/// </summary>
public static class TailPlot
{
    private const int BandPoints = 90;

    public static Picture Draw(IReadOnlyList<PlotSeries> series, PlotHeading heading, PlotStyle style)
    {
        var drawn = Distributions.Drawable(series);
        if (drawn.Length == 0)
        {
            return Distributions.Nothing(heading, style, "No stimulus was answered in its window.");
        }

        var figure = new Figure(style, heading, PlotSize.Default);
        var min = drawn.Min(s => Log(s, s.Values.Values[0]));
        var max = drawn.Max(s => Log(s, s.Values.Values[^1]));
        var margin = Math.Max(0.02, (max - min) * 0.03);
        var floor = drawn.Min(s => Math.Log10(1.0 / s.N)) - 0.15;
        figure.SetX(min - margin, max + margin, Scale.LogTimes(min - margin, max + margin, figure.WidthPx / 90), "latency (log)");
        figure.SetY(floor, 0.04, Scale.Decades(floor, 0.04, 8, Share), "share of stimuli that took longer (log)");
        for (var i = drawn.Length - 1; i >= 0; i--)
        {
            DrawSeries(figure, drawn[i], Distributions.InkOf(i), min - margin, max + margin, floor);
            figure.Legend(Distributions.InkOf(i), drawn[i].Legend);
        }

        return figure.ToPicture(AltText(drawn));
    }

    private static void DrawSeries(Figure figure, PlotSeries series, Ink ink, double from, double to, double floor)
    {
        figure.Area(Band(series, to, floor), ink, 0.2);
        var steps = new List<Coordinates>();
        var last = 0.0;
        // One look-up a pixel, however many values there are.
        for (var px = 0; px <= figure.WidthPx; px++)
        {
            var log = from + ((to - from) * px / figure.WidthPx);
            var ticks = (long)Math.Floor(Math.Pow(10, log) / series.TimeBase.TickNs);
            var above = series.Values.CountAbove(ticks) + series.Censored;
            var y = above == 0 ? floor : Math.Log10((double)above / series.N);
            if (steps.Count == 0 || y != last)
            {
                steps.Add(new(log, steps.Count == 0 ? y : last));
                steps.Add(new(log, y));
                last = y;
            }
        }

        steps.Add(new(to, last));
        figure.Line([.. steps], ink, 2);
    }

    private static Coordinates[] Band(PlotSeries series, double to, double floor)
    {
        var low = new List<Coordinates>();
        var high = new List<Coordinates>();
        // Equal steps on the log axis of the share, from the body down to one event.
        for (var i = 0; i < BandPoints; i++)
        {
            var share = Math.Pow(10, Math.Log10(1.0 / series.N) * i / (BandPoints - 1));
            if (share >= 1 || share * series.N < 1)
            {
                continue;
            }

            var interval = series.Interval(1 - share);
            var y = Math.Max(floor, Math.Log10(share));
            low.Add(new(interval.Low is { } l ? LogNs(series.AtRankNs(l)) ?? to : LogNs(series.AtRankNs(1))!.Value, y));
            // An open upper end runs out of the picture: the data don't bound it.
            high.Add(new(interval.High is { } h ? LogNs(series.AtRankNs(h)) ?? to : to, y));
        }

        // Ranks are whole numbers, so that the bounds of single quantiles would jump back and make teeth; a bound of a higher quantile is one of a lower one too.
        for (var i = 1; i < high.Count; i++)
        {
            high[i] = new(Math.Max(high[i].X, high[i - 1].X), high[i].Y);
        }

        for (var i = low.Count - 2; i >= 0; i--)
        {
            low[i] = new(Math.Min(low[i].X, low[i + 1].X), low[i].Y);
        }

        high.Reverse();
        return [.. low, .. high];
    }

    private static string AltText(PlotSeries[] drawn) => "Complementary distribution of latencies. " + string.Join(" ", drawn.Select(s =>
        $"{s.Name}: n {s.N}, half took longer than {Text(s, 0.5)}, 1 % longer than {Text(s, 0.99)}, longest {Text(s, 1)}, {s.Censored} missed or late."));

    private static string Text(PlotSeries series, double probability) =>
        series.AtRankNs(probability >= 1 ? series.Values.Count : Quantiles.Rank(series.N, probability)) is { } ns ? PlotText.Time(ns, series.TimeBase.TickNs) : "the window";

    // A latency below one tick has no logarithm; it stands at half a tick.
    private static double Log(PlotSeries series, long ticks) => Math.Log10(Math.Max(0.5, ticks) * series.TimeBase.TickNs);

    private static double? LogNs(double? ns) => ns is { } value ? Math.Log10(Math.Max(1e-3, value)) : null;

    private static string Share(double share) => share >= 0.0001
        ? (share * 100).ToString("0.####", System.Globalization.CultureInfo.InvariantCulture) + " %"
        : "1 in " + PlotText.Count((long)Math.Round(1 / share));
}
