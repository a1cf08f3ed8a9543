using LatencyLab.Signals;

namespace LatencyLab.Plots;

/// <summary>One corner of a waveform.</summary>
internal readonly record struct LevelPoint(long Tick, bool High);

/// <summary>
/// What is drawn of one channel: lines where each edge can be told from the next, boxes where several fall into a pixel, and stretches of
/// unknown level. Edges of a trace are sorted, so each pixel finds its own by binary search: no pass over the data.
/// </summary>
internal sealed record WaveformStrokes(List<List<LevelPoint>> Lines, List<(long From, long To)> Busy, List<(long From, long To)> Unknown)
{
    /// <param name="capture">The capture.</param>
    /// <param name="index">Place of the trace.</param>
    /// <param name="fromTick">First tick of the window.</param>
    /// <param name="toTick">Last tick of the window.</param>
    /// <param name="columns">Width of the picture in pixels.</param>
    public static WaveformStrokes Trace(Capture capture, int index, long fromTick, long toTick, int columns)
    {
        var strokes = new WaveformStrokes([], [], []);
        var trace = capture.Traces[index];
        var at = Math.Max(fromTick, capture.Header.StartTick);
        var end = Math.Min(toTick, capture.EndTick);
        var afterGap = false;
        foreach (var gap in Doubts(capture, trace.Channel.Index, fromTick, toTick, columns))
        {
            if (gap.FromTick > at)
            {
                strokes.AddSpan(trace, at, Math.Min(gap.FromTick, end), columns, fromTick, toTick, afterGap);
            }

            at = Math.Max(at, gap.ToTick);
            afterGap = true;
        }

        if (at < end)
        {
            strokes.AddSpan(trace, at, end, columns, fromTick, toTick, afterGap);
        }

        return strokes;
    }

    /// <summary>The gaps of a channel in a window; those less than a pixel apart are one, since they can't be told apart.</summary>
    public static List<Gap> Doubts(Capture capture, int channel, long fromTick, long toTick, int columns)
    {
        var perColumn = (long)(((Int128)toTick - fromTick) / columns);
        var doubts = new List<Gap>();
        foreach (var gap in capture.Gaps)
        {
            if (!gap.Meets(channel, fromTick, toTick))
            {
                continue;
            }

            if (doubts.Count > 0 && (Int128)gap.FromTick - doubts[^1].ToTick <= perColumn)
            {
                doubts[^1] = doubts[^1] with { ToTick = Math.Max(doubts[^1].ToTick, gap.ToTick), Reason = "several gaps" };
            }
            else
            {
                doubts.Add(gap);
            }
        }

        return doubts;
    }

    private void AddSpan(Trace trace, long fromTick, long toTick, int columns, long windowFrom, long windowTo, bool afterGap)
    {
        var ticks = trace.Ticks;
        var first = LowerBound(ticks, 0, fromTick);
        var last = LowerBound(ticks, first, toTick);
        if (toTick < long.MaxValue && last < ticks.Length && ticks[last] == toTick)
        {
            last++;
        }

        if (LevelBefore(trace, first, afterGap) is not { } level)
        {
            Unknown.Add((fromTick, toTick));
            return;
        }

        var line = new List<LevelPoint> { new(fromTick, level) };
        Lines.Add(line);
        var perColumn = Math.Max(1, (long)(((Int128)windowTo - windowFrom) / columns));
        for (var i = first; i < last;)
        {
            var columnEnd = (long)Int128.Min(toTick, windowFrom + ((((Int128)ticks[i] - windowFrom) / perColumn) + 1) * perColumn);
            var next = LowerBound(ticks, i, columnEnd);
            next = Math.Min(Math.Max(next, i + 1), last);
            if (next - i <= 2)
            {
                for (; i < next; i++)
                {
                    AddEdge(line, ticks[i], trace.LevelAfter(i));
                }
            }
            else
            {
                // Too many to see: a box over the column, and the line goes on behind it.
                line = AddBusy(line, ticks[i], columnEnd, trace.LevelAfter(next - 1));
                i = next;
            }
        }

        line.Add(line[^1] with { Tick = toTick });
    }

    // The next edge tells the level before it; without one, the last edge tells the level after it, unless a gap lies between.
    private static bool? LevelBefore(Trace trace, int next, bool afterGap)
    {
        if (next < trace.Ticks.Length)
        {
            return !trace.LevelAfter(next);
        }

        if (afterGap)
        {
            return null;
        }

        return trace.Ticks.Length == 0 ? trace.Channel.InitialLevel : trace.LevelAfter(trace.Ticks.Length - 1);
    }

    private static void AddEdge(List<LevelPoint> line, long tick, bool high)
    {
        line.Add(line[^1] with { Tick = tick });
        line.Add(new LevelPoint(tick, high));
    }

    private List<LevelPoint> AddBusy(List<LevelPoint> line, long from, long to, bool levelBehind)
    {
        if (Busy.Count > 0 && line.Count == 1 && Busy[^1].To == line[0].Tick && from - Busy[^1].To <= to - from)
        {
            // Right behind another box: they are one.
            Busy[^1] = (Busy[^1].From, to);
            Lines.Remove(line);
        }
        else
        {
            line.Add(line[^1] with { Tick = from });
            Busy.Add((from, to));
        }

        Lines.Add([new LevelPoint(to, levelBehind)]);
        return Lines[^1];
    }

    // First index at or above start whose tick isn't before the given one; galloping, so that near answers are cheap.
    private static int LowerBound(long[] ticks, int start, long tick)
    {
        long step = 1;
        long low = start;
        while (low + step < ticks.Length && ticks[low + step] < tick)
        {
            low += step;
            step *= 2;
        }

        var high = Math.Min(ticks.Length, low + step + 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ticks[middle] < tick)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return (int)low;
    }
}
