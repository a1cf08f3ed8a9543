using System.Globalization;

namespace LatencyLab.Plots;

/// <summary>A marked place on an axis: where in axis coordinates, and what stands there; an empty label is a minor tick.</summary>
internal readonly record struct AxisTick(double At, string Label);

/// <summary>A unit of time for an axis.</summary>
internal readonly record struct TimeUnit(string Name, double Nanoseconds)
{
    /// <summary>The unit in which the larger end of a range has one to three digits before the point.</summary>
    public static TimeUnit For(double largestNs) => Math.Abs(largestNs) switch
    {
        >= 1e9 => new("s", 1e9),
        >= 1e6 => new("ms", 1e6),
        >= 1e3 => new("µs", 1e3),
        >= 1 or 0 => new("ns", 1),
        _ => new("ps", 1e-3),
    };
}

/// <summary>Places and labels of ticks. ScottPlot has neither log axes nor units; it gets finished labels.</summary>
internal static class Scale
{
    /// <summary>Steps of 1, 2 or 5 times a power of ten, at most <paramref name="most"/> of them between the ends.</summary>
    public static AxisTick[] Linear(double min, double max, int most, double divisor = 1)
    {
        var (from, to) = (min / divisor, max / divisor);
        var step = NiceStep((to - from) / Math.Max(1, most));
        var decimals = Math.Clamp((int)-Math.Floor(Math.Log10(step) + 1e-9), 0, 12);
        var ticks = new List<AxisTick>();
        var slack = step * 1e-6;
        for (var i = Math.Ceiling((from - slack) / step); i * step <= to + slack && ticks.Count < 100; i++)
        {
            ticks.Add(new AxisTick(i * step * divisor, Number(i * step, decimals)));
        }

        return [.. ticks];
    }

    /// <summary>Whole counts only: steps below one would label fractions of an event.</summary>
    public static AxisTick[] Counts(double max, int most)
    {
        var step = Math.Max(1, NiceStep(max / Math.Max(1, most)));
        var ticks = new List<AxisTick>();
        for (var at = 0.0; at <= max * (1 + 1e-9) && ticks.Count < 100; at += step)
        {
            ticks.Add(new AxisTick(at, PlotText.Count((long)at)));
        }

        return [.. ticks];
    }

    /// <summary>Powers of ten on an axis that holds log10 of a count; minor ticks at 2 to 9 while there are few decades.</summary>
    public static AxisTick[] Decades(double minLog, double maxLog, int most, Func<double, string> label)
    {
        var first = (int)Math.Ceiling(minLog - 1e-9);
        var last = (int)Math.Floor(maxLog + 1e-9);
        var every = Math.Max(1, (int)Math.Ceiling((last - first + 1) / (double)Math.Max(1, most)));
        var ticks = new List<AxisTick>();
        for (var decade = first - 1; decade <= last; decade++)
        {
            if (decade >= first)
            {
                ticks.Add(new AxisTick(decade, (decade - first) % every == 0 ? label(Math.Pow(10, decade)) : ""));
            }

            for (var digit = 2; digit <= 9 && last - first <= 6; digit++)
            {
                var at = decade + Math.Log10(digit);
                if (at > minLog && at < maxLog)
                {
                    ticks.Add(new AxisTick(at, ""));
                }
            }
        }

        return [.. ticks];
    }

    /// <summary>Times on an axis that holds log10 of nanoseconds: decades, or round numbers where the axis is shorter than that.</summary>
    public static AxisTick[] LogTimes(double minLog, double maxLog, int most)
    {
        var (from, to) = (Math.Pow(10, minLog), Math.Pow(10, maxLog));
        if (maxLog - minLog < 0.7)
        {
            var unit = TimeUnit.For(to);
            return [.. Linear(from, to, most, unit.Nanoseconds).Where(t => t.At > 0).Select(t => new AxisTick(Math.Log10(t.At), t.Label + " " + unit.Name))];
        }

        var ticks = Decades(minLog, maxLog, most, RoundTime);
        return maxLog - minLog > 3
            ? ticks
            : [.. ticks.Select(t => t.Label.Length > 0 || !IsTwoOrFive(t.At) ? t : t with { Label = RoundTime(Math.Pow(10, t.At)) })];
    }

    /// <summary>A round number of nanoseconds without needless zeros: "1 µs", "500 ns".</summary>
    public static string RoundTime(double nanoseconds)
    {
        var unit = TimeUnit.For(nanoseconds);
        return (nanoseconds / unit.Nanoseconds).ToString(Math.Abs(nanoseconds / unit.Nanoseconds) >= 100 ? "0.#" : "0.##", CultureInfo.InvariantCulture) + " " + unit.Name;
    }

    private static bool IsTwoOrFive(double log) => Math.Round(Math.Pow(10, log - Math.Floor(log)), 6) is 2 or 5;

    private static double NiceStep(double rough)
    {
        if (!(rough > 0) || !double.IsFinite(rough))
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch { <= 1 + 1e-9 => 1, <= 2 + 1e-9 => 2, <= 5 + 1e-9 => 5, _ => 10 } * power;
    }

    private static string Number(double value, int decimals)
    {
        // -0 would be printed with its sign.
        var rounded = Math.Round(value, decimals) + 0.0;
        return rounded.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
