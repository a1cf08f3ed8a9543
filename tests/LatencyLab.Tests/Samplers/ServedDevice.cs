using LatencyLab.Links;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Samplers;

/// <summary>A simulated device behind an in-process link.</summary>
internal sealed class ServedDevice : IAsyncDisposable
{
    private readonly PipeLink _board;
    private readonly Task _serving;

    private ServedDevice(PipeLink host, PipeLink board, Task serving) => (Host, _board, _serving) = (host, board, serving);

    /// <summary>The host's end.</summary>
    public PipeLink Host { get; }

    public static ServedDevice Start(SumpDevice device) => Start(device.Take, () => false, () => []);

    public static ServedDevice Start(SigrokPicoDevice device) => Start(device.Take, () => device.Streaming, device.Next);

    /// <summary>A device that says the same whatever it hears; empty for silence.</summary>
    public static ServedDevice Saying(byte[] words, bool endlessly = false)
    {
        var said = false;
        return Start(_ =>
        {
            said = true;
            return words;
        }, () => endlessly && said, () => words);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _serving;
        await _board.DisposeAsync();
    }

    private static ServedDevice Start(Func<byte, byte[]> take, Func<bool> streams, Func<byte[]> next)
    {
        var (host, board) = PipeLink.CreatePair("test");
        return new ServedDevice(host, board, Task.Run(() => ServeAsync(board, take, streams, next)));
    }

    private static async Task ServeAsync(PipeLink board, Func<byte, byte[]> take, Func<bool> streams, Func<byte[]> next)
    {
        var buffer = new byte[256];
        try
        {
            Task<int>? reading = null;
            while (true)
            {
                reading ??= board.ReadAsync(buffer, CancellationToken.None).AsTask();
                if (!reading.IsCompleted && streams())
                {
                    await board.WriteAsync(next(), CancellationToken.None);
                    continue;
                }

                var count = await reading;
                reading = null;
                for (var i = 0; i < count; i++)
                {
                    await board.WriteAsync(take(buffer[i]), CancellationToken.None);
                }
            }
        }
        catch (DeviceException)
        {
            // The host has closed its end.
        }
    }
}

/// <summary>Edges of a pattern, found sample by sample: the plain second way.</summary>
internal static class PatternEdges
{
    public static long[] Of(Func<long, bool> level, long samples)
    {
        var ticks = new List<long>();
        for (var i = 1L; i < samples; i++)
        {
            if (level(i) != level(i - 1))
            {
                ticks.Add(i);
            }
        }

        return [.. ticks];
    }

    /// <summary>Levels that change at random moments, the same for the same seed.</summary>
    public static Func<long, uint> Random(int seed, int meanRun)
    {
        uint Hash(long x) => (uint)HashCode32(x, seed);
        return t =>
        {
            uint sample = 0;
            for (var channel = 0; channel < 32; channel++)
            {
                sample |= (Hash((t / (meanRun + channel)) + (1000L * channel)) & 1) << channel;
            }

            return sample;
        };
    }

    private static int HashCode32(long x, int seed)
    {
        var h = unchecked((ulong)x * 0x9E3779B97F4A7C15 ^ (ulong)seed * 0xC2B2AE3D27D4EB4F);
        h ^= h >> 29;
        h = unchecked(h * 0xBF58476D1CE4E5B9);
        return (int)(h >> 40);
    }

}
