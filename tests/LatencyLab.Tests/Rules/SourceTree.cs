using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Rules;

/// <summary>A file that people write: its path from the root of the working copy, with slashes, and its lines.</summary>
public sealed record SourceFile(string Path, string[] Lines)
{
    /// <summary>Path segments below the named folder, or none where the file isn't in it.</summary>
    public string[] Below(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal) ? Path[(folder.Length + 1)..].Split('/') : [];

    /// <summary>Numbered lines without comments; strings stay, since a word in a message is a word for the user.</summary>
    public IEnumerable<(int Number, string Text)> Code =>
        Lines.Select((line, index) => (index + 1, Text: StripComment(line))).Where(line => line.Text.Length > 0);

    private static string StripComment(string line)
    {
        var trimmed = line.TrimStart();
        return trimmed.StartsWith("//", StringComparison.Ordinal) || trimmed.StartsWith('*') ? "" : line;
    }
}

/// <summary>The source tree as the rules see it: files of the repository without build output and installed packages.</summary>
public static class SourceTree
{
    private static readonly string[] BuildFolders = ["bin", "obj", "node_modules", "artifacts", "TestResults"];

    /// <summary>Files with one of these endings (with dot) below the given folders of the working copy, in order.</summary>
    public static IReadOnlyList<SourceFile> Files(string[] folders, params string[] endings) =>
        [.. folders.Select(folder => Repository.Path(folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Select(file => System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(path => endings.Contains(System.IO.Path.GetExtension(path)) && !path.Split('/').Intersect(BuildFolders).Any())
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllLines(Repository.Path(path))))];
}
