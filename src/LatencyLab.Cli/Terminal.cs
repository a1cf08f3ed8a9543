namespace LatencyLab.Cli;

/// <summary>What the console of this process can do.</summary>
internal static class Terminal
{
    /// <summary>Width of text in a file or pipe.</summary>
    public const int PageColumns = 100;

    /// <summary>True where stderr is a terminal on which a line may be rewritten: not in a pipe or in CI, not with NO_COLOR or TERM=dumb.</summary>
    public static bool CanRewriteLines =>
        !Console.IsErrorRedirected && !IsSet("NO_COLOR") && !IsSet("CI") && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>True where a person can be asked.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected && !IsSet("CI");

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

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
