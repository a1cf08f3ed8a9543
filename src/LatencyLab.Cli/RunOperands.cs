using System.CommandLine;
using LatencyLab.Runs.Library;

namespace LatencyLab.Cli;

/// <summary>How every command that takes a run is told which one, and where runs are.</summary>
internal static class RunOperands
{
    /// <summary>What the help says about an operand.</summary>
    public const string Description = "a run folder, the beginning of a run id, 'latest', baseline:NAME, a label or a version";

    /// <summary>The option that names the root of the run folders.</summary>
    public static Option<string> Root(bool recursive = false) =>
        new("--runs", "--root") { Description = "Folder that holds the run folders.", DefaultValueFactory = _ => "captures", Recursive = recursive };

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
