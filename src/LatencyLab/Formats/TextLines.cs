namespace LatencyLab.Formats;

/// <summary>The lines of a text file, block by block. A last line without an end is an error: it may be half of one.</summary>
internal sealed class TextLines(InputFile file)
{
    /// <summary>A longer line than this is no text file of any format here.</summary>
    private const int MaxLineBytes = 256 * 1024;

    // One byte more than a small file has, so that its end is seen without another buffer.
    private readonly byte[] _buffer = new byte[Math.Min(4 * MaxLineBytes, file.Length + 1)];
    private long _bufferOffset;
    private int _at;
    private int _end;
    private bool _hasStarted;

    private static ReadOnlySpan<byte> Blanks => " \t\r"u8;

    /// <summary>Offset of the last line in the file.</summary>
    public long LineOffset { get; private set; }

    /// <summary>Number of the last line, from 1, as editors count.</summary>
    public long LineNumber { get; private set; }

    /// <summary>The next line without its end; false at the end of the file. The span holds until the next call.</summary>
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_at, _end - _at).IndexOf((byte)'\n');
            if (length >= 0)
            {
                LineOffset = _bufferOffset + _at;
                LineNumber++;
                line = _buffer.AsSpan(_at, length);
                line = line is [.., (byte)'\r'] ? line[..^1] : line;
                _at += length + 1;
                return true;
            }

            if (!Refill())
            {
                line = default;
                return _buffer.AsSpan(_at, _end - _at).ContainsAnyExcept(Blanks)
                    ? throw file.Fault("The file ends inside a line.", file.Length, "It may be truncated. If it is complete, add the missing line end.")
                    : false;
            }
        }
    }

    /// <summary>The next row of a table, without blanks at its end. Blank lines may follow the last row, but not part rows.</summary>
    public bool TryNextRow(out ReadOnlySpan<byte> row)
    {
        if (!TryNext(out row))
        {
            return false;
        }

        row = row.TrimEnd(Blanks);
        if (!row.IsEmpty)
        {
            return true;
        }

        var blank = (Number: LineNumber, Offset: LineOffset);
        while (TryNext(out row))
        {
            if (row.ContainsAnyExcept(Blanks))
            {
                throw file.Fault(
                    $"Line {blank.Number} is blank, but rows follow it.", blank.Offset,
                    "If no row is missing there, remove the blank line; several tables or frames in one file are to be split.");
            }
        }

        row = default;
        return false;
    }

    /// <summary>What is wrong with the last line, which is named by its number and offset.</summary>
    public CaptureFormatException Fault(string what, string? remedy = null) => file.Fault($"Line {LineNumber}: {what}", LineOffset, remedy);

    private bool Refill()
    {
        var kept = _end - _at;
        if (kept >= MaxLineBytes)
        {
            throw file.Fault($"A line has more than {MaxLineBytes} bytes.", _bufferOffset + _at);
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
