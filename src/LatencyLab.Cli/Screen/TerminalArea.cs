using System.Globalization;
using System.Text;

namespace LatencyLab.Cli.Screen;

/// <summary>The last lines of a terminal, rewritten in place. No line is longer than the terminal is wide, so that none wraps and the way back is known.</summary>
internal sealed class TerminalArea(TextWriter writer, TalkTerminal terminal)
{
    private const string Escape = "\u001b[";
    private const string ClearToEndOfLine = Escape + "K";
    private const string ClearBelow = Escape + "J";

    private int _rows;
    private int _shown;

    /// <summary>Shows these lines instead of the ones before; only the first where the cursor can't be moved.</summary>
    public void Show(IReadOnlyList<string> lines)
    {
        var (columns, rows) = terminal.Size();
        var width = Math.Max(1, columns - 1);
        if (!terminal.MovesCursor)
        {
            var line = Cut(lines[0], width);
            writer.Write("\r" + line.PadRight(Math.Min(width, _shown)));
            _shown = line.Length;
            return;
        }

        var text = new StringBuilder(ToFirstRow());
        var shown = lines.Take(Math.Max(1, rows - 1)).ToList();
        for (var i = 0; i < shown.Count; i++)
        {
            text.Append(i == 0 ? "" : "\n").Append(Cut(shown[i], width)).Append(ClearToEndOfLine);
        }

        // The cursor stays in the last line: what is below it is left over from a longer list.
        writer.Write(text.Append(ClearBelow).ToString());
        _rows = shown.Count;
    }

    /// <summary>Leaves nothing behind, and the cursor where the area began.</summary>
    public void Clear()
    {
        if (_rows > 0)
        {
            writer.Write(ToFirstRow() + ClearBelow);
        }
        else if (_shown > 0)
        {
            writer.Write("\r" + new string(' ', _shown) + "\r");
        }

        (_rows, _shown) = (0, 0);
    }

    private string ToFirstRow() => _rows > 1 ? string.Create(CultureInfo.InvariantCulture, $"\r{Escape}{_rows - 1}A") : "\r";

    private static string Cut(string line, int width) => line.Length <= width ? line : line[..width];
}
