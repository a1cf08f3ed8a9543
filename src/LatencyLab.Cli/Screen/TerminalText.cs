using System.Globalization;
using System.Text;

namespace LatencyLab.Cli.Screen;

/// <summary>Text from boards and files on its way to a terminal.</summary>
public static class TerminalText
{
    /// <summary>One line: replaces control characters, so that a board's name can't move the cursor or repaint the screen, and line ends, so that it can't pass for a line of ours.</summary>
    public static string Clean(string text) => Replace(text, inJson: false).Replace('\n', '\uFFFD').Replace('\t', ' ');

    /// <summary>A paragraph that may have lines of its own, such as a traceback: each further line is indented, so that none passes for one of ours.</summary>
    public static string Paragraph(string text) => Replace(text, inJson: false).TrimEnd('\n').Replace("\n", "\n  ", StringComparison.Ordinal);

    /// <summary>True where nothing in the text can act on a terminal.</summary>
    public static bool IsSafe(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (IsUnsafe(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same with the replacement that JSON allows: there the character itself must survive, as <c>\u202e</c>.</summary>
    internal static string Replace(string text, bool inJson)
    {
        if (IsSafe(text))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!IsUnsafe(c))
            {
                clean.Append(c);
            }
            else if (inJson && c != '\r')
            {
                clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                clean.Append(inJson ? c : '\uFFFD');
            }
        }

        return clean.ToString();
    }

    // C0 without tab and line feed, DEL, C1, line and paragraph separators, and everything that reorders a line.
    private static bool IsUnsafe(char c) => c is (< ' ' and not ('\n' or '\t')) or (>= '\u007f' and <= '\u009f')
        or '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}

/// <summary>
/// A way out through which no text can act on the terminal, whoever wrote it: what boards and files say is neutralised here once, not in each
/// command. The tool's own control characters (a line that is rewritten) go around it.
/// </summary>
internal sealed class TerminalWriter(TextWriter inner, bool json) : TextWriter(CultureInfo.InvariantCulture)
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        if (TerminalText.IsSafe([value]))
        {
            inner.Write(value);
        }
        else
        {
            inner.Write(TerminalText.Replace(value.ToString(), json));
        }
    }

    public override void Write(string? value) => inner.Write(value is null ? null : TerminalText.Replace(value, json));

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (TerminalText.IsSafe(buffer))
        {
            inner.Write(buffer);
        }
        else
        {
            inner.Write(TerminalText.Replace(buffer.ToString(), json));
        }
    }

    // The line end of the way out, not of this system: a caller's writer decides.
    public override void WriteLine() => inner.WriteLine();

    public override void WriteLine(string? value)
    {
        Write(value);
        inner.WriteLine();
    }

    public override void Flush() => inner.Flush();
}
