using LatencyLab.Units;

namespace LatencyLab.Plots;

/// <summary>
/// Time on an axis. Where the window is short and late, labels count from a reference so that they stay short: "+20 µs" instead of
/// "12.345 698 120 s"; the label of the axis says from where.
/// </summary>
internal sealed class TimeAxis
{
    private readonly TimeBase _timeBase;
    private readonly long _zeroTick;

    public TimeAxis(TimeBase timeBase, long fromTick, long toTick)
    {
        _timeBase = timeBase;
        var span = timeBase.ToNanoseconds((Int128)toTick - fromTick);
        var farthest = Math.Max(Math.Abs(timeBase.ToNanoseconds(fromTick)), Math.Abs(timeBase.ToNanoseconds(toTick)));
        var relative = farthest > 20 * span;
        _zeroTick = relative ? fromTick : 0;
        Unit = TimeUnit.For(relative ? span : farthest);
        Label = relative ? $"time after {Exact(timeBase, fromTick)} ({Unit.Name})" : $"time ({Unit.Name})";
        FromNs = Ns(fromTick);
        ToNs = Ns(toTick);
    }

    public TimeUnit Unit { get; }

    public string Label { get; }

    public double FromNs { get; }

    public double ToNs { get; }

    public double TickNs => _timeBase.TickNs;

    public double Ns(long tick) => _timeBase.ToNanoseconds((Int128)tick - _zeroTick);

    // Seconds to the nanosecond: the place must be found again with --from.
    private static string Exact(TimeBase timeBase, long tick)
    {
        var picoseconds = timeBase.ToPicoseconds(tick);
        var negative = picoseconds < 0;
        var (seconds, rest) = Int128.DivRem(Int128.Abs(picoseconds), 1_000_000_000_000);
        return $"{(negative ? "-" : "")}{seconds}.{(long)(rest / 1000):D9} s";
    }
}
