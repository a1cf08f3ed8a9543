using System.Text;

namespace LatencyLab.Cli;

/// <summary>Text from boards and files on its way to a terminal.</summary>
public static class TerminalText
{
    /// <summary>Replaces control characters, so that a board's name can't move the cursor or repaint the screen; line ends and tabs stay.</summary>
    public static string Clean(string text)
    {
        if (!text.Any(IsUnsafe))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            clean.Append(IsUnsafe(c) ? '\uFFFD' : c);
        }

        return clean.ToString();
    }

    // C0 without tab and line feed, DEL, C1, and the bidirectional overrides that reorder a line.
    private static bool IsUnsafe(char c) =>
        c is (< ' ' and not '\n' and not '\t') or (>= '\u007f' and <= '\u009f') or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
