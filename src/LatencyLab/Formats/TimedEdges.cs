using LatencyLab.Signals;

namespace LatencyLab.Formats;

/// <summary>Edges of all channels in the order of time, as text files hold them, on their way to a sink that wants them channel by channel.</summary>
internal sealed class TimedEdges(int channels)
{
    private const int Capacity = 32 * 1024;

    private readonly long[] _ticks = GC.AllocateUninitializedArray<long>(Capacity);
    private readonly int[] _channels = GC.AllocateUninitializedArray<int>(Capacity);
    private readonly long[] _sorted = GC.AllocateUninitializedArray<long>(Capacity);
    private readonly int[] _ends = new int[channels];
    private int _count;

    /// <summary>The level of each channel after its last edge that was handed over; the owner sets it where a gap ends.</summary>
    public bool[] Levels { get; } = new bool[channels];

    public bool IsFull => _count == Capacity;

    /// <summary>The next edge of a channel: to the level that it hasn't now.</summary>
    public void Add(int channel, long tick)
    {
        _ticks[_count] = tick;
        _channels[_count] = channel;
        _count++;
    }

    /// <summary>Hands everything over and forgets it.</summary>
    public void MoveTo(IEdgeSink sink)
    {
        if (_count == 0)
        {
            return;
        }

        // Counting sort: how many a channel, where its first goes, then each to its place in the order of time.
        Array.Clear(_ends);
        foreach (var channel in _channels.AsSpan(0, _count))
        {
            _ends[channel]++;
        }

        var start = 0;
        for (var channel = 0; channel < _ends.Length; channel++)
        {
            (start, _ends[channel]) = (start + _ends[channel], start);
        }

        for (var i = 0; i < _count; i++)
        {
            _sorted[_ends[_channels[i]]++] = _ticks[i];
        }

        start = 0;
        for (var channel = 0; channel < _ends.Length; channel++)
        {
            var count = _ends[channel] - start;
            if (count > 0)
            {
                sink.Edges(channel, !Levels[channel], _sorted.AsSpan(start, count));
                Levels[channel] ^= (count & 1) != 0;
                start = _ends[channel];
            }
        }

        _count = 0;
    }
}
