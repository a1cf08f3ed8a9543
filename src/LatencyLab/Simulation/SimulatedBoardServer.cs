using System.Net.Sockets;
using System.Runtime.Versioning;
using LatencyLab.Links;

namespace LatencyLab.Simulation;

/// <summary>Gives a simulated board a serial port or a TCP port: one client after another, until it is told to stop.</summary>
public static class SimulatedBoardServer
{
    private const int BufferBytes = 16 * 1024;

    // How long a thread may be deaf to the order to stop, and how soon a new client is noticed.
    private static readonly TimeSpan Attention = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ClientPoll = TimeSpan.FromMilliseconds(20);

    /// <summary>Serves clients of a pseudoterminal; a client that leaves ends nothing but its own session.</summary>
    /// <returns>A task that ends when the token is cancelled, or when a fault unplugs the board: then the port has to vanish, too.</returns>
    [UnsupportedOSPlatform("windows")]
    public static Task ServeAsync(SimulatedBoard board, Pseudoterminal pty, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => ServePty(board, pty, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Serves clients of a TCP port; a second one waits until the first has gone.</summary>
    /// <returns>A task that ends when the token is cancelled.</returns>
    public static async Task ServeAsync(SimulatedBoard board, TcpListener listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(cancellationToken);
                client.NoDelay = true;
                await ServeOneAsync(board, client.GetStream(), cancellationToken);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or DeviceException)
            {
                // The client has gone, or the board was unplugged: the next client finds it again.
            }
        }
    }

    private static async Task ServeOneAsync(SimulatedBoard board, NetworkStream stream, CancellationToken cancellationToken)
    {
        await using var link = board.Open();
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var fromBoard = CopyAsync(link.ReadAsync, (bytes, token) => stream.WriteAsync(bytes, token), session);
        var toBoard = CopyAsync((buffer, token) => stream.ReadAsync(buffer, token), link.WriteAsync, session);
        await Task.WhenAll(fromBoard, toBoard);
    }

    private static async Task CopyAsync(
        Func<Memory<byte>, CancellationToken, ValueTask<int>> read, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write,
        CancellationTokenSource session)
    {
        // The simulation runs on its reader's thread: not on the thread that accepts clients.
        await Task.Yield();
        try
        {
            var buffer = new byte[BufferBytes];
            for (int count; (count = await read(buffer, session.Token)) > 0;)
            {
                await write(buffer.AsMemory(0, count), session.Token);
            }
        }
        finally
        {
            // One direction is over, so the session is.
            await session.CancelAsync();
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void ServePty(SimulatedBoard board, Pseudoterminal pty, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (!pty.HasClient)
            {
                cancellationToken.WaitHandle.WaitOne(ClientPoll);
                continue;
            }

            if (!ServeClient(board, pty, cancellationToken))
            {
                return;
            }

            pty.Reset();
        }
    }

    // False when the board was unplugged.
    [UnsupportedOSPlatform("windows")]
    private static bool ServeClient(SimulatedBoard board, Pseudoterminal pty, CancellationToken cancellationToken)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var link = board.Open();
        var fromBoard = Task.Factory.StartNew(
            () => CopyFromBoard(link, pty, session), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var plugged = true;
        try
        {
            CopyToBoard(link, pty, session);
        }
        catch (OperationCanceledException)
        {
            // Stopped, or the other direction is over.
        }
        catch (DeviceException)
        {
            plugged = false;
        }
        finally
        {
            session.Cancel();
            plugged &= fromBoard.GetAwaiter().GetResult();
            link.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        return plugged;
    }

    [UnsupportedOSPlatform("windows")]
    private static void CopyToBoard(ILink link, Pseudoterminal pty, CancellationTokenSource session)
    {
        var buffer = new byte[BufferBytes];
        while (!session.IsCancellationRequested)
        {
            var count = pty.Read(buffer, Attention);
            if (count < 0)
            {
                return;
            }

            if (count > 0)
            {
                link.WriteAsync(buffer.AsMemory(0, count), session.Token).AsTask().GetAwaiter().GetResult();
            }
        }
    }

    // False when the board was unplugged.
    [UnsupportedOSPlatform("windows")]
    private static bool CopyFromBoard(ILink link, Pseudoterminal pty, CancellationTokenSource session)
    {
        try
        {
            var buffer = new byte[BufferBytes];
            while (true)
            {
                var count = link.ReadAsync(buffer, session.Token).AsTask().GetAwaiter().GetResult();
                for (var sent = 0; sent < count;)
                {
                    session.Token.ThrowIfCancellationRequested();
                    var written = pty.Write(buffer.AsSpan(sent, count - sent), Attention);
                    if (written < 0)
                    {
                        return true;
                    }

                    sent += written;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return true;
        }
        catch (DeviceException)
        {
            return false;
        }
        finally
        {
            session.Cancel();
        }
    }
}
