using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Scripts;

/// <summary>scripts/soak: a live session at 5,000 events a second, held to the truth. A minute of virtual time here, an hour in the long form.</summary>
public sealed class SoakTests
{
    [Fact]
    public async Task A_soak_loses_nothing_and_its_memory_is_flat()
    {
        var python = Tool.Require("python3");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Memory is read from /proc.");
        var (code, stdout, stderr) = await ToolUnderTest.RunAsync(
            python, [Repository.Path("scripts", "soak"), "--minutes", Tool.LongRuns ? "60" : "2", "--tool", $"dotnet {ToolUnderTest.Assembly}"],
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(code == 0, stdout + stderr);
        Assert.Contains("lost 0", stdout, StringComparison.Ordinal);
        Assert.EndsWith("soak: ok\n", stdout.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }
}
