using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using LatencyLab.Cli.Commands;
using LatencyLab.Cli.Screen;

namespace LatencyLab.Cli;

/// <summary>The whole command line as a function of its arguments and two writers: tests call it as the shell does.</summary>
public static class CommandLine
{
    /// <summary>Shared by all commands: exactly one JSON document on stdout, errors included.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document on stdout.", Recursive = true };

    /// <summary>Shared by all commands: stack traces of internal faults, and what is said to and by the boards.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Show stack traces and protocol talk.", Recursive = true };

    private static readonly (string Name, Func<Output, Command> Create)[] Commands =
    [
        ("analyze", AnalyzeCommand.Create),
        ("baseline", BaselineCommand.Create),
        ("compare", CompareCommand.Create),
        ("capture", CaptureCommand.Create),
        ("completion", CompletionCommand.Create),
        ("devices", DevicesCommand.Create),
        ("doctor", DoctorCommand.Create),
        ("export", ExportCommand.Create),
        ("history", HistoryCommand.Create),
        ("import", ImportCommand.Create),
        ("live", LiveCommand.Create),
        ("pins", PinsCommand.Create),
        ("plot", PlotCommand.Create),
        ("report", ReportCommand.Create),
        ("run", RunCommand.Create),
        ("runs", RunsCommand.Create),
        ("schema", SchemaCommand.Create),
        ("sim", SimCommand.Create),
        ("suite", SuiteCommand.Create),
        ("wiring", WiringCommand.Create),
    ];

