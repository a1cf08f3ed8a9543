using Microsoft.Win32.SafeHandles;

namespace LatencyLab.Captures;

/// <summary>A file seen through a buffer that slides forward; asking again for what was just seen costs nothing.</summary>
internal sealed class ChunkLogWindow
{
    private const int MaxBufferBytes = 4 << 20;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly byte[] _buffer;
    private long _start;
    private int _count;

    public ChunkLogWindow(SafeFileHandle file, string path)
    {
        _file = file;
        _path = path;
        Length = RandomAccess.GetLength(file);
        _buffer = new byte[Math.Min(MaxBufferBytes, Length)];
    }

    /// <summary>Length when it was opened; what is appended later isn't seen.</summary>
    public long Length { get; }

    /// <summary>Bytes from the offset on: at least as many as asked for, fewer only at the end of the file.</summary>
    /// <param name="offset">Any place in the file.</param>
    /// <param name="count">At most what the buffer holds.</param>
    public ReadOnlySpan<byte> From(long offset, int count)
    {
        if (offset < _start || offset + count > _start + _count)
        {
            Fill(offset);
        }

        var at = (int)(offset - _start);
        return at >= _count ? [] : _buffer.AsSpan(at, _count - at);
    }

    /// <summary>Fills the buffer from the offset on, past the window; false where the file ends too early.</summary>
    public bool TryRead(long offset, Span<byte> buffer) => Read(offset, buffer) == buffer.Length;

    private void Fill(long offset)
    {
        _start = offset;
        _count = Read(offset, _buffer);
    }

    private int Read(long offset, Span<byte> buffer)
    {
        var count = 0;
        try
        {
            while (count < buffer.Length && RandomAccess.Read(_file, buffer[count..], offset + count) is > 0 and var read)
            {
                count += read;
            }
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, _path, "read");
        }

        return count;
    }
}
