namespace LatencyLab.TestSupport;

/// <summary>A folder of a test's own, removed with everything in it at the end.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("latencylab-test-").FullName;

    /// <summary>A path inside the folder; nothing is made.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
