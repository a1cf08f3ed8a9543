using System.IO.Compression;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Packaging;

/// <summary>Both packages are made, installed into a clean folder and used from there, as somebody does who has no working copy.</summary>
public sealed class PackagingTests : IDisposable
{
    private const string PackageVersion = "0.1.0";
    private readonly TempFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tool_is_packed_installed_and_answers()
    {
        RequirePatience();
        var packages = await PackAsync("LatencyLab.Cli", "-p:RuntimeIdentifiers=" + System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier);
        using (var pointer = ZipFile.OpenRead(Path.Combine(packages, $"LatencyLab.Tool.{PackageVersion}.nupkg")))
        {
            Assert.Contains(pointer.Entries, entry => entry.FullName == "README.md");
        }

        var tools = _folder.File("tools");
        await DotnetAsync(_folder.Path, "tool", "install", "LatencyLab.Tool", "--tool-path", tools, "--source", packages, "--version", PackageVersion);
        var program = Path.Combine(tools, OperatingSystem.IsWindows() ? "latencylab.exe" : "latencylab");
        var (code, stdout, _) = await ToolUnderTest.RunAsync(program, ["pins", "esp8266", "--explain", "16"], _folder.Path, cancellationToken: Stop);
        Assert.Equal(0, code);
        Assert.Contains("GPIO16 of the ESP8266", stdout, StringComparison.Ordinal);
        (code, stdout, _) = await ToolUnderTest.RunAsync(
            program, ["run", "--pin", "4", "--irq", "rising", "--rig", "sim", "--samples", "50", "-o", _folder.File("runs")], _folder.Path, cancellationToken: Stop);
        Assert.Equal(0, code);
        Assert.Contains("SIMULATED", stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Library_is_packed_with_its_documentation_and_used_by_a_program_of_its_own()
    {
        RequirePatience();
        var packages = await PackAsync("LatencyLab");
        using (var package = ZipFile.OpenRead(Path.Combine(packages, $"LatencyLab.{PackageVersion}.nupkg")))
        {
            Assert.Subset(package.Entries.Select(entry => entry.FullName).ToHashSet(), new HashSet<string> { "README.md", "lib/net10.0/LatencyLab.dll", "lib/net10.0/LatencyLab.xml" });
        }

        var app = Directory.CreateDirectory(_folder.File("app")).FullName;
        // The package is new each time, so it must not go into the cache of all projects; what it depends on may come from there.
        await File.WriteAllTextAsync(Path.Combine(app, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestorePackagesPath>{_folder.File("cache")}</RestorePackagesPath>
                <RestoreAdditionalProjectFallbackFolders>{GlobalPackages()}</RestoreAdditionalProjectFallbackFolders>
                <RestoreAdditionalProjectSources>{packages}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="LatencyLab" Version="{PackageVersion}" />
              </ItemGroup>
            </Project>
            """, Stop);
        await File.WriteAllTextAsync(Path.Combine(app, "Program.cs"), ReadmeExample(), Stop);
        var (code, stdout, stderr) = await ToolUnderTest.RunAsync("dotnet", ["run"], app, cancellationToken: Stop);
        Assert.True(code == 0, stdout + stderr);
        Assert.StartsWith("Refused: GPIO16 of the ESP8266 can't interrupt", stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Native_archive_is_built_without_a_warning_and_answers()
    {
        RequirePatience();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the script needs Git Bash");
        Tool.Require("gcc");
        var (code, stdout, stderr) = await ToolUnderTest.RunAsync("bash", [Repository.Path("scripts", "publish-native"), _folder.Path], cancellationToken: Stop);
        Assert.True(code == 0, stdout + stderr);
        Assert.DoesNotContain("warning", stdout, StringComparison.OrdinalIgnoreCase);
        var archive = Assert.Single(Directory.GetFiles(_folder.Path, "*.tar.gz"));
        Assert.Equal(0, (await ToolUnderTest.RunAsync("tar", ["-xzf", archive], _folder.Path, cancellationToken: Stop)).Code);
        var program = Path.Combine(archive[..^".tar.gz".Length], "latencylab");
        foreach (var (args, expected) in new (string[] Args, string Expected)[]
        {
            (["pins", "esp8266", "--explain", "16"], "GPIO16 of the ESP8266"),
            (["analyze", Repository.Path("captures", "keil_mcb2140_idle.sr"), "--pair", "TCK:RTCK", "--json"], "\"matched\": 2637"),
            (["run", "--pin", "4", "--irq", "rising", "--rig", "sim", "--samples", "50", "-o", _folder.File("runs")], "SIMULATED"),
            // Parquet.Net's warnings are suppressed for the native build: here its ways of writing and reading are gone in it.
            (["runs", "verify", "latest", "--root", _folder.File("runs")], "sound"),
            (["analyze", "latest", "--root", _folder.File("runs"), "--json"], "\"matched\": 50"),
            (["export", Repository.Path("captures", "keil_mcb2140_idle.sr"), "--to", "parquet", "-o", _folder.File("keil.parquet")], "nothing was lost"),
            (["analyze", _folder.File("keil.parquet"), "--pair", "TCK:RTCK", "--json"], "\"matched\": 2637"),
            (["report", "latest", "--root", _folder.File("runs"), "-o", _folder.Path], "report.html"),
            (["plot", "latest", "--root", _folder.File("runs"), "-o", _folder.File("plot.png")], "plot.png"),
            (["schema", "run"], "latencylab.run/1"),
        })
        {
            (code, stdout, stderr) = await ToolUnderTest.RunAsync(program, args, _folder.Path, cancellationToken: Stop);
            Assert.True(code == 0, stdout + stderr);
            Assert.Contains(expected, stdout, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static void RequirePatience() =>
        Assert.SkipUnless(Tool.AllRequired || Tool.LongRuns, "packs and installs for minutes: set LATENCYLAB_LONG=1 or LATENCYLAB_REQUIRE_TOOLS=1");

    private static string ReadmeExample()
    {
        var readme = File.ReadAllText(Repository.Path("src", "LatencyLab", "README.md")).ReplaceLineEndings("\n");
        return readme.Split("```csharp\n")[1].Split("```")[0];
    }

    private static string GlobalPackages() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    // Output of its own, so that the build that the tests run from stays as it is.
    private async Task<string> PackAsync(string project, params string[] more)
    {
        var packages = _folder.File("packages");
        await DotnetAsync(Repository.Root, ["pack", Path.Combine("src", project), "-c", "Release", "-o", packages, "--artifacts-path", _folder.File("build"), .. more]);
        return packages;
    }

    private static async Task DotnetAsync(string folder, params string[] args)
    {
        var (code, stdout, stderr) = await ToolUnderTest.RunAsync("dotnet", args, folder, cancellationToken: Stop);
        Assert.True(code == 0, $"dotnet {string.Join(' ', args)}\n{stdout}{stderr}");
    }
}
