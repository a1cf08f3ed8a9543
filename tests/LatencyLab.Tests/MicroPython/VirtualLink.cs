using LatencyLab.Links;

namespace LatencyLab.Tests.MicroPython;

/// <summary>A clock that moves only when somebody waits: time limits pass at once, and always the same way.</summary>
internal sealed class VirtualClock : TimeProvider
{
    private readonly List<VirtualTimer> _timers = [];

    public long Now { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on to the given time, or only to the first timer before it, which then fires.</summary>
    public void AdvanceTowards(long time)
    {
        var first = _timers.Where(t => t.Due is not null).MinBy(t => t.Due);
        if (first is null || first.Due > time)
        {
            if (time == long.MaxValue)
            {
                throw new InvalidOperationException("Somebody waits without a limit for a silent board.");
            }

            Now = Math.Max(Now, time);
            return;
        }

        Now = Math.Max(Now, first.Due!.Value);
        first.Fire();
    }

    private sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public long? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock._timers.Remove(this);
            Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock.Now + dueTime.Ticks;
            clock._timers.Add(this);
            return true;
        }

        public void Fire()
        {
            Due = null;
            callback(state);
        }

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>The host's end of a link to something that lives in virtual time: every call ends at once.</summary>
internal sealed class VirtualLink(VirtualClock clock, string name = "virtual") : ILink
{
    private readonly Queue<(long Due, byte[] Bytes)> _answers = new();
    private readonly List<byte> _sent = [];
    private int _offset;

    public string Name { get; set; } = name;

    public bool IsDisposed { get; private set; }

    /// <summary>Called with each byte that the host sends.</summary>
    public Action<byte> OnByte { get; set; } = _ => { };

    /// <summary>Called when the host waits and no answer is under way: a program that prints by itself.</summary>
    public Action OnIdle { get; set; } = () => { };

    /// <summary>Everything that the host has sent.</summary>
    public IReadOnlyList<byte> Sent => _sent;

    /// <summary>True once the board has been unplugged: what is under way still arrives.</summary>
    public bool Unplugged { get; set; }

    /// <summary>What becomes of an answer on its way.</summary>
    public Func<byte[], byte[]> Damage { get; set; } = answer => answer;

    public void Answer(byte[] bytes, TimeSpan after = default) => _answers.Enqueue((clock.Now + after.Ticks, Damage(bytes)));

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_answers.Count == 0)
            {
                OnIdle();
            }

            if (_answers.Count == 0 && Unplugged)
            {
                throw new DeviceException("The board is gone.", Name);
            }

            if (_answers.TryPeek(out var next) && next.Due <= clock.Now)
            {
                var count = Math.Min(buffer.Length, next.Bytes.Length - _offset);
                next.Bytes.AsMemory(_offset, count).CopyTo(buffer);
                _offset += count;
                if (_offset == next.Bytes.Length)
                {
                    _answers.Dequeue();
                    _offset = 0;
                }

                if (count > 0)
                {
                    return ValueTask.FromResult(count);
                }
            }
            else
            {
                clock.AdvanceTowards(_answers.Count > 0 ? next.Due : long.MaxValue);
            }
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (Unplugged)
        {
            throw new DeviceException("The board is gone.", Name);
        }

        foreach (var b in bytes.Span)
        {
            _sent.Add(b);
            OnByte(b);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
