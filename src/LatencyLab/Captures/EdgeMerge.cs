namespace LatencyLab.Captures;

/// <summary>Edges of several channels on their way into one sorted table; each channel waits until the others have caught up.</summary>
internal sealed class EdgeMerge
{
    private readonly Waiting[] _channels;

    public EdgeMerge(int channels) => _channels = [.. Enumerable.Range(0, channels).Select(_ => new Waiting())];

    public bool IsEmpty => Array.TrueForAll(_channels, c => !c.TryPeek(out _));

    public void Add(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => _channels[channel].Add(firstLevel, ticks);

    /// <summary>
    /// Moves edges before a tick into the columns, by tick and then by channel, until the columns are full or no such edge is left.
    /// </summary>
    /// <returns>Number of rows that are filled now.</returns>
    public int MoveTo(long beforeTick, EdgeColumns columns, int row)
    {
        var (ticks, channels, levels) = (columns.Ticks, columns.Channels, columns.Levels);
        while (row < ticks.Length)
        {
            // The channel with the earliest edge gives all it has up to the earliest edge of the others.
            var first = -1;
            var earliest = beforeTick;
            var others = beforeTick;
            for (var channel = 0; channel < _channels.Length; channel++)
            {
                if (_channels[channel].TryPeek(out var tick) && tick < beforeTick)
                {
                    if (first < 0 || tick < earliest)
                    {
                        others = earliest;
                        (first, earliest) = (channel, tick);
                    }
                    else if (tick < others)
                    {
                        others = tick;
                    }
                }
            }

            if (first < 0)
            {
                break;
            }

            var from = row;
            do
            {
                ticks[row] = _channels[first].Take(out var level);
                levels[row] = level;
                row++;
            }
            while (row < ticks.Length && _channels[first].TryPeek(out var next) && next < others);

            channels.AsSpan(from, row - from).Fill((byte)first);
        }

        return row;
    }

    /// <summary>A queue of ticks with the level of each.</summary>
    private sealed class Waiting
    {
        private readonly Queue<(long Index, bool Level)> _breaks = [];
        private long[] _ticks = [];
        private int _head;
        private int _tail;
        private long _taken;
        private bool _headLevel;
        private bool _tailLevel;

        public void Add(bool firstLevel, ReadOnlySpan<long> ticks)
        {
            if (ticks.IsEmpty)
            {
                return;
            }

            MakeRoom(ticks.Length);
            if (_head == _tail)
            {
                _headLevel = firstLevel;
            }
            else if (firstLevel != _tailLevel)
            {
                _breaks.Enqueue((_taken + (_tail - _head), firstLevel));
            }

            ticks.CopyTo(_ticks.AsSpan(_tail));
            _tail += ticks.Length;
            _tailLevel = (ticks.Length & 1) == 0 ? firstLevel : !firstLevel;
        }

        public bool TryPeek(out long tick)
        {
            var isThere = _head < _tail;
            tick = isThere ? _ticks[_head] : 0;
            return isThere;
        }

        public long Take(out bool level)
        {
            level = _headLevel;
            _headLevel = !_headLevel;
            _taken++;
            if (_breaks.Count > 0 && _breaks.Peek().Index == _taken)
            {
                _headLevel = _breaks.Dequeue().Level;
            }

            return _ticks[_head++];
        }

        private void MakeRoom(int count)
        {
            if (_tail + count <= _ticks.Length)
            {
                return;
            }

            var waiting = _tail - _head;
            var target = waiting + count <= _ticks.Length / 2 ? _ticks : new long[Math.Max(1024, checked((waiting + count) * 2))];
            Array.Copy(_ticks, _head, target, 0, waiting);
            (_ticks, _head, _tail) = (target, 0, waiting);
        }
    }
}
