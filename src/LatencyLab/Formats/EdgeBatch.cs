using LatencyLab.Signals;

namespace LatencyLab.Formats;

/// <summary>Edges on their way from a decoder to the sink: ticks by channel, in order, up to a fixed capacity. Reused.</summary>
internal sealed class EdgeBatch
{
    private readonly long[][] _ticks;
    private readonly int[] _counts;
    private readonly int _nearlyFull;

    /// <param name="channels">How many channels there are.</param>
    /// <param name="capacity">Edges of one channel.</param>
    /// <param name="reserve">How many edges a channel may get between two looks at <see cref="IsNearlyFull"/>.</param>
    public EdgeBatch(int channels, int capacity, int reserve)
    {
        // Pinned, so that the collections of a short analysis leave them where they are: moving a dozen batches took an eighth of its time.
        _ticks = new long[channels][];
        for (var channel = 0; channel < channels; channel++)
        {
            _ticks[channel] = GC.AllocateUninitializedArray<long>(capacity, pinned: true);
        }

        _counts = new int[channels];
        _nearlyFull = capacity - reserve;
    }

    /// <summary>One of the channels has no more room than the reserve.</summary>
    public bool IsNearlyFull { get; private set; }

    public void Add(int channel, long tick)
    {
        var count = _counts[channel];
        _ticks[channel][count] = tick;
        _counts[channel] = count + 1;
        IsNearlyFull |= count >= _nearlyFull;
    }

    /// <summary>Hands everything over and empties the batch.</summary>
    /// <param name="sink">Gets the edges.</param>
    /// <param name="levels">The level of each channel before its next edge; brought up to date.</param>
    public void MoveTo(IEdgeSink sink, Span<bool> levels)
    {
        for (var channel = 0; channel < _counts.Length; channel++)
        {
            var count = _counts[channel];
            if (count > 0)
            {
                sink.Edges(channel, !levels[channel], _ticks[channel].AsSpan(0, count));
                levels[channel] ^= (count & 1) != 0;
            }
        }

        Array.Clear(_counts);
        IsNearlyFull = false;
    }
}
