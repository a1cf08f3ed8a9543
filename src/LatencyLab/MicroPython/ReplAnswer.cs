namespace LatencyLab.MicroPython;

/// <summary>What a piece of code printed, and how it ended.</summary>
/// <param name="Output">Its standard output as it came: MicroPython writes line ends as CR LF.</param>
/// <param name="Error">The traceback of what ended it, empty when it ended by itself.</param>
public sealed record ReplAnswer(string Output, string Error)
{
    /// <summary>The last line of the traceback, such as "ValueError: invalid pin"; null when there is none.</summary>
    public string? ErrorLine => Error.Length == 0 ? null : Error.TrimEnd().Split('\n')[^1].Trim();
}
