using CsCheck;
using LatencyLab.Links;

namespace LatencyLab.Tests.Links;

public sealed class PipeLinkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Bytes_arrive_in_order_however_they_are_cut() =>
        Check.SampleAsync(
            Gen.Select(Gen.Byte.Array[0, 5000], Gen.Int[1, 700].Array[1, 20], Gen.Int[2, 300]),
            async (bytes, cuts, capacity) =>
            {
                var (host, board) = PipeLink.CreatePair("pipe", capacity);
                var writer = Task.Run(
                    async () =>
                    {
                        for (int at = 0, i = 0; at < bytes.Length; i++)
                        {
                            var part = Math.Min(cuts[i % cuts.Length], bytes.Length - at);
                            await board.WriteAsync(bytes.AsMemory(at, part), Stop);
                            at += part;
                        }

                        await board.DisposeAsync();
                    }, Stop);
                var read = await ReadToEndAsync(host, cuts[0]);
                await writer;
                return read.SequenceEqual(bytes);
            },
            iter: 200);

    [Fact]
    public async Task A_slow_reader_holds_the_writer_back()
    {
        var (host, board) = PipeLink.CreatePair("pipe", capacity: 1000);
        var writing = board.WriteAsync(new byte[10_000], Stop).AsTask();
        var waited = await Task.WhenAny(writing, host.ReadAsync(new byte[1], Stop).AsTask());
        Assert.NotSame(writing, waited);
        Assert.False(writing.IsCompleted);
        var rest = new byte[10_000];
        for (var got = 1; got < 10_000;)
        {
            got += await host.ReadAsync(rest, Stop);
        }

        await writing;
    }

    [Fact]
    public async Task A_cancelled_read_loses_no_byte()
    {
        var (host, board) = PipeLink.CreatePair("pipe");
        using var cancel = new CancellationTokenSource();
        var read = host.ReadAsync(new byte[10], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await board.WriteAsync(new byte[] { 7, 8 }, Stop);
        var buffer = new byte[10];
        Assert.Equal(2, await host.ReadAsync(buffer, Stop));
        Assert.Equal([7, 8], buffer[..2]);
    }

    [Fact]
    public async Task Both_directions_fail_with_a_typed_error_once_the_other_end_has_closed()
    {
        var (host, board) = PipeLink.CreatePair("sim:esp32");
        await board.WriteAsync(new byte[] { 1 }, Stop);
        await board.DisposeAsync();
        Assert.Equal(1, await host.ReadAsync(new byte[10], Stop));
        var gone = await Assert.ThrowsAsync<DeviceException>(async () => await host.ReadAsync(new byte[10], Stop));
        Assert.Equal("sim:esp32", gone.Where);
        await Assert.ThrowsAsync<DeviceException>(async () => await host.WriteAsync(new byte[] { 1 }, Stop));
        await Assert.ThrowsAsync<DeviceException>(async () => await board.ReadAsync(new byte[10], Stop));
    }

    internal static async Task<byte[]> ReadToEndAsync(ILink link, int bufferSize = 256)
    {
        var all = new List<byte>();
        var buffer = new byte[bufferSize];
        try
        {
            while (true)
            {
                all.AddRange(buffer[..await link.ReadAsync(buffer, Stop)]);
            }
        }
        catch (DeviceException)
        {
            return [.. all];
        }
    }
}
