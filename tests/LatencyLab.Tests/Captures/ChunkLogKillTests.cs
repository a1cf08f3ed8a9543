using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LatencyLab.Captures;
using LatencyLab.Signals;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Tests.Captures;

/// <summary>Kills a process that writes a chunk log, at moments of its own choice, and looks at what is there.</summary>
public sealed class ChunkLogKillTests
{
    private const string LogVariable = "LATENCYLAB_TEST_LOG";
    private const string PortVariable = "LATENCYLAB_TEST_PORT";

    [Fact]
    public async Task What_was_flushed_before_a_kill_comes_back()
    {
        using var folder = new TempFolder();
        var random = new Random(7);
        for (var round = 0; round < (Tool.LongRuns ? 100 : 4); round++)
        {
            var path = folder.File($"{round}.llc");
            var flushed = await KillWriterAfterAsync(path, random.Next(1, 200));
            var collector = new CaptureCollector();
            var report = ChunkLogReader.Read(path, collector, TestContext.Current.CancellationToken);
            var capture = collector.ToCapture();
            Assert.False(report.HasEnd);
            foreach (var trace in capture.Traces)
            {
                Assert.True(trace.Ticks.Length >= flushed, $"{flushed} edges were flushed, {trace.Ticks.Length} came back");
                Assert.Equal(Enumerable.Range(0, trace.Ticks.Length).Select(i => TickOf(trace.Channel.Index, i)), trace.Ticks);
            }
        }
    }

    /// <summary>The process that is killed: not a test, it runs when the test above starts this assembly with its name.</summary>
    [Fact(Explicit = true)]
    public async Task Writer_that_waits_to_be_killed()
    {
        if (Environment.GetEnvironmentVariable(LogVariable) is not { } path)
        {
            return;
        }

        using var link = new TcpClient();
        await link.ConnectAsync(IPAddress.Loopback, int.Parse(Environment.GetEnvironmentVariable(PortVariable)!));
        using var log = ChunkLogWriter.Create(path, new CaptureOrigin());
        log.Begin(new CaptureHeader(new TimeBase(62_500_000), [new Channel(0, "D0"), new Channel(1, "D1")]));
        var random = new Random(path.Length);
        var ack = new byte[8];
        for (var edges = 0L; ;)
        {
            var ticks = new long[2 * random.Next(1, 3000)];
            for (var channel = 0; channel < 2; channel++)
            {
                for (var i = 0; i < ticks.Length; i++)
                {
                    ticks[i] = TickOf(channel, edges + i);
                }

                log.Edges(channel, true, ticks);
            }

            edges += ticks.Length;
            log.Advance(TickOf(0, edges));
            if (random.Next(3) > 0)
            {
                log.Flush();
                BinaryPrimitives.WriteInt64LittleEndian(ack, edges);
                await link.GetStream().WriteAsync(ack);
            }
        }
    }

    private static long TickOf(int channel, long index) => (index * 1000) + (channel * 300) + (index * index % 97);

    private static async Task<long> KillWriterAfterAsync(string path, int flushes)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "LatencyLab.Tests.exe" : "LatencyLab.Tests"),
            ["-explicit", "only", "-method", $"{typeof(ChunkLogKillTests).FullName}.{nameof(Writer_that_waits_to_be_killed)}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { [LogVariable] = path, [PortVariable] = $"{((IPEndPoint)listener.LocalEndpoint).Port}" },
        };
        using var writer = Process.Start(start)!;
        try
        {
            using var link = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            var ack = new byte[8];
            for (var i = 0; i < flushes; i++)
            {
                await link.GetStream().ReadExactlyAsync(ack, TestContext.Current.CancellationToken);
            }

            writer.Kill();
            await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
            return BinaryPrimitives.ReadInt64LittleEndian(ack);
        }
        finally
        {
            if (!writer.HasExited)
            {
                writer.Kill();
            }
        }
    }
}
