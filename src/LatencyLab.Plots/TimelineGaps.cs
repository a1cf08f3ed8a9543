namespace LatencyLab.Plots;

/// <summary>Gaps on the plots along time: hatched from bottom to top, those less than a pixel apart as one.</summary>
internal static class TimelineGaps
{
    public static void Draw(Figure figure, TimelineData data, TimeAxis axis, LatencyAxis y)
    {
        // A gap narrower than a pixel is still a gap.
        var leastNs = (axis.ToNs - axis.FromNs) / figure.WidthPx * 3;
        foreach (var (from, to) in Merged(data, figure.WidthPx))
        {
            figure.Hatch(axis.Ns(from), Math.Max(axis.Ns(to), axis.Ns(from) + leastNs), y.Bottom, y.Top, Ink.Gap);
        }
    }

    private static IEnumerable<(long From, long To)> Merged(TimelineData data, int columns)
    {
        var perColumn = ((Int128)data.ToTick - data.FromTick) / columns;
        (long From, long To)? open = null;
        foreach (var gap in data.Gaps.Where(g => g.FromTick <= data.ToTick && g.ToTick >= data.FromTick).OrderBy(g => g.FromTick))
        {
            var (from, to) = (Math.Max(gap.FromTick, data.FromTick), Math.Min(gap.ToTick, data.ToTick));
            if (open is { } o && (Int128)from - o.To <= perColumn)
            {
                open = (o.From, Math.Max(o.To, to));
                continue;
            }

            if (open is { } done)
            {
                yield return done;
            }

            open = (from, to);
        }

        if (open is { } last)
        {
            yield return last;
        }
    }
}
