using System.Net;
using System.Net.Sockets;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>Stands between a board and its user and hands the bytes on in pieces of random size.</summary>
internal sealed class ChoppingRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _relaying;

    private ChoppingRelay(string board, int largestBytes)
    {
        _listener.Start();
        _relaying = RelayAsync(IPEndPoint.Parse(board["tcp://".Length..]), largestBytes, _end.Token);
    }

    public string Selector => $"tcp://{_listener.LocalEndpoint}";

    public static ChoppingRelay Start(string board, int largestBytes) => new(board, largestBytes);

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
                CopyAsync(user.GetStream(), link.GetStream(), new Random(1), largestBytes, end),
                CopyAsync(link.GetStream(), user.GetStream(), new Random(2), largestBytes, end));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private static async Task CopyAsync(NetworkStream from, NetworkStream to, Random random, int largestBytes, CancellationToken end)
    {
        try
        {
            var buffer = new byte[largestBytes];
            for (int count; (count = await from.ReadAsync(buffer.AsMemory(0, random.Next(1, largestBytes + 1)), end)) > 0;)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), end);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // One side has left.
        }
    }
}
