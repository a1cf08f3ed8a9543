using LatencyLab.Captures;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Runs.Library;

/// <summary>One run folder in a list.</summary>
/// <param name="Folder">Where it is.</param>
/// <param name="Run">Its run.json; null where that can't be read.</param>
/// <param name="Problem">Why it can't be read.</param>
public sealed record RunEntry(RunFolder Folder, RunDocument? Run, string? Problem);

/// <summary>The run folders below a root; only their run.json are read.</summary>
public static class RunListing
{
    /// <summary>All runs in the order of their names, which is that of their begin; nothing when the root isn't there.</summary>
    /// <param name="root">Folder that holds run folders.</param>
    /// <param name="last">Only so many of the latest; null for all.</param>
    /// <exception cref="LatencyLabException">The root can't be read (kind storage).</exception>
    public static IEnumerable<RunEntry> List(string root, int? last = null)
    {
        var names = Names(root);
        foreach (var name in last is { } count ? names.TakeLast(count) : names)
        {
            yield return Entry(RunFolder.Open(name));
        }
    }

    /// <summary>Paths of the run folders below a root, in the order of their names; none when the root isn't there.</summary>
    /// <exception cref="LatencyLabException">The root can't be read (kind storage).</exception>
    internal static string[] Names(string root)
    {
        if (!Directory.Exists(root))
        {
            return [];
        }

        try
        {
            string[] names = [.. Directory.EnumerateDirectories(root).Where(RunFolder.IsRun)];
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, root, "read");
        }
    }

    private static RunEntry Entry(RunFolder folder)
    {
        try
        {
            return new RunEntry(folder, folder.Read(), null);
        }
        catch (LatencyLabException e)
        {
            return new RunEntry(folder, null, e.Message);
        }
    }
}
