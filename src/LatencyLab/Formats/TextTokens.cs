namespace LatencyLab.Formats;

/// <summary>The blank-separated words of a text file, block by block. A word that the end of the file cuts off is an error: it may be half of one.</summary>
internal sealed class TextTokens(InputFile file)
{
    /// <summary>A longer word than this is no text file of any format here.</summary>
    private const int MaxTokenBytes = 256 * 1024;

    // One byte more than a small file has, so that its end is seen without another buffer.
    private readonly byte[] _buffer = new byte[Math.Min(4 * MaxTokenBytes, file.Length + 1)];
    private long _bufferOffset;
    private int _at;
    private int _end;
    private bool _hasStarted;

    /// <summary>Offset of the last word in the file.</summary>
    public long TokenOffset { get; private set; }

    /// <summary>The next word; false at the end of the file. The span holds until the next call.</summary>
    public bool TryNext(out ReadOnlySpan<byte> token)
    {
        var buffer = _buffer;
        while (true)
        {
            var at = _at;
            while (at < _end && buffer[at] <= (byte)' ')
            {
                at++;
            }

            var start = at;
            while (at < _end && buffer[at] > (byte)' ')
            {
                at++;
            }

            if (at < _end)
            {
                TokenOffset = _bufferOffset + start;
                token = buffer.AsSpan(start, at - start);
                _at = at;
                return true;
            }

            _at = start;
            if (!Refill())
            {
                TokenOffset = _bufferOffset + _at;
                token = default;
                return _at < _end
                    ? throw file.Fault("The file ends inside a word.", file.Length, "It may be truncated. If it is complete, add the missing line end.")
                    : false;
            }
        }
    }

    private bool Refill()
    {
        var kept = _end - _at;
        if (kept >= MaxTokenBytes)
        {
            throw file.Fault($"A word has more than {MaxTokenBytes} bytes.", _bufferOffset + _at);
        }

        _buffer.AsSpan(_at, kept).CopyTo(_buffer);
        _bufferOffset += _at;
        _at = 0;
        var count = file.Read(_bufferOffset + kept, _buffer.AsSpan(kept));
        _end = kept + count;
        if (!_hasStarted)
        {
            // A byte order mark says nothing here.
            _hasStarted = true;
            _at = _buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8) ? 3 : 0;
        }

        return count > 0;
    }
}
