namespace LatencyLab.Tests.Formats;

/// <summary>The sample captures of the repository.</summary>
internal static class Samples
{
    public static string Path(string name)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "LatencyLab.sln")))
        {
            folder = System.IO.Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("LatencyLab.sln isn't above the tests.");
        }

        return System.IO.Path.Combine(folder, "captures", name);
    }
}
