namespace LatencyLab.Captures;

/// <summary>
/// Unfinished files beside the place where they shall stand. Folders come from other people too: what already has the unfinished name is removed
/// first, so that a link that somebody left there is replaced and what it points to is never written.
/// </summary>
internal static class FreshFile
{
    /// <exception cref="IOException">The file can't be made.</exception>
    /// <exception cref="UnauthorizedAccessException">No right to.</exception>
    public static FileStream Create(string path, int bufferBytes = 4096)
    {
        File.Delete(path);
        return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferBytes);
    }
}
