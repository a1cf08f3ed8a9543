using System.Xml.Linq;
using LatencyLab.Cli.Tests.Runs;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Reports;

/// <summary>Names by which a reader, a shell or a CI system tells runs apart or finds them again.</summary>
public sealed class NamesInReportsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_command_in_a_markdown_report_can_be_pasted_whatever_the_label()
    {
        var run = await RunAsync("--label", "a`b|c");
        var report = await CommandOutcome.OfAsync("report", run, "--format", "md", "-o", "-");
        Assert.True(report.Code == 0, report.Said);
        Assert.Contains(report.Stdout.Split('\n'), line => line.StartsWith("latencylab run ", StringComparison.Ordinal) && line.Contains("--label 'a`b|c'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Suites_of_compare_and_report_have_one_name()
    {
        var (a, b) = (await RunAsync("--label", "a"), await RunAsync("--label", "b"));
        var compared = _folder.File("compare.xml");
        var outcome = await CommandOutcome.OfAsync("compare", a, b, "--junit", compared);
        Assert.True(outcome.Code == 0, outcome.Said);
        var reported = await CommandOutcome.OfAsync("report", a, "--format", "junit", "-o", "-");
        Assert.True(reported.Code == 0, reported.Said);
        Assert.Equal("esp32.gpio4.rising.bytecode.none", Suite(XDocument.Parse(reported.Stdout)));
        Assert.Equal("esp32.gpio4.rising.bytecode.none", Suite(XDocument.Load(compared)));
    }

    [Theory]
    [InlineData("percentile")]
    [InlineData("ccdf")]
    public async Task Two_runs_of_one_name_are_told_apart_by_their_ids(string kind)
    {
        var (a, b) = (await RunAsync(), await RunAsync());
        var picture = _folder.File("both.svg");
        var outcome = await CommandOutcome.OfAsync("plot", a, b, "--kind", kind, "-o", picture);
        Assert.True(outcome.Code == 0, outcome.Said);
        var svg = File.ReadAllText(picture);
        Assert.Contains(Path.GetFileName(a), svg, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(b), svg, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_percentile_curve_of_one_stimulus_says_what_it_lacks()
    {
        var picture = _folder.File("one.svg");
        var outcome = await CommandOutcome.OfAsync("plot", await RunAsync("-n", "1"), "--kind", "percentile", "-o", picture);
        Assert.True(outcome.Code == 0, outcome.Said);
        Assert.Contains("at least two stimuli", File.ReadAllText(picture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_are_proposed_are_names_that_work()
    {
        var captured = await CommandOutcome.OfAsync("capture", "--rig", "sim", "--channels", "2,3", "--duration", "1ms", "-o", _folder.File("captures"));
        Assert.True(captured.Code == 0, captured.Said);
        var outcome = await CommandOutcome.OfAsync("compare", "v9", "v10", "--runs", _folder.File("captures"));
        Assert.Equal(2, outcome.Code);
        Assert.DoesNotContain("unknown", outcome.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pin_that_is_taken_is_not_proposed()
    {
        var outcome = await CommandOutcome.OfAsync("run", "--pin", "4", "--response-pin", "1", "--rig", "sim", "-o", _folder.Path);
        Assert.Equal(2, outcome.Code);
        Assert.Contains("instead", outcome.Stderr, StringComparison.Ordinal);
        Assert.DoesNotMatch("GPIO4\\b", outcome.Stderr);
    }

    private async Task<string> RunAsync(params string[] options)
    {
        string[] size = options.Contains("-n") ? [] : ["-n", "30"];
        var outcome = await CommandOutcome.OfAsync(["run", "--pin", "4", "--rig", "sim", "--seed", "3", "--json", "-o", _folder.File("captures"), .. size, .. options]);
        Assert.True(outcome.Code == 0, outcome.Said);
        return (string)outcome.Json["folder"]!;
    }

    private static string? Suite(XDocument junit) => (string?)junit.Descendants("testsuite").First().Attribute("name");
}
