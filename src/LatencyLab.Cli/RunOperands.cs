using System.CommandLine;
using System.CommandLine.Completions;
using LatencyLab.Runs.Library;

namespace LatencyLab.Cli;

/// <summary>How every command that takes a run is told which one, and where runs are.</summary>
internal static class RunOperands
{
    /// <summary>What the help says about an operand.</summary>
    public const string Description = "a run folder, the beginning of a run id, 'latest', baseline:NAME, a label or a version";

    private const int ProposedRuns = 50;

    /// <summary>The option that names the root of the run folders.</summary>
    public static Option<string> Root(bool recursive = false) =>
        new("--runs", "--root") { Description = "Folder that holds the run folders.", DefaultValueFactory = _ => "captures", Recursive = recursive };

    /// <summary>What the Tab key proposes: <c>latest</c>, baselines, and the newest runs. An argument with it needs a name in the help, or that lists them.</summary>
    public static IEnumerable<CompletionItem> Proposals(CompletionContext context)
    {
        var root = context.ParseResult.GetValue<string>("--runs");
        if (!Directory.Exists(root))
        {
            return [];
        }

        // By name, which tells their time: reading them all would take longer than anybody waits for a proposal.
        string[] runs = [.. Directory.EnumerateDirectories(root).OrderDescending(StringComparer.Ordinal).Where(RunFolder.IsRun).Take(ProposedRuns).Select(path => Path.GetFileName(path))];
        var words = Baselines.Load(root).All.Keys.Select(name => "baseline:" + name).Concat(runs);
        return (runs.Length > 0 ? words.Prepend("latest") : words).Select(word => new CompletionItem(word));
    }

    /// <summary>Paths of what the user named: a file or run folder as it is, all else looked up among the runs.</summary>
    /// <exception cref="LatencyLabException">No run fits, or a beginning of a run id fits several (kind usage).</exception>
    public static IReadOnlyList<string> Locate(string operand, string root)
    {
        var library = new RunLibrary(root);

        // What reads like a path and isn't there is a missing file; whoever opens it says so.
        var isPath = File.Exists(operand) || (!Directory.Exists(operand) && operand.AsSpan().ContainsAny('/', '\\', '.') && !library.Knows(operand));
        return isPath ? [operand] : library.Folders(operand);
    }

    /// <summary>The path of the one file or run that the user named.</summary>
    /// <exception cref="LatencyLabException">No run fits, or several do (kind usage).</exception>
    public static string LocateOne(string operand, string root) =>
        Locate(operand, root) is [var one] ? one : new RunLibrary(root).Find(operand).Path;
}
