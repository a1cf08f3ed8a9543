using System.Text.RegularExpressions;

namespace LatencyLab.MicroPython;

/// <summary>A program that was running when the host asked for the board, and that the host's Ctrl-C has stopped.</summary>
/// <param name="File">The program's file on the board, such as main.py; null when it came through a REPL and can't be started again.</param>
/// <param name="Line">Where it was stopped, as the traceback says it.</param>
public sealed partial record Interruption(string? File, string Line)
{
    /// <summary>Finds the traceback of a Ctrl-C in what the board said; null when nothing was interrupted.</summary>
    public static Interruption? Find(string talk)
    {
        if (!talk.Contains("KeyboardInterrupt", StringComparison.Ordinal))
        {
            return null;
        }

        string? file = null;
        var line = "";
        foreach (Match frame in Frame().Matches(talk))
        {
            line = frame.Value.Trim();
            // The outermost file is the program; modules that it imported come after it.
            if (file is null && !frame.Groups["file"].Value.StartsWith('<'))
            {
                file = frame.Groups["file"].Value;
            }
        }

        return new Interruption(file, line);
    }

    [GeneratedRegex("""File "(?<file>[^"\r\n]{1,200})", line \d{1,9}""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Frame();
}
