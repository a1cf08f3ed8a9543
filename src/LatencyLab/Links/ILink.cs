namespace LatencyLab.Links;

/// <summary>
/// A duplex byte stream to one board: serial port, TCP, RFC 2217 or in-process. One reader and one writer at a time.
/// A lost link ends every call with a <see cref="DeviceException"/>; waiting is bounded by the caller's token alone.
/// </summary>
public interface ILink : IAsyncDisposable
{
    /// <summary>What the user calls it: the port path, tcp://host:port or sim:esp32.</summary>
    string Name { get; }

    /// <summary>Waits for at least one byte and returns how many were put in the buffer; never 0.</summary>
    /// <exception cref="DeviceException">The other end is gone.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first; no byte is lost by that.</exception>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Hands all bytes to the link.</summary>
    /// <exception cref="DeviceException">The other end is gone.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);
}
