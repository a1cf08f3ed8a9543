using LatencyLab.Analysis;
using LatencyLab.Plots;
using LatencyLab.Signals;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Cli.Tests.Plots;

/// <summary>Data for pictures, from a seed.</summary>
internal static class PlotSamples
{
    public static TimeBase Pico { get; } = new(62_500_000);

    public static PlotHeading Heading { get; } = new("IRQ response time, pin to pin", "esp32, MicroPython 1.27.0, n 1000");

    /// <summary>A body near 35 us with a tail up to some milliseconds, in ticks of the Pico.</summary>
    public static long[] Latencies(int seed, int count, double tailShare = 0.01)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
            (long)(62.5 * (31 + (4 * Math.Pow(-Math.Log(1 - random.NextDouble()), 0.8)) + (random.NextDouble() < tailShare ? -Math.Log(1 - random.NextDouble()) * 500 : 0))))];
    }

    public static LatencyTimeline Timeline(int seed, int count, out long endTick)
    {
        var timeline = new LatencyTimeline();
        var random = new Random(seed);
        long tick = 0;
        foreach (var (latency, i) in Latencies(seed, count).Select((l, i) => (l, i)))
        {
            tick += 625_000 + random.Next(625_000);
            var status = random.Next(200) switch { 0 => PairStatus.Missed, 1 => PairStatus.Late, 2 => PairStatus.Excluded, _ => PairStatus.Matched };
            timeline.Pairs([new Pair(i, tick, tick + latency, status, PairFlags.None)]);
        }

        endTick = tick + 625_000;
        return timeline;
    }

    /// <summary>Every kind of picture of a seed.</summary>
    public static IEnumerable<(string Kind, Picture Picture)> All(int seed, PlotStyle style)
    {
        var random = new Random(seed);
        var counts = SortedCounts.Of(Latencies(seed, 20 + random.Next(3000), random.Next(3) * 0.01));
        var marks = new[] { 0.5, 0.9, 0.99 }.Select(p => new PlotMark($"p{p * 100}", Pico.ToNanoseconds(counts.ValueAtRank(Quantiles.Rank(counts.Count, p))))).ToArray();
        var limitNs = 1000.0 * (20 + random.Next(300));
        yield return ("histogram", HistogramPlot.Draw(new HistogramData(counts, Pico, random.Next(3), random.Next(3), marks, limitNs), Heading, style));
        yield return ("log histogram", HistogramPlot.Draw(new HistogramData(counts, Pico, random.Next(3000), random.Next(3), marks, null, LogCounts: true), Heading, style));
        PlotSeries[] series = [new("v1.26", counts, random.Next(4), Pico), new("v1.27", SortedCounts.Of(Latencies(seed + 1, 500)), 0, Pico)];
        yield return ("ccdf", TailPlot.Draw(series, Heading, style));
        yield return ("percentile", PercentilePlot.Draw(series, Heading, style));
        var timeline = Timeline(seed, 50 + random.Next(5000), out var endTick);
        var data = new TimelineData(timeline, Pico, 0, endTick, [new Gap(endTick / 3, endTick / 2, null, 4, "frame lost")], limitNs);
        yield return ("timeline", TimelinePlot.Draw(data, Heading, style));
        yield return ("heatmap", HeatMapPlot.Draw(data, Heading, style));
        yield return ("runs", RunsPlot.Draw([.. Enumerable.Range(0, 8).Select(i => new RunDot(i < 4 ? "v1.26" : "v1.27", $"run {i}", 35_000 + random.Next(900), 34_000, i == 3 ? null : 36_000))], "p50", Heading, style));
        yield return ("shift", ShiftPlot.Draw([.. new[] { 0.1, 0.5, 0.9, 0.99 }.Select(p => new ShiftPoint(p, random.Next(2000) - 1000, -2000, p > 0.9 ? null : 2000))], "v1.26", "v1.27", Heading, style));
        var edges = Enumerable.Range(0, 5000).Select(i => (i * 625L) + random.Next(3)).ToArray();
        yield return ("tie", TiePlot.Draw(edges, [.. edges.Select((e, i) => (e - (i * 625.0)) * 16)], Pico, Heading, style));
        yield return ("waveform", WaveformPlot.Draw(Waveform(seed, 3), new WaveformWindow(0, 20_000, [new(3000, "A"), new(3100, "B")], [new(0, 1000, 1, 4000, "48.00 µs"), new(0, 9000, 1, 9050, "800 ns")]), Heading, style));
    }

    public static Capture Waveform(int seed, int channels)
    {
        var random = new Random(seed);
        var traces = Enumerable.Range(0, channels).Select(c =>
        {
            var ticks = Enumerable.Range(0, random.Next(400)).Select(_ => (long)random.Next(20_000)).Distinct().Order().ToArray();
            return new Trace(new Channel(c, $"D{c}", false), true, ticks, []);
        }).ToArray();
        return new Capture(new CaptureHeader(Pico, [.. traces.Select(t => t.Channel)]), traces, [new Gap(12_000, 13_000, 1, null, "frame lost")], 19_000);
    }
}
