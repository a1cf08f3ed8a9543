using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using LatencyLab.Simulation;

namespace LatencyLab.Tests.Simulation;

public sealed class SimulatedBoardServerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_pty_serves_raw_clients_one_after_the_other_without_echo()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no pseudoterminals for serial ports");
            return;
        }

        await ServePtyAsync();
    }

    [Fact]
    public async Task A_tcp_port_serves_one_client_after_the_other()
    {
        var board = SimulatedRig.Create("sim:esp32").Target;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = SimulatedBoardServer.ServeAsync(board, listener, stop.Token);
        for (var session = 0; session < 3; session++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
            await TalkAsync(client.GetStream());
        }

        await stop.CancelAsync();
        await serving.WaitAsync(Patience);
    }

    [UnsupportedOSPlatform("windows")]
    private static async Task ServePtyAsync()
    {
        var board = SimulatedRig.Create("sim:esp32").Target;
        using var pty = Pseudoterminal.Open();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(pty.SlavePath));
        using var stop = new CancellationTokenSource();
        var serving = SimulatedBoardServer.ServeAsync(board, pty, stop.Token);
        for (var session = 0; session < 5; session++)
        {
            await using var client = new FileStream(pty.SlavePath, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.ReadWrite, BufferSize = 0 });
            await TalkAsync(client);

            // Leave without reading the answer: the next client must not see it.
            await client.WriteAsync("print('stale')\u0004"u8.ToArray());
        }

        await stop.CancelAsync();
        await serving.WaitAsync(Patience);
    }

    private static async Task TalkAsync(Stream stream)
    {
        await stream.WriteAsync("\r\u0003\r\u0001"u8.ToArray());
        await ReadToAsync(stream, "raw REPL; CTRL-B to exit\r\n>");
        await stream.WriteAsync("\u0004"u8.ToArray());
        Assert.EndsWith("OK\r\nMPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>", await ReadToAsync(stream, "\r\n>"), StringComparison.Ordinal);
        await stream.WriteAsync("print('\u00e4', b'\\x00\\xff')\u0004"u8.ToArray());
        Assert.Equal("OK\u00e4 b'\\x00\\xff'\r\n\u0004\u0004>", await ReadToAsync(stream, "\u0004>"));
    }

    private static async Task<string> ReadToAsync(Stream stream, string end)
    {
        var said = new List<byte>();
        var buffer = new byte[4096];
        while (true)
        {
            var count = await stream.ReadAsync(buffer.AsMemory()).AsTask().WaitAsync(Patience);
            Assert.NotEqual(0, count);
            said.AddRange(buffer.AsSpan(0, count));
            var text = Encoding.UTF8.GetString([.. said]);
            if (text.EndsWith(end, StringComparison.Ordinal))
            {
                return text;
            }
        }
    }
}
