namespace LatencyLab.TestSupport;

/// <summary>A file of the repository that is made from the code: its test compares, and rewrites it when <c>LATENCYLAB_UPDATE_DOCS=1</c> is set.</summary>
public static class GeneratedFile
{
    public static void AssertCurrent(string path, string content)
    {
        var file = Repository.Path(path.Split('/'));
        if (Environment.GetEnvironmentVariable("LATENCYLAB_UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
        }

        Assert.True(File.Exists(file) && File.ReadAllText(file) == content, $"{path} is stale: run LATENCYLAB_UPDATE_DOCS=1 dotnet test, look at the difference and commit it.");
    }
}
