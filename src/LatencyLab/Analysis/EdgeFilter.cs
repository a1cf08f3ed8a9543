using LatencyLab.Signals;

namespace LatencyLab.Analysis;

/// <summary>Picks the edges of one polarity out of alternating ones.</summary>
internal static class EdgeFilter
{
    /// <summary>Appends those ticks whose edge is of the wanted kind.</summary>
    public static void Append(TickQueue queue, EdgeKind kind, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        if (kind == EdgeKind.Both)
        {
            ticks.CopyTo(queue.Append(ticks.Length));
            queue.Commit(ticks.Length);
            return;
        }

        var first = firstLevel == (kind == EdgeKind.Rising) ? 0 : 1;
        var count = (ticks.Length - first + 1) / 2;
        var target = queue.Append(count);
        unchecked
        {
            for (int i = 0, j = first; (uint)i < (uint)target.Length && (uint)j < (uint)ticks.Length; i++, j += 2)
            {
                target[i] = ticks[j];
            }
        }

        queue.Commit(count);
    }

    /// <summary>How many of <paramref name="count"/> alternating edges are of the kind when the first has <paramref name="firstLevel"/>.</summary>
    public static long Matching(EdgeKind kind, bool firstLevel, long count) => kind switch
    {
        EdgeKind.Both => count,
        EdgeKind.Rising => (count + (firstLevel ? 1 : 0)) / 2,
        _ => (count + (firstLevel ? 0 : 1)) / 2,
    };
}
