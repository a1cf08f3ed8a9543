using System.Net.Sockets;

namespace LatencyLab.Links;

/// <summary>A raw TCP connection to a serial server or an emulator, written <c>tcp://host:port</c>.</summary>
public sealed class TcpLink : ILink
{
    private readonly Socket _socket;

    private TcpLink(string name, Socket socket)
    {
        Name = name;
        _socket = socket;
    }

    public string Name { get; }

    /// <summary>Connects; waiting is bounded by the token.</summary>
    /// <exception cref="DeviceException">Nobody listens there, or the host is unknown.</exception>
    public static async Task<TcpLink> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var name = $"tcp://{host}:{port}";
        return new TcpLink(name, await ConnectSocketAsync(name, host, port, cancellationToken));
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var count = await _socket.ReceiveAsync(buffer, cancellationToken);
            return count > 0 ? count : throw LinkFault.Gone(Name);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw LinkFault.Gone(Name, e);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw LinkFault.Gone(Name, e);
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static async Task<Socket> ConnectSocketAsync(string name, string host, int port, CancellationToken cancellationToken)
    {
        // Dual mode: names resolve to IPv6 and IPv4 alike.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            await socket.ConnectAsync(host, port, cancellationToken);
            return socket;
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException fault)
            {
                throw new DeviceException(
                    fault.SocketErrorCode switch
                    {
                        SocketError.ConnectionRefused => "Nothing listens at that address.",
                        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"The host '{host}' is unknown.",
                        _ => $"The connection failed: {fault.Message}.",
                    },
                    name, "Check that the serial server runs and that host and port are right.", fault);
            }

            throw;
        }
    }
}
