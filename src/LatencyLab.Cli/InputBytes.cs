namespace LatencyLab.Cli;

/// <summary>Small files that the user names on the command line.</summary>
internal static class InputBytes
{
    /// <summary>The first bytes of a file, at most <paramref name="most"/>.</summary>
    /// <exception cref="LatencyLabException">It can't be read (kind storage).</exception>
    public static byte[] Read(string path, int most)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var buffer = new byte[most];
            return buffer[..stream.ReadAtLeast(buffer, most, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new LatencyLabException(FaultKind.Storage, Directory.Exists(path) ? "This is a folder, not a file." : $"The file can't be read: {e.Message}", path, "Check the path.", e);
        }
    }
}
