using Microsoft.Win32.SafeHandles;

namespace LatencyLab.Formats;

/// <summary>A file that is read at given offsets, from several threads at once if need be; its faults are typed.</summary>
internal sealed class InputFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private InputFile(string path, SafeFileHandle handle, long length)
    {
        Path = path;
        _handle = handle;
        Length = length;
    }

    public string Path { get; }

    public long Length { get; }

    /// <exception cref="LatencyLabException">The file is missing, a folder, or not readable.</exception>
    public static InputFile Open(string path)
    {
        try
        {
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            return new InputFile(path, handle, RandomAccess.GetLength(handle));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LatencyLabException(FaultKind.Storage, "There is no such file.", path, "Check the path.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            var isFolder = Directory.Exists(path);
            throw new LatencyLabException(
                FaultKind.Storage, isFolder ? "This is a folder, not a capture file." : "The file may not be read.", path, isFolder ? null : "Check its rights.", e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The file can't be opened: {e.Message}", path, null, e);
        }
    }

    /// <summary>Fills the buffer from the offset on; fewer bytes only at the end of the file.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        var filled = 0;
        try
        {
            while (filled < buffer.Length)
            {
                var count = RandomAccess.Read(_handle, buffer[filled..], offset + filled);
                if (count == 0)
                {
                    break;
                }

                filled += count;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CaptureFormatException($"The file can't be read: {e.Message}", Path, offset + filled, null, e);
        }

        return filled;
    }

    /// <summary>Fills the whole buffer, or says that the file ends too early inside <paramref name="what"/>.</summary>
    public void ReadExactly(long offset, Span<byte> buffer, string what)
    {
        if (offset < 0 || offset > Length - buffer.Length || Read(offset, buffer) < buffer.Length)
        {
            throw new CaptureFormatException(
                $"The file ends inside {what}.", Path, Math.Min(Math.Max(offset, 0), Length), "The file may be truncated: copy or export it again.");
        }
    }

    public CaptureFormatException Fault(string what, long? byteOffset = null, string? remedy = null, Exception? inner = null) =>
        new(what, Path, byteOffset, remedy, inner);

    public void Dispose() => _handle.Dispose();
}

/// <summary>A range of an <see cref="InputFile"/> as a forward stream, for decoders that want one.</summary>
internal sealed class InputFileStream(InputFile file, long offset, long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, length - _position);
        var count = file.Read(offset + _position, buffer[..wanted]);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
