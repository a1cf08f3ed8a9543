namespace LatencyLab.Tests.Fuzz;

/// <summary>One file in memory, for parsers that want a path; each thread has its own.</summary>
internal static class InputFolder
{
    [ThreadStatic]
    private static string? s_folder;

    public static string Path
    {
        get
        {
            if (s_folder is null)
            {
                var folder = System.IO.Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath(), $"latencylab-fuzz-{Guid.NewGuid():N}");
                Directory.CreateDirectory(folder);
                AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
                s_folder = folder;
            }

            return s_folder;
        }
    }

    /// <summary>Writes the file and returns its path.</summary>
    public static string Write(byte[] bytes, string name = "input")
    {
        var path = System.IO.Path.Combine(Path, name);
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(file, bytes, 0);
        return path;
    }
}
