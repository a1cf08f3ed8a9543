using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Docs;

/// <summary>Every command that the README shows is run, as written, in a folder like a fresh clone.</summary>
public sealed class ReadmeTests : IDisposable
{
    private const string FromSource = "dotnet run -c Release --project src/LatencyLab.Cli -- ";
    private readonly TempFolder _folder = new();

    /// <summary>Commands that need two boards: on a machine without any they must say so and exit with 3.</summary>
    private static bool NeedsBoards(string command) => command.StartsWith("latencylab run ", StringComparison.Ordinal) && !command.Contains("--rig", StringComparison.Ordinal) && !command.Contains("replay:", StringComparison.Ordinal);

    [Fact]
    public void The_two_commands_of_the_start_stand_first() =>
        Assert.Equal([FromSource + "run --pin 4 --irq rising --rig sim", "dotnet test"], All().Take(2));

    [Fact]
    public async Task Commands_work_as_shown_one_after_the_other()
    {
        Directory.CreateDirectory(_folder.File("captures"));
        foreach (var capture in Directory.GetFiles(Repository.Path("captures"), "keil*.sr"))
        {
            File.Copy(capture, Path.Combine(_folder.File("captures"), Path.GetFileName(capture)));
        }

        var commands = Shown().ToArray();
        Assert.True(commands.Length >= 10);
        foreach (var command in commands)
        {
            var words = command.Replace(FromSource, "latencylab ", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal).Split(' ')[1..];
            var (code, stdout, stderr) = await ToolUnderTest.RunAsync(
                "dotnet", [ToolUnderTest.Assembly, .. words], _folder.Path, cancellationToken: TestContext.Current.CancellationToken);
            Assert.True(code == (NeedsBoards(command) ? 3 : 0), $"{command}: exit {code}\n{stdout}\n{stderr}");
            if (code == 3)
            {
                Assert.Contains("--rig sim", stderr, StringComparison.Ordinal);
            }
            else if (words[0] is "run" or "compare" or "runs")
            {
                // What a real analyser has recorded isn't simulated when it is replayed.
                Assert.Equal(!command.Contains("replay:", StringComparison.Ordinal), stdout.Contains("SIMULATED", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Every_linked_page_exists()
    {
        foreach (var page in SourcePages())
        {
            var folder = Path.GetDirectoryName(Repository.Path(page))!;
            var links = System.Text.RegularExpressions.Regex
                .Matches(File.ReadAllText(Repository.Path(page)), @"\]\((?<link>[^)#]+)(#[^)]*)?\)", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
                .Select(match => match.Groups["link"].Value)
                .Where(link => !link.StartsWith("http", StringComparison.Ordinal));
            Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(folder, link)), $"{page}: {link}"));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> SourcePages() =>
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", .. Directory.GetFiles(Repository.Path("docs"), "*.md").Select(file => "docs/" + Path.GetFileName(file))];

    // A command is an indented line that begins with one of the two programs.
    private static IEnumerable<string> All() =>
        File.ReadLines(Repository.Path("README.md"))
            .Where(line => line.StartsWith("    ", StringComparison.Ordinal))
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("latencylab ", StringComparison.Ordinal) || line.StartsWith("dotnet ", StringComparison.Ordinal));

    // 'dotnet test' is what runs this; pack and install are run by PackagingTests.
    private static IEnumerable<string> Shown() =>
        All().Where(command => command.StartsWith("latencylab ", StringComparison.Ordinal) || command.StartsWith(FromSource, StringComparison.Ordinal)).Distinct();
}
