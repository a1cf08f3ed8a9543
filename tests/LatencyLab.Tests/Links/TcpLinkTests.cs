using System.Net;
using System.Net.Sockets;
using LatencyLab.Links;

namespace LatencyLab.Tests.Links;

public sealed class TcpLinkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_pass_both_ways_and_the_end_is_a_typed_error()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var link = await TcpLink.ConnectAsync("127.0.0.1", port, Stop);
        using (var peer = await listener.AcceptTcpClientAsync(Stop))
        {
            var everyByte = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
            await link.WriteAsync(everyByte, Stop);
            var echo = new byte[256];
            await peer.GetStream().ReadExactlyAsync(echo, Stop);
            Assert.Equal(everyByte, echo);
            await peer.GetStream().WriteAsync(echo, Stop);
            var back = new byte[256];
            for (var got = 0; got < 256;)
            {
                got += await link.ReadAsync(back.AsMemory(got), Stop);
            }

            Assert.Equal(everyByte, back);
        }

        var gone = await Assert.ThrowsAsync<DeviceException>(async () => await link.ReadAsync(new byte[1], Stop));
        Assert.Equal($"tcp://127.0.0.1:{port}", gone.Where);
    }

    [Fact]
    public async Task Nobody_listening_is_said_in_plain_words()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var fault = await Assert.ThrowsAsync<DeviceException>(() => TcpLink.ConnectAsync("127.0.0.1", port, Stop));
        Assert.Contains("Nothing listens", fault.Message, StringComparison.Ordinal);
    }
}
