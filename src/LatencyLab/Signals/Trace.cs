namespace LatencyLab.Signals;

/// <summary>
/// The edges of one channel in memory: sorted ticks with alternating levels. Levels alternate without exception inside a run between two
/// gaps; where a gap broke the alternation, <see cref="Breaks"/> says with which level the channel goes on.
/// </summary>
/// <param name="Channel">The line.</param>
/// <param name="FirstLevel">Level after the first edge.</param>
/// <param name="Ticks">Strictly rising ticks.</param>
/// <param name="Breaks">Places where levels don't alternate since edges between were lost; empty for an undamaged trace.</param>
public sealed record Trace(Channel Channel, bool FirstLevel, long[] Ticks, IReadOnlyList<TraceBreak> Breaks)
{
    /// <summary>Level after edge <paramref name="index"/>.</summary>
    public bool LevelAfter(int index)
    {
        var start = 0;
        var level = FirstLevel;
        foreach (var b in Breaks)
        {
            if (b.EdgeIndex > index)
            {
                break;
            }

            start = b.EdgeIndex;
            level = b.Level;
        }

        return ((index - start) & 1) == 0 ? level : !level;
    }

    /// <summary>The stretches of edges whose levels alternate, in order.</summary>
    public IEnumerable<TraceStretch> Stretches()
    {
        var start = 0;
        var level = FirstLevel;
        foreach (var b in Breaks)
        {
            if (b.EdgeIndex > start)
            {
                yield return new TraceStretch(start, b.EdgeIndex - start, level);
            }

            start = b.EdgeIndex;
            level = b.Level;
        }

        if (Ticks.Length > start)
        {
            yield return new TraceStretch(start, Ticks.Length - start, level);
        }
    }
}

/// <summary>Edge <paramref name="EdgeIndex"/> has level <paramref name="Level"/> although its predecessor has it too: edges between them were lost.</summary>
public readonly record struct TraceBreak(int EdgeIndex, bool Level);

/// <summary><paramref name="Count"/> edges from <paramref name="Start"/> on; the first has level <paramref name="FirstLevel"/>, the next the other one.</summary>
public readonly record struct TraceStretch(int Start, int Count, bool FirstLevel);
