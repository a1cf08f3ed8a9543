namespace LatencyLab.TestSupport;

/// <summary>The working copy that the tests were built from: source rules, documents, sample captures and firmware are read from there.</summary>
public static class Repository
{
    /// <summary>The folder of LatencyLab.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A path inside the working copy, from its parts.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "LatencyLab.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No LatencyLab.sln above {AppContext.BaseDirectory}: the tests must run from inside the working copy.");
    }
}
