using System.Net;
using System.Net.Sockets;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>Stands between a board and its user and hands the bytes on in pieces of random size, if need be only so many of the board.</summary>
internal sealed class ChoppingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _relaying;

    private long _bytesLeft;

    private ChoppingRelay(string board, int largestBytes, long cutAfterBytes)
    {
        _listener.Start();
        _bytesLeft = cutAfterBytes;
        _relaying = RelayAsync(IPEndPoint.Parse(board["tcp://".Length..]), largestBytes, _end.Token);
    }

    /// <summary>Bytes of the board that were handed on.</summary>
    public long BytesOfBoard { get; private set; }

    public string Selector => $"tcp://{_listener.LocalEndpoint}";

    public static ChoppingRelay Start(string board, int largestBytes, long cutAfterBytes = long.MaxValue) => new(board, largestBytes, cutAfterBytes);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _relaying;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task RelayAsync(IPEndPoint board, int largestBytes, CancellationToken end)
    {
        try
        {
            using var user = await _listener.AcceptTcpClientAsync(end);
            using var link = new TcpClient { NoDelay = true };
            user.NoDelay = true;
            await link.ConnectAsync(board, end);
            await Task.WhenAny(
                CopyAsync(user.GetStream(), link.GetStream(), new Random(1), largestBytes, null, end),
                CopyAsync(link.GetStream(), user.GetStream(), new Random(2), largestBytes, Passes, end));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over, or nobody took the call.
        }
    }

    // The cable is pulled when the board has said so much.
    private int Passes(int count)
    {
        count = (int)Math.Min(count, _bytesLeft);
        _bytesLeft -= count;
        BytesOfBoard += count;
        return count;
    }

    private static async Task CopyAsync(NetworkStream from, NetworkStream to, Random random, int largestBytes, Func<int, int>? passes, CancellationToken end)
    {
        try
        {
            var buffer = new byte[largestBytes];
            for (int count; (count = await from.ReadAsync(buffer.AsMemory(0, random.Next(1, largestBytes + 1)), end)) > 0;)
            {
                var passing = passes?.Invoke(count) ?? count;
                await to.WriteAsync(buffer.AsMemory(0, passing), end);
                if (passing < count)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // One side has left.
        }
    }
}
