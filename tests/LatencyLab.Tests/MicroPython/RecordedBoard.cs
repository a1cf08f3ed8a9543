using System.Globalization;
using System.Text.RegularExpressions;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.MicroPython;

/// <summary>
/// A board that says what a real one said, once the host has sent what the recorded client had sent by then. Where that client sent
/// otherwise, the board stays silent and the test fails.
/// </summary>
internal sealed partial class RecordedBoard
{
    private const int Window = 128;

    private readonly List<(bool FromHost, byte[] Bytes)> _exchange;
    private int _next;
    private int _sent;

    public RecordedBoard(int section)
    {
        _exchange = Read(section);
        Expected = [.. _exchange.Where(e => e.FromHost).SelectMany(e => e.Bytes)];
        Link = new VirtualLink(Clock) { OnByte = _ => Take() };
    }

    public VirtualClock Clock { get; } = new();

    public VirtualLink Link { get; }

    /// <summary>All bytes that the recorded client sent.</summary>
    public byte[] Expected { get; }

    /// <summary>The source that the recorded client pasted, in order.</summary>
    public IReadOnlyList<string> Sources()
    {
        var sources = new List<string>();
        var text = System.Text.Encoding.Latin1.GetString(Expected);
        foreach (Match paste in Paste().Matches(text))
        {
            sources.Add(paste.Groups["code"].Value);
        }

        return sources;
    }

    private void Take()
    {
        _sent++;
        var due = 0;
        var acknowledged = 0;
        var pasteStart = int.MaxValue;
        for (var i = 0; i < _exchange.Count; i++)
        {
            var (fromHost, bytes) = _exchange[i];
            if (fromHost)
            {
                due += bytes.Length;
                if (bytes.AsSpan().EndsWith((byte[])[0x05, (byte)'A', 0x01]))
                {
                    (pasteStart, acknowledged) = (due, 0);
                }

                continue;
            }

            // A board acknowledges a window as soon as it has read one, which a recording with chunks can't show.
            var at = bytes is [0x01] ? Math.Min(due, pasteStart + (Window * ++acknowledged)) : due;
            // A lone prompt ends the answer before it; the recorded client just didn't wait for it.
            at = bytes is [(byte)'>'] ? 0 : at;
            if (i < _next)
            {
                continue;
            }

            if (at > _sent)
            {
                return;
            }

            Link.Answer(bytes);
            _next = i + 1;
        }
    }

    private static List<(bool FromHost, byte[] Bytes)> Read(int section)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "tests/LatencyLab.Tests/MicroPython/Transcript.txt"));
        var start = Array.FindIndex(lines, l => l.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{section}. "), StringComparison.Ordinal));
        return [.. lines.Skip(start + 1).TakeWhile(l => l.Length > 0).Select(l => (l.StartsWith("  host", StringComparison.Ordinal), Unquote(l[11..].Trim())))];
    }

    // b'...' or b"..." with \r \n \xHH \\ \' as Python's repr writes it.
    private static byte[] Unquote(string literal)
    {
        var bytes = new List<byte>();
        for (var i = 2; i < literal.Length - 1; i++)
        {
            if (literal[i] != '\\')
            {
                bytes.Add((byte)literal[i]);
                continue;
            }

            i++;
            if (literal[i] == 'x')
            {
                bytes.Add(byte.Parse(literal.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                bytes.Add((byte)(literal[i] switch { 'r' => '\r', 'n' => '\n', 't' => '\t', var c => c }));
            }
        }

        return [.. bytes];
    }

    [GeneratedRegex("\u0005A\u0001(?<code>[^\u0004]*)\u0004", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Paste();
}
