using System.Net;
using System.Net.Sockets;
using CsCheck;
using LatencyLab.Links;

namespace LatencyLab.Tests.Links;

/// <summary>Servers that say anything, nothing, or hang up: connecting and reading ends in bytes or a typed error.</summary>
public sealed class Rfc2217FuzzTests
{
    // Short limits: a server that stays silent is given up soon, and none of these tests expects a connection.
    private static readonly StepLimits Limits = new(0.02, TimeProvider.System);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Any_server_ends_in_bytes_or_a_typed_error() =>
        Gen.Select(Gen.OneOf(Gen.Byte, Gen.Int[0, 5].Select(i => ((byte[])[255, 250, 240, 44, 253, 0])[i])).Array[0, 2000], Gen.Bool, Gen.Bool).SampleAsync(
            async (bytes, sayHello, hangUp) =>
            {
                using var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                var serving = Task.Run(
                    async () =>
                    {
                        using var client = await listener.AcceptSocketAsync(Stop);
                        await client.SendAsync((byte[])[.. sayHello ? Convert.FromHexString("FFFD2C") : [], .. bytes], Stop);
                        if (!hangUp)
                        {
                            var rest = new byte[4096];
                            while (await client.ReceiveAsync(rest, Stop) > 0)
                            {
                            }
                        }
                    }, Stop);
                try
                {
                    await using var link = await Rfc2217Link.ConnectAsync("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, 115200, Limits, Stop);
                    Assert.NotEmpty(link.Warnings);
                    using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
                    for (var read = 0; read < 4000;)
                    {
                        read += await link.ReadAsync(new byte[100], limit.Token);
                    }
                }
                catch (Exception e) when (e is DeviceException or OperationCanceledException)
                {
                    // The two legal ends.
                }

                try
                {
                    await serving;
                }
                catch (SocketException)
                {
                    // The client had enough.
                }
            },
            iter: FuzzCases.Of(100), threads: 1);
}
