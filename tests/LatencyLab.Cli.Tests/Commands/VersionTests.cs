using System.Reflection;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Commands;

public sealed class VersionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static string Version => typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Scripts ask for it all the time: an assembly more that has to be loaded, the library or the parser, would be a third more of start-up.</summary>
    [Fact]
    public async Task The_version_is_told_by_the_program_file_alone()
    {
        foreach (var file in new[] { ToolUnderTest.Assembly, Path.ChangeExtension(ToolUnderTest.Assembly, ".runtimeconfig.json") })
        {
            File.Copy(file, _folder.File(Path.GetFileName(file)));
        }

        var (code, stdout, stderr) = await ToolUnderTest.RunAsync(
            "dotnet", [_folder.File(Path.GetFileName(ToolUnderTest.Assembly)), "--version"], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((0, Version + Environment.NewLine, ""), (code, stdout, stderr));
    }

    public void Dispose() => _folder.Dispose();
}
