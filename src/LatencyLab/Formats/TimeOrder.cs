using LatencyLab.Signals;

namespace LatencyLab.Formats;

/// <summary>Where edges of all channels go in the order of time, and of the channels within one tick.</summary>
internal interface ITimedSink
{
    void Begin(CaptureHeader header);

    void Edge(long tick, int channel, bool level);

    /// <summary>Announced before any edge at or after its first tick.</summary>
    void Gap(Gap gap);

    void End(long endTick);
}

/// <summary>Merges the channels of a capture into the order of time, up to each watermark; memory follows the edges between two of them.</summary>
internal sealed class TimeOrder(ITimedSink target) : IEdgeSink
{
    // Below this many channels looking at each is faster than keeping a heap.
    private const int FewChannels = 8;

    private readonly PriorityQueue<Gap, (long FromTick, int Arrival)> _gaps = new();
    private int _arrivals;
    private readonly PriorityQueue<int, (long Tick, int Channel)> _heap = new();
    private Queue[] _queues = [];

    public void Begin(CaptureHeader header)
    {
        _queues = [.. header.Channels.Select(_ => new Queue())];
        target.Begin(header);
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => _queues[channel].Add(firstLevel, ticks);

    public void Gap(Gap gap) => _gaps.Enqueue(gap, (gap.FromTick, _arrivals++));

    public void Advance(long completeBeforeTick)
    {
        while (_gaps.TryPeek(out var gap, out var place) && place.FromTick < completeBeforeTick)
        {
            Merge(place.FromTick);
            target.Gap(gap);
            _gaps.Dequeue();
        }

        Merge(completeBeforeTick);
        foreach (var queue in _queues)
        {
            queue.Compact();
        }
    }

    public void End(long endTick)
    {
        Advance(long.MaxValue);
        target.End(endTick);
    }

    private void Merge(long beforeTick)
    {
        if (_queues.Length > FewChannels)
        {
            MergeMany(beforeTick);
            return;
        }

        while (true)
        {
            // The channel with the earliest edge gives all it has before the earliest edge of the others.
            Queue? first = null;
            var (channel, tick, others) = (0, beforeTick, beforeTick);
            for (var i = 0; i < _queues.Length; i++)
            {
                var next = _queues[i].NextTick;
                if (next < tick)
                {
                    (first, channel, tick, others) = (_queues[i], i, next, tick);
                }
                else if (next < others)
                {
                    others = next;
                }
            }

            if (first is null)
            {
                return;
            }

            do
            {
                target.Edge(tick, channel, first.Take());
                tick = first.NextTick;
            }
            while (tick < others);
        }
    }

    private void MergeMany(long beforeTick)
    {
        for (var channel = 0; channel < _queues.Length; channel++)
        {
            Enqueue(channel, beforeTick);
        }

        while (_heap.TryDequeue(out var channel, out var place))
        {
            target.Edge(place.Tick, channel, _queues[channel].Take());
            Enqueue(channel, beforeTick);
        }
    }

    private void Enqueue(int channel, long beforeTick)
    {
        var next = _queues[channel].NextTick;
        if (next < beforeTick)
        {
            _heap.Enqueue(channel, (next, channel));
        }
    }

    /// <summary>The edges of one channel that aren't merged yet.</summary>
    private sealed class Queue
    {
        private long[] _ticks = [];
        private bool[] _levels = [];
        private int _head;
        private int _count;

        /// <summary>Tick of the next edge; the greatest number where there is none.</summary>
        public long NextTick => _head < _count ? _ticks[_head] : long.MaxValue;

        public void Add(bool firstLevel, ReadOnlySpan<long> ticks)
        {
            if (_count + ticks.Length > _ticks.Length)
            {
                var size = Math.Max(_count + ticks.Length, _ticks.Length * 2);
                Array.Resize(ref _ticks, size);
                Array.Resize(ref _levels, size);
            }

            ticks.CopyTo(_ticks.AsSpan(_count));
            for (var i = 0; i < ticks.Length; i++)
            {
                _levels[_count + i] = firstLevel ^ ((i & 1) != 0);
            }

            _count += ticks.Length;
        }

        /// <summary>Takes the next edge and gives its level.</summary>
        public bool Take() => _levels[_head++];

        public void Compact()
        {
            if (_head == 0)
            {
                return;
            }

            _ticks.AsSpan(_head, _count - _head).CopyTo(_ticks);
            _levels.AsSpan(_head, _count - _head).CopyTo(_levels);
            (_head, _count) = (0, _count - _head);
        }
    }
}
