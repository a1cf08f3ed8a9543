using Spectre.Console;

namespace LatencyLab.Cli.Screen;

/// <summary>A terminal on which lines can be rewritten.</summary>
/// <param name="Size">Columns and rows as they are now.</param>
/// <param name="MovesCursor">False where only the line of the cursor can be rewritten.</param>
/// <param name="IsAscii">True where it can't be trusted to show more than ASCII.</param>
public sealed record TalkTerminal(Func<(int Columns, int Rows)> Size, bool MovesCursor, bool IsAscii);

/// <summary>What the console of this process can do.</summary>
internal static class Terminal
{
    /// <summary>Width of text in a file or pipe.</summary>
    public const int PageColumns = 100;

    /// <summary>True where stderr is a terminal on which a line may be rewritten: not in a pipe or in CI, not with NO_COLOR or TERM=dumb.</summary>
    public static bool CanRewriteLines =>
        !Console.IsErrorRedirected && !IsSet("NO_COLOR") && !IsSet("CI") && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>True where the locale says that more than ASCII is shown.</summary>
    public static bool ShowsUnicode => OperatingSystem.IsWindows()
        ? Console.OutputEncoding.CodePage == 65001
        : (Value("LC_ALL") ?? Value("LC_CTYPE") ?? Value("LANG") ?? "") is var locale
            && (locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("utf8", StringComparison.OrdinalIgnoreCase));

    /// <summary>True where a person can be asked.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected && !IsSet("CI");

    /// <summary>Columns that lines of text may take; null in a file or pipe, and where the terminal doesn't tell.</summary>
    public static int? TableColumns
    {
        get
        {
            try
            {
                return Console.IsOutputRedirected || Console.WindowWidth <= 0 ? null : Math.Max(Console.WindowWidth - 1, 60);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    public static int WidthColumns
    {
        get
        {
            try
            {
                return Console.IsOutputRedirected || Console.WindowWidth <= 0 ? PageColumns : Math.Clamp(Console.WindowWidth - 1, 60, 160);
            }
            catch (IOException)
            {
                // A terminal that doesn't tell its size.
                return PageColumns;
            }
        }
    }

    /// <summary>The terminal behind stderr.</summary>
    public static TalkTerminal OfTalk() => new(Size, MovesCursor(), !ShowsUnicode);

    private static (int Columns, int Rows) Size()
    {
        try
        {
            var (columns, rows) = (Console.WindowWidth, Console.WindowHeight);
            return (columns > 0 ? columns : 80, rows > 0 ? rows : 24);
        }
        catch (IOException)
        {
            return (80, 24);
        }
    }

    // Every terminal of today but the older console of Windows, which has to be asked to.
    private static bool MovesCursor() =>
        !OperatingSystem.IsWindows() || AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Profile.Capabilities.Ansi;

    private static string? Value(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private static bool IsSet(string variable) => Value(variable) is not null;
}
