namespace LatencyLab.Analysis;

/// <summary>Ticks that wait for the watermark: appended at the end, taken from the front, in one array without allocation a tick.</summary>
internal sealed class TickQueue
{
    private long[] _ticks = new long[1024];
    private int _head;
    private int _tail;

    public int Count => _tail - _head;

    /// <summary>The waiting ticks, oldest first; valid until the next <see cref="Append"/>.</summary>
    public ReadOnlySpan<long> Waiting => _ticks.AsSpan(_head, _tail - _head);

    /// <summary>Room for <paramref name="count"/> more ticks at the end; <see cref="Commit"/> says how many were filled.</summary>
    public Span<long> Append(int count)
    {
        if (_tail + count > _ticks.Length)
        {
            var waiting = Count;
            var target = waiting + count <= _ticks.Length / 2 ? _ticks : new long[Math.Max(_ticks.Length * 2, waiting + count)];
            _ticks.AsSpan(_head, waiting).CopyTo(target);
            _ticks = target;
            _head = 0;
            _tail = waiting;
        }

        return _ticks.AsSpan(_tail, count);
    }

    public void Commit(int count) => _tail += count;

    /// <summary>Forgets the <paramref name="count"/> oldest ticks.</summary>
    public void Take(int count)
    {
        _head += count;
        if (_head == _tail)
        {
            _head = 0;
            _tail = 0;
        }
    }
}
