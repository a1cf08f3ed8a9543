using LatencyLab.Statistics;
using ScottPlot;

namespace LatencyLab.Plots;

/// <summary>Latency over percentile with the tail stretched: each nine has the same width (x = log 1/(1 - p)).</summary>
public static class PercentilePlot
{
    private const int Points = 240;

    public static Picture Draw(IReadOnlyList<PlotSeries> series, PlotHeading heading, PlotStyle style)
    {
        var drawn = Distributions.Drawable(series);
        if (drawn.Length == 0)
        {
            return Distributions.Nothing(heading, style, "No stimulus was answered in its window.");
        }

        if (drawn.All(s => s.N < 2))
        {
            return Distributions.Nothing(heading, style, "A curve of percentiles needs at least two stimuli.");
        }

        var figure = new Figure(style, heading, PlotSize.Default);
        var nines = drawn.Max(s => Math.Log10(Math.Max(10, s.N)));
        var max = drawn.Max(s => s.TimeBase.ToNanoseconds(s.Values.Values[^1]));
        var min = drawn.Min(s => s.TimeBase.ToNanoseconds(s.Values.Values[0]));
        // A tail ten times longer than the body would leave the body flat on the ground.
        var log = max > 10 * drawn.Max(s => s.AtRankNs(Quantiles.Rank(s.N, 0.5)) ?? max);
        double Y(double ns) => log ? Math.Log10(Math.Max(1e-3, ns)) : ns;
        var (bottom, top) = log ? (Y(min) - 0.05, Y(max) + 0.08) : (0, max * 1.06);
        var unit = TimeUnit.For(max);
        figure.SetX(0, nines, Nines(nines), "percentile (each nine as wide as the next)");
        figure.SetY(bottom, top, log ? Scale.LogTimes(bottom, top, 7) : Scale.Linear(0, max * 1.06, 6, unit.Nanoseconds), log ? "latency (log)" : $"latency ({unit.Name})");
        for (var i = drawn.Length - 1; i >= 0; i--)
        {
            DrawSeries(figure, drawn[i], Distributions.InkOf(i), Y, top);
            figure.Legend(Distributions.InkOf(i), drawn[i].Legend);
        }

        return figure.ToPicture("Latency by percentile. " + string.Join(" ", drawn.Select(s =>
            $"{s.Name}: n {s.N}, p50 {At(s, 0.5)}, p90 {At(s, 0.9)}, p99 {At(s, 0.99)}, longest {PlotText.Time(s.AtRankNs(s.Values.Count)!.Value, s.TimeBase.TickNs)}.")));
    }

    private static void DrawSeries(Figure figure, PlotSeries series, Ink ink, Func<double, double> y, double top)
    {
        var line = new List<Coordinates>();
        var low = new List<Coordinates>();
        var high = new List<Coordinates>();
        var end = Math.Log10(series.N);
        for (var i = 0; i < Points && series.N > 1; i++)
        {
            var x = end * i / (Points - 1);
            var probability = Math.Min(1 - Math.Pow(10, -x), 1 - (0.5 / series.N));
            if (probability <= 0)
            {
                continue;
            }

            if (series.AtRankNs(Quantiles.Rank(series.N, probability)) is { } ns)
            {
                line.Add(new(x, y(ns)));
            }

            var interval = series.Interval(probability);
            low.Add(new(x, interval.Low is { } l && series.AtRankNs(l) is { } lowNs ? y(lowNs) : y(series.AtRankNs(1)!.Value)));
            high.Add(new(x, interval.High is { } h && series.AtRankNs(h) is { } highNs ? y(highNs) : top));
        }

        // A bound of a higher percentile is one of a lower one too. Ranks are whole numbers, so single ones would jump out of the band or into it.
        for (var i = 1; i < high.Count; i++)
        {
            high[i] = new(high[i].X, Math.Max(high[i].Y, high[i - 1].Y));
        }

        for (var i = low.Count - 2; i >= 0; i--)
        {
            low[i] = new(low[i].X, Math.Min(low[i].Y, low[i + 1].Y));
        }

        high.Reverse();
        figure.Area([.. low, .. high], ink, 0.18);
        figure.Line([.. line], ink, 2);
    }

    private static IEnumerable<AxisTick> Nines(double nines)
    {
        yield return new AxisTick(0, "0 %");
        yield return new AxisTick(Math.Log10(2), "50 %");
        yield return new AxisTick(Math.Log10(4), "75 %");
        for (var k = 1; k <= nines + 1e-9; k++)
        {
            yield return new AxisTick(k, k <= 2 ? (k == 1 ? "90 %" : "99 %") : "99." + new string('9', k - 2) + " %");
        }
    }

    private static string At(PlotSeries series, double probability) =>
        series.AtRankNs(Quantiles.Rank(series.N, probability)) is { } ns ? PlotText.Time(ns, series.TimeBase.TickNs) : "beyond the window";
}
