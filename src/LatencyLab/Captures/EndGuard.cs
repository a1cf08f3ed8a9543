namespace LatencyLab.Captures;

/// <summary>
/// A file for readers that take the end of a stream for more data: reading past it throws. Parquet.Net 6.1 otherwise loops for ever over a
/// footer without its last byte.
/// </summary>
internal sealed class EndGuard(FileStream file) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => file.Position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        var count = file.Read(buffer);
        return count > 0 || buffer.IsEmpty ? count : throw new EndOfStreamException("The file ends too early.");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int ReadByte()
    {
        var value = file.ReadByte();
        return value >= 0 ? value : throw new EndOfStreamException("The file ends too early.");
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
