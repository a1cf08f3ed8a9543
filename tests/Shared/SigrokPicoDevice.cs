using System.Globalization;
using System.Text;

namespace LatencyLab.TestSupport;

/// <summary>
/// A Pico with the sigrok-pico firmware that isn't there, for five channels and more: text commands, run lengths with buffers that begin with a plain
/// sample, the closing byte count, and the ways in which the real one fails. It shares nothing with the client.
/// </summary>
/// <param name="pattern">Level of the channels at a sample.</param>
public sealed class SigrokPicoDevice(Func<long, uint> pattern)
{
    // Longer than any run that a half buffer can hold would need more than one repeat byte.
    private const int HalfBuffer = 5000;

    private readonly StringBuilder _line = new();
    private readonly bool[] _enabled = new bool[32];
    private long _limit = 1;
    private bool _continuous;
    private long _sent;
    private long _at;

    public string Id { get; init; } = "SRPICO,A030D21,02";

    /// <summary>Answer to the rate.</summary>
    public string RateAnswer { get; init; } = "*";

    /// <summary>Sample at which the buffer runs over.</summary>
    public long? OverflowsAt { get; init; }

    /// <summary>Data bytes that get lost on the way.</summary>
    public int Swallows { get; init; }

    /// <summary>Samples that a fixed capture is short of.</summary>
    public long ShortBy { get; init; }

    /// <summary>True for a device that forgets its closing count.</summary>
    public bool NeverCloses { get; init; }

    /// <summary>True while it has more to say than what was asked for in one answer.</summary>
    public bool Streaming { get; private set; }

    /// <summary>Commands in their order.</summary>
    public List<string> Heard { get; } = [];

    /// <summary>Takes a byte of the host's and returns what the device answers.</summary>
    public byte[] Take(byte value)
    {
        if (value is (byte)'*' or (byte)'+')
        {
            var closes = Streaming && value == (byte)'+';
            Streaming = false;
            return closes && !NeverCloses ? Closing() : [];
        }

        if (value is not ((byte)'\n' or (byte)'\r'))
        {
            _line.Append((char)value);
            return [];
        }

        var line = _line.ToString();
        _line.Clear();
        Heard.Add(line);
        return Encoding.ASCII.GetBytes(Answer(line));
    }

    /// <summary>The next half buffer of a stream that goes on.</summary>
    public byte[] Next()
    {
        var bytes = new List<byte>();
        var upTo = _at + HalfBuffer;
        if (!_continuous)
        {
            upTo = Math.Min(upTo, _limit - ShortBy);
        }

        var overflow = OverflowsAt is { } over && over < upTo;
        Encode(bytes, overflow ? OverflowsAt!.Value : upTo);
        if (overflow)
        {
            Streaming = false;
            return [.. bytes, .. "!!!"u8];
        }

        if (!_continuous && _at >= _limit - ShortBy)
        {
            Streaming = false;
            return NeverCloses ? [.. bytes] : [.. bytes, .. Closing()];
        }

        return [.. bytes];
    }

    private byte[] Closing() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${_sent}+"));

    private string Answer(string line)
    {
        switch (line.Length > 0 ? line[0] : ' ')
        {
            case 'i':
                return Id;
            case 'a':
                return "25700x0";
            case 'A':
                return "*";
            case 'D':
                _enabled[int.Parse(line[2..], CultureInfo.InvariantCulture)] = line[1] == '1';
                return "*";
            case 'L':
                _limit = long.Parse(line[1..], CultureInfo.InvariantCulture);
                return "*";
            case 'R':
                return RateAnswer;
            case 'F' or 'C':
                (_continuous, Streaming, _at, _sent) = (line[0] == 'C', true, 0, 0);
                return "";
            default:
                return "";
        }
    }

    private void Encode(List<byte> bytes, long upTo)
    {
        var channels = Array.LastIndexOf(_enabled, true) + 1;
        var from = bytes.Count;
        var begun = false;
        uint last = 0;
        long repeats = 0;
        for (; _at < upTo; _at++)
        {
            var sample = pattern(_at) & (uint)((1L << channels) - 1);
            if (begun && sample == last)
            {
                repeats++;
                continue;
            }

            Repeat(bytes, ref repeats);
            for (var i = 0; i < channels; i += 7)
            {
                bytes.Add((byte)(0x80 | (sample >> i & 0x7F)));
            }

            (begun, last) = (true, sample);
        }

        Repeat(bytes, ref repeats);
        _sent += bytes.Count - from;
        if (Swallows > 0 && bytes.Count > from + Swallows + 40)
        {
            bytes.RemoveRange(from + 20, Swallows);
        }
    }

    private static void Repeat(List<byte> bytes, ref long repeats)
    {
        for (; repeats >= 64; repeats -= Math.Min(repeats / 32, 49) * 32)
        {
            bytes.Add((byte)(78 + Math.Min(repeats / 32, 49)));
        }

        for (; repeats > 0; repeats -= Math.Min(repeats, 32))
        {
            bytes.Add((byte)(47 + Math.Min(repeats, 32)));
        }
    }
}
