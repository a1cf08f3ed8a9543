using LatencyLab.Units;

namespace LatencyLab.Plots;

/// <summary>The vertical axis of plots along time: linear, or log where the longest latency would flatten the others.</summary>
internal sealed record LatencyAxis(double Bottom, double Top, bool Log, TimeUnit Unit, TimeBase TimeBase)
{
    public string Label => Log ? "latency (log)" : $"latency ({Unit.Name})";

    public static LatencyAxis For(List<TimelineColumn> columns, TimelineData data)
    {
        var matched = columns.Where(c => c.Matched > 0).ToList();
        var min = data.TimeBase.ToNanoseconds(matched.Min(c => c.MinTicks));
        var max = data.TimeBase.ToNanoseconds(matched.Max(c => c.MaxTicks));
        var median = data.TimeBase.ToNanoseconds(matched.Select(c => c.MedianTicks()!.Value).Order().ElementAt(matched.Count / 2));
        if (max > 8 * Math.Max(median, data.TimeBase.TickNs))
        {
            var (low, high) = (LogNs(Math.Max(min, data.TimeBase.TickNs / 2)), LogNs(max));
            return new LatencyAxis(low - ((high - low) * 0.05), high + ((high - low) * 0.18), true, TimeUnit.For(max), data.TimeBase);
        }

        // Room above for the rail of the missed ones.
        var span = Math.Max(max - min, 4 * data.TimeBase.TickNs);
        return new LatencyAxis(Math.Max(min > span * 3 ? min - (span * 0.1) : 0, 0), max + (span * 0.22), false, TimeUnit.For(max), data.TimeBase);
    }

    public double At(long ticks) => AtNs(Math.Max(TimeBase.ToNanoseconds(ticks), Log ? TimeBase.TickNs / 2 : 0));

    public double AtNs(double ns) => Log ? LogNs(ns) : ns;

    public AxisTick[] Ticks(int most) => Log ? Scale.LogTimes(Bottom, Top, most) : Scale.Linear(Bottom, Top, most, Unit.Nanoseconds);

    public string Text(long ticks) => PlotText.Time(TimeBase.ToNanoseconds(ticks), TimeBase.TickNs);

    private static double LogNs(double ns) => Math.Log10(Math.Max(1e-3, ns));
}
