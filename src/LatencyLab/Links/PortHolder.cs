using System.Globalization;

namespace LatencyLab.Links;

/// <summary>A process that has a port open.</summary>
public sealed record PortHolder(int ProcessId, string Name)
{
    /// <summary>
    /// The processes that hold the port, as far as this user may see them. Only Linux tells; elsewhere the answer is empty.
    /// </summary>
    /// <param name="port">Path of the port or of a symbolic link to it.</param>
    /// <param name="procRoot">Where the process table is; tests bring their own.</param>
    public static IReadOnlyList<PortHolder> Find(string port, string procRoot = "/proc")
    {
        var holders = new List<PortHolder>();
        if (!Directory.Exists(procRoot))
        {
            return holders;
        }

        var target = ResolveLinks(port);
        foreach (var process in Directory.EnumerateDirectories(procRoot))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Holds(process, target))
            {
                holders.Add(new PortHolder(pid, NameOf(process)));
            }
        }

        return holders;
    }

    public override string ToString() => $"{Name} (pid {ProcessId})";

    /// <summary>The path behind symbolic links such as those in /dev/serial/by-id.</summary>
    internal static string ResolveLinks(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Path.GetFullPath(path);
        }
    }

    private static bool Holds(string process, string target)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(fd => new FileInfo(fd).LinkTarget == target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just ended.
            return false;
        }
    }

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
