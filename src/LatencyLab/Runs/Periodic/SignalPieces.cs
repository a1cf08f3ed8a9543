using LatencyLab.Signals;

namespace LatencyLab.Runs.Periodic;

/// <summary>The stretches of a trace in which nothing was lost.</summary>
public static class SignalPieces
{
    // A gap ends a piece even where the levels happen to alternate across it: pulses may be missing.
    /// <summary>Edges between gaps, each piece with the direction of its first edge.</summary>
    public static List<(long[] Ticks, bool FirstIsRising)> Of(Capture capture, Trace trace)
    {
        var gaps = capture.Gaps.Where(g => g.Channel is null || g.Channel == trace.Channel.Index).ToArray();
        var pieces = new List<(long[] Ticks, bool FirstIsRising)>();
        foreach (var stretch in trace.Stretches())
        {
            var start = 0;
            var gap = 0;
            for (var i = 1; i <= stretch.Count; i++)
            {
                while (i < stretch.Count && gap < gaps.Length && gaps[gap].ToTick <= trace.Ticks[stretch.Start + i - 1])
                {
                    gap++;
                }

                if (i == stretch.Count || (gap < gaps.Length && gaps[gap].FromTick <= trace.Ticks[stretch.Start + i]))
                {
                    pieces.Add((trace.Ticks[(stretch.Start + start)..(stretch.Start + i)], ((start & 1) == 0) == stretch.FirstLevel));
                    start = i;
                }
            }
        }

        return pieces;
    }

    /// <summary>The pieces from one rising edge to another: what comes before and after is dropped.</summary>
    /// <param name="pieces">Stretches in order of time.</param>
    /// <param name="skip">Rising edges to drop first: the warm-up.</param>
    /// <param name="periods">Periods to keep at most.</param>
    public static List<(long[] Ticks, bool FirstIsRising)> Between(IReadOnlyList<(long[] Ticks, bool FirstIsRising)> pieces, int skip, int periods)
    {
        var kept = new List<(long[] Ticks, bool FirstIsRising)>();
        var last = skip + (long)periods;
        var before = 0L;
        foreach (var (ticks, firstIsRising) in pieces)
        {
            var first = firstIsRising ? 0 : 1;
            var rises = (ticks.Length - first + 1) / 2;
            var (from, to) = (Math.Max(0, skip - before), Math.Min(rises - 1, last - before));
            if (from <= to)
            {
                // The edge that closes the last period ends it; otherwise the piece goes on to its end.
                var end = before + to == last ? first + (2 * to) + 1 : ticks.Length;
                kept.Add((ticks[(int)(first + (2 * from))..(int)end], true));
            }

            before += rises;
        }

        return kept;
    }
}
