namespace LatencyLab.Links;

/// <summary>
/// One end of an in-process duplex link. Both directions are bounded, so that a slow reader holds the other side back as USB does.
/// </summary>
public sealed class PipeLink : ILink
{
    /// <summary>Bytes that wait in each direction before the writer is held back.</summary>
    public const int DefaultCapacity = 64 * 1024;

    private readonly ByteQueue _incoming;
    private readonly ByteQueue _outgoing;
    private int _disposed;

    private PipeLink(string name, ByteQueue incoming, ByteQueue outgoing)
    {
        Name = name;
        _incoming = incoming;
        _outgoing = outgoing;
    }

    public string Name { get; }

    /// <summary>Two ends: what one writes the other reads. Closing one end lets the other read what is left and then fail.</summary>
    public static (PipeLink Host, PipeLink Board) CreatePair(string name, int capacity = DefaultCapacity)
    {
        var toHost = new ByteQueue(capacity);
        var toBoard = new ByteQueue(capacity);
        return (new PipeLink(name, toHost, toBoard), new PipeLink(name, toBoard, toHost));
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        return _incoming.ReadAsync(buffer, cancellationToken);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        if (!await _outgoing.WriteAsync(bytes, cancellationToken))
        {
            throw LinkFault.Gone(Name);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _outgoing.End(LinkFault.Gone(Name));
            _incoming.Abandon();
        }

        return ValueTask.CompletedTask;
    }

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            throw new DeviceException("This end of the link is closed.", Name);
        }
    }
}
