namespace LatencyLab.Links;

/// <summary>A link together with the lock that keeps other processes off its port.</summary>
internal sealed class LockedLink(ILink link, BoardLock taken) : ILink
{
    public string Name => link.Name;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => link.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => link.WriteAsync(bytes, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await link.DisposeAsync();
        taken.Dispose();
    }
}
