namespace LatencyLab.TestSupport;

/// <summary>
/// Programs outside of this repository that tests hold results against. Where one is missing the test is skipped by name, so that a machine with
/// only the SDK can run everything else; with <c>LATENCYLAB_REQUIRE_TOOLS=1</c> (set by .ci/run) a missing one is a failure.
/// </summary>
public static class Tool
{
    /// <summary>True where a missing outside tool must fail instead of being skipped.</summary>
    public static bool AllRequired { get; } = Environment.GetEnvironmentVariable("LATENCYLAB_REQUIRE_TOOLS") == "1";

    /// <summary>True where the long forms of soak, fuzz and calibration tests are asked for (<c>LATENCYLAB_LONG=1</c>).</summary>
    public static bool LongRuns { get; } = Environment.GetEnvironmentVariable("LATENCYLAB_LONG") == "1";

    /// <summary>The full path of a program on the PATH; skips or fails the running test where there is none.</summary>
    public static string Require(string name, string? installHint = null) =>
        Find(name) ?? Missing(name, installHint ?? $"install it, e.g. with 'apt-get install {name}'");

    /// <summary>A path that something else has to have made (npm packages, a built file); skips or fails like <see cref="Require"/>.</summary>
    public static string RequirePath(string path, string installHint) =>
        File.Exists(path) || Directory.Exists(path) ? path : Missing(path, installHint);

    /// <summary>The full path of a program on the PATH, or null.</summary>
    public static string? Find(string name)
    {
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat", ""] : [""];
        // sbin holds daemons such as ser2net and isn't on every user's PATH.
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(OperatingSystem.IsWindows() ? [] : ["/usr/sbin", "/usr/local/sbin"]);
        return folders.SelectMany(folder => endings.Select(ending => Path.Combine(folder, name + ending))).FirstOrDefault(File.Exists);
    }

    private static string Missing(string name, string installHint)
    {
        var message = $"outside tool missing: {name} ({installHint})";
        if (AllRequired)
        {
            Assert.Fail(message + "; LATENCYLAB_REQUIRE_TOOLS=1 makes this a failure");
        }

        Assert.Skip(message);
        return name;
    }
}
