using LatencyLab.Runs.Documents;

namespace LatencyLab.Runs.Library;

/// <summary>Removes run folders, and nothing that isn't surely one.</summary>
public static class RunRemoval
{
    /// <summary>Removes the folder with everything in it; links inside go, what they point to stays.</summary>
    /// <exception cref="LatencyLabException">It isn't a run folder, is a link, or is being recorded into (kind usage); or the disk refuses (kind storage).</exception>
    public static void Remove(RunFolder folder)
    {
        if (new DirectoryInfo(folder.Path).LinkTarget is not null)
        {
            throw Refuse(folder, "This is a link, and links aren't followed.", "Name the folder itself, or remove the link by hand.");
        }

        if (ReadOrNull(folder) is not { } run || run.RunId != folder.RunId)
        {
            throw Refuse(folder, "The folder has no valid run.json of its own name, so that it may hold something else.", "Run 'latencylab runs recover', or remove it by hand.");
        }

        if (!folder.IsIdle())
        {
            throw Refuse(folder, "The run is still being recorded by another process.", "Wait for its end.");
        }

        RunFolder.Touching(folder.Path, "remove", path => Directory.Delete(path, recursive: true));
    }

    private static RunDocument? ReadOrNull(RunFolder folder)
    {
        try
        {
            return folder.Read();
        }
        catch (LatencyLabException)
        {
            // What can't be read is no proof that the folder is a run; the caller says so.
            return null;
        }
    }

    private static LatencyLabException Refuse(RunFolder folder, string what, string remedy) => new(FaultKind.Usage, what, folder.Path, remedy);
}
