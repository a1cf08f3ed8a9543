namespace LatencyLab.Simulation;

/// <summary>One true edge on a captured line.</summary>
/// <param name="TimePs">Virtual time.</param>
/// <param name="Level">Level after it.</param>
/// <param name="CauseOrdinal">Edge of the stimulus line that made the target act.</param>
/// <param name="Tick">Tick that the sampler stamped; null when it saw no edge.</param>
/// <param name="Word">Index of the record.</param>
internal readonly record struct CapturedEdge(long TimePs, bool Level, long? CauseOrdinal, long? Tick, long? Word);

/// <summary>Notes the true edges of one captured line, and what the sampler made of each.</summary>
internal interface ICapturedEdges
{
    /// <summary>An edge; returns what it is called in <see cref="Stamped"/>.</summary>
    long Add(long timePs, bool level, long? causeOrdinal);

    /// <summary>An edge was stamped; -1 is one that nobody asks about, such as the level at the start.</summary>
    void Stamped(long edge, long tick, long word);

    /// <summary>Records [from, to) reached the host's side of the link undamaged.</summary>
    void Delivered(long from, long to);
}

/// <summary>All true edges of one captured line, what the sampler made of each, and which of its records were lost on their way.</summary>
/// <param name="firstOrdinal">Edges that the line had seen before the capture: what causes are counted from.</param>
internal sealed class CapturedEdges(long firstOrdinal) : ICapturedEdges
{
    private readonly List<CapturedEdge> _edges = [];
    private readonly List<(long From, long To)> _delivered = [];

    public long FirstOrdinal { get; } = firstOrdinal;

    public IReadOnlyList<CapturedEdge> All => _edges;

    public long Add(long timePs, bool level, long? causeOrdinal)
    {
        _edges.Add(new CapturedEdge(timePs, level, causeOrdinal, null, null));
        return _edges.Count - 1;
    }

    public void Stamped(long edge, long tick, long word)
    {
        if (edge >= 0)
        {
            _edges[(int)edge] = _edges[(int)edge] with { Tick = tick, Word = word };
        }
    }

    public void Delivered(long from, long to) => _delivered.Add((from, to));

    /// <summary>True where the edge was stamped and its record didn't arrive undamaged.</summary>
    public bool IsLost(CapturedEdge edge)
    {
        if (edge.Word is not { } word)
        {
            return false;
        }

        // Frames leave in order, so the spans are sorted.
        var (low, high) = (0, _delivered.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (word < _delivered[middle].From)
            {
                high = middle - 1;
            }
            else if (word >= _delivered[middle].To)
            {
                low = middle + 1;
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