    public static async Task<int> RunAsync(string[] args, TextWriter stdout, TextWriter stderr, CancellationToken cancellationToken = default)
    {
        if (args is ["help", .. var asked])
        {
            // As git and dotnet take it.
            args = [.. asked, "--help"];
        }

        var (result, talk) = (new GuardedWriter(stdout, "stdout"), new GuardedWriter(stderr, null));
        var output = new Output(result, talk, args.Contains("--json", StringComparer.Ordinal), args.Contains("--verbose", StringComparer.Ordinal) || args.Contains("-v", StringComparer.Ordinal))
        {
            TalkTerminal = ReferenceEquals(stderr, Console.Error) && Terminal.CanRewriteLines ? Terminal.OfTalk() : null,
            ResultIsAscii = ReferenceEquals(stdout, Console.Out) && !Console.IsOutputRedirected && !Terminal.ShowsUnicode,
            TableColumns = ReferenceEquals(stdout, Console.Out) ? Terminal.TableColumns : null,
            WidthColumns = ReferenceEquals(stdout, Console.Out) ? Terminal.WidthColumns : Terminal.PageColumns,
        };
        ParseResult parsed;
        try
        {
            if (args.Length == 0)
            {
                result.Write(Overview.Text.ReplaceLineEndings("\n"));
                return (int)ExitCode.Done;
            }

            if (args.Contains("--version", StringComparer.Ordinal) && args.All(a => a is "--version" or "--json"))
            {
                output.WriteJson(ToolVersion.Write);
                return (int)ExitCode.Done;
            }

            parsed = CreateRoot(output, args[0]).Parse(args);
        }
        catch (LatencyLabException e)
        {
            return (int)output.Fail(e);
        }
        catch (InvalidOperationException e)
        {
            // A command's validator asked for the value of an option that doesn't parse: the parser throws what it would have said.
            return (int)output.Fail(new LatencyLabException(FaultKind.Usage, InWords(e.Message), null, $"See 'latencylab {args[0]} --help'."));
        }

        // Whoever asks for the help of a command that isn't there would get that of the whole tool, and no word about it; the parser forgets errors for --help.
        if (parsed.Errors.Count > 0 || (parsed.Action is HelpAction && parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Any(t => !t.StartsWith('-'))))
        {
            return (int)output.Fail(WrongUse(parsed, args));
        }

        if (MistakenOption(parsed, args) is { } mistake)
        {
            return (int)output.Fail(mistake);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = result, Error = talk, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellationToken);
        }
        catch (LatencyLabException e)
        {
            return (int)output.Fail(e);
        }
        catch (OperationCanceledException)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            return (int)output.FailInternally(e);
        }
    }

    private static LatencyLabException WrongUse(ParseResult parsed, string[] args)
    {
        var help = $"See '{PathOf(parsed.CommandResult)} --help'.";
        var names = parsed.CommandResult.Command.Subcommands.Select(c => c.Name).ToArray();
        if (names.Length > 0 && parsed.UnmatchedTokens.FirstOrDefault(t => !t.StartsWith('-')) is { } word && Array.IndexOf(args, word) >= 0)
        {
            // One word that is no command makes everything behind it unknown too.
            return new LatencyLabException(
                FaultKind.Usage, $"There is no command '{word}'.", null, NearestName.Of(word, names) is { } near ? $"Did you mean '{PathOf(parsed.CommandResult)} {near}'? {help}" : help);
        }

        if (parsed.UnmatchedTokens.FirstOrDefault(t => IsOption(t) && Array.IndexOf(args, t) >= 0) is { } mistaken)
        {
            // The value of an option that isn't there is as unknown, and worth no word.
            return UnknownOption(parsed, mistaken);
        }

        if (names.Length > 0 && parsed.Errors.Count == 1 && parsed.UnmatchedTokens.Count == 0)
        {
            return new LatencyLabException(FaultKind.Usage, $"'{PathOf(parsed.CommandResult)}' takes a command: {string.Join(", ", names)}.", null, help);
        }

        string[] options = [.. parsed.Errors.Select(e => e.SymbolResult).OfType<OptionResult>().Select(r => r.Option.Name)
            .Where(name => !parsed.Errors.Any(e => e.Message.Contains(name, StringComparison.Ordinal))).Distinct(StringComparer.Ordinal)];
        return new LatencyLabException(
            FaultKind.Usage, string.Join(' ', parsed.Errors.Select(e => Missing(e, parsed) ?? InWords(e.Message))), options.Length == 0 ? null : string.Join(", ", options), help);
    }

    // Where a command takes any number of words, the parser takes an option that it doesn't know for one of them.
    private static LatencyLabException? MistakenOption(ParseResult parsed, string[] args)
    {
        var end = Array.IndexOf(args, "--");
        var words = end < 0 ? args : args[..end];
        var mistaken = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value)
            .FirstOrDefault(w => IsOption(w) && Array.IndexOf(words, w) >= 0);
        return mistaken is null ? null : UnknownOption(parsed, mistaken);
    }

    private static bool IsOption(string word) => word is ['-', not (>= '0' and <= '9'), ..];

    private static LatencyLabException UnknownOption(ParseResult parsed, string mistaken)
    {
        // The dashes, which all of them have, would make any short word near.
        var near = NearestName.Of(mistaken.TrimStart('-'), parsed.CommandResult.Command.Options.Append(Json).Append(Verbose).Where(o => !o.Hidden).Select(o => o.Name.TrimStart('-')));
        var help = $"See '{PathOf(parsed.CommandResult)} --help'.";
        return new LatencyLabException(FaultKind.Usage, $"There is no option '{mistaken}'.", null, near is null ? help : $"Did you mean '--{near}'? {help}");
    }

    // "latencylab runs list": the root's own name is that of the assembly.
    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "latencylab";

    // An argument without a word is one that the parser wants and didn't get.
    private static string? Missing(ParseError error, ParseResult parsed) => error.SymbolResult is ArgumentResult { Tokens.Count: 0, Argument: var argument } && argument.Arity.MinimumNumberOfValues > 0
        ? $"'{PathOf(parsed.CommandResult)}' needs <{argument.HelpName ?? argument.Name}>: {argument.Description}"
        : null;

    // The parser names the types of this program where a value isn't a number.
    private static string InWords(string parseError)
    {
        var words = parseError.Split(["'", "\r", "\n", "\t"], StringSplitOptions.RemoveEmptyEntries);
        if (parseError.Contains("Must be one of:", StringComparison.Ordinal) && words.Length > 3)
        {
            return $"'{words[1]}' is not one of {string.Join(", ", words[3..])}.";
        }

        var type = parseError.IndexOf(" as expected type 'System.", StringComparison.Ordinal);
        return type < 0 ? parseError
            : parseError[..type] + (parseError[type..].Contains("Double", StringComparison.Ordinal) ? " as a number."
                : parseError[type..].Contains("UInt", StringComparison.Ordinal) ? " as a whole number of 0 or more."
                : parseError[type..].Contains("Int", StringComparison.Ordinal) ? " as a whole number." : ".");
    }

    /// <summary>The command tree; a new command is one file in Commands and one line at the top.</summary>
    /// <param name="output">Where the commands write.</param>
    /// <param name="only">Leaves the other commands out, whose options would cost more to make than most commands take; the whole tree where it isn't one.</param>
    public static RootCommand CreateRoot(Output output, string? only = null)
    {
        var root = new RootCommand("Measures interrupt and toggle latency of MicroPython boards, pin to pin.");
        var one = Array.FindIndex(Commands, c => c.Name == only);
        foreach (var (_, create) in one < 0 ? Commands : Commands.AsSpan(one, 1))
        {
            root.Subcommands.Add(create(output));
        }

        root.Options.Add(Json);
        root.Options.Add(Verbose);
        return root;
    }
}
