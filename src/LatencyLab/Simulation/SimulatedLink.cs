using LatencyLab.Links;

namespace LatencyLab.Simulation;

/// <summary>One client's end of the link to a simulated board. Reading lets the board run: on the reader's thread, no further than to its next bytes.</summary>
internal sealed class SimulatedLink(SimulatedBoard board, string name, int session, TimeProvider time) : ILink
{
    private static int s_sessions;

    public string Name { get; } = name;

    /// <summary>A number for a session, never 0.</summary>
    public static int NextSession() => Interlocked.Increment(ref s_sessions);

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = board.Read(session, buffer.Span, out var changed, out var delay, cancellationToken);
            switch (count)
            {
                case > 0:
                    return count;
                case < 0:
                    throw Gone();
            }

            if (delay > TimeSpan.Zero)
            {
                // Timers know whole milliseconds; a shorter wait would be none.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(delay.TotalMilliseconds)), time, cancellationToken);
            }
            else if (!cancellationToken.IsCancellationRequested)
            {
                await changed.WaitAsync(cancellationToken);
            }
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var count = board.Write(session, bytes.Span, out var changed);
            if (count < 0)
            {
                throw Gone();
            }

            if (count == bytes.Length)
            {
                return;
            }

            bytes = bytes[count..];
            await changed.WaitAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        board.Close(session);
        return ValueTask.CompletedTask;
    }

    private DeviceException Gone() => new("The simulated board is gone: its link was cut.", Name, "Run again; the fault is part of the simulation.");
}
