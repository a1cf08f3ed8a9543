using System.Text;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>UTF-8 text on its way into a file, number by number without a string for each.</summary>
internal sealed class TextOutput(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _count;

    public void Write(ReadOnlySpan<byte> text)
    {
        if (text.Length > _buffer.Length - _count)
        {
            Flush();
            if (text.Length > _buffer.Length)
            {
                stream.Write(text);
                return;
            }
        }

        text.CopyTo(_buffer.AsSpan(_count));
        _count += text.Length;
    }

    /// <summary>Room for at least <paramref name="bytes"/> more; <see cref="Commit"/> says how many were filled.</summary>
    public Span<byte> Room(int bytes)
    {
        if (_buffer.Length - _count < bytes)
        {
            Flush();
        }

        return _buffer.AsSpan(_count);
    }

    public void Commit(int bytes) => _count += bytes;

    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public void Write(byte character)
    {
        if (_count == _buffer.Length)
        {
            Flush();
        }

        _buffer[_count++] = character;
    }

    public void Write(long number)
    {
        if (_buffer.Length - _count < DecimalDigits.Longest)
        {
            Flush();
        }

        _count += DecimalDigits.Write(number, _buffer.AsSpan(_count));
    }

    /// <summary>A whole number of 10^-<paramref name="decimals"/> as a decimal number with all its decimals.</summary>
    public void WriteDecimal(Int128 value, int decimals)
    {
        var text = Int128.Abs(value).ToString().PadLeft(decimals + 1, '0');
        Write($"{(value < 0 ? "-" : "")}{text[..^decimals]}.{text[^decimals..]}");
    }

    public void Flush()
    {
        stream.Write(_buffer, 0, _count);
        _count = 0;
    }
}
