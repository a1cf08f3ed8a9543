using System.IO.Pipelines;

namespace LatencyLab.Links;

/// <summary>
/// A bounded first-in first-out queue of bytes between one writer and one reader. A full queue holds the writer back, so that the
/// device's own flow control works instead of this process growing. What was written before the end is read before the end is told.
/// </summary>
internal sealed class ByteQueue
{
    private readonly Pipe _pipe;
    private readonly int _capacity;
    private volatile DeviceException? _end;

    /// <param name="capacity">Bytes that may wait, at least 2; a single write never stores more than this at once.</param>
    public ByteQueue(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        _capacity = capacity;
        _pipe = new Pipe(new PipeOptions(pauseWriterThreshold: capacity, resumeWriterThreshold: capacity / 2, useSynchronizationContext: false));
    }

    /// <summary>Waits for room and stores all bytes; false when the reader has gone.</summary>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            // A pipe accepts one write of any size before it pauses, so the size is limited here.
            var part = bytes[..Math.Min(bytes.Length, _capacity / 2)];
            if ((await _pipe.Writer.WriteAsync(part, cancellationToken)).IsCompleted)
            {
                return false;
            }

            bytes = bytes[part.Length..];
        }

        return true;
    }

    /// <summary>Waits for at least one byte.</summary>
    /// <exception cref="DeviceException">The writer has ended and everything before that has been read.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(buffer.Length);
        while (true)
        {
            var result = await _pipe.Reader.ReadAsync(cancellationToken);
            var count = (int)Math.Min(result.Buffer.Length, buffer.Length);
            var taken = result.Buffer.Slice(0, count);
            var offset = 0;
            foreach (var segment in taken)
            {
                segment.CopyTo(buffer[offset..]);
                offset += segment.Length;
            }

            _pipe.Reader.AdvanceTo(taken.End);
            if (count > 0)
            {
                return count;
            }

            if (result.IsCompleted)
            {
                throw _end ?? new DeviceException("The link was closed.");
            }
        }
    }

    /// <summary>Ends the writing side; the first reason given is the one that the reader sees.</summary>
    public void End(DeviceException reason)
    {
        _end ??= reason;
        _pipe.Writer.Complete();
    }

    /// <summary>Ends the reading side: a waiting writer is let go.</summary>
    public void Abandon() => _pipe.Reader.Complete();
}
