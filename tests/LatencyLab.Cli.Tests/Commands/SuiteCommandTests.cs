namespace LatencyLab.Cli.Tests.Commands;

/// <summary>Suites on simulated rigs: which runs are made, and which aren't made again.</summary>
public sealed class SuiteCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("latencylab-suite-").FullName;

    private string Out => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_suite_goes_on_where_it_was_stopped_and_makes_no_run_twice()
    {
        var suite = Suite("sim");
        var (code, text, talk) = await Run("suite", "run", suite, "-o", Out);
        Assert.True(code == 0, talk);
        Assert.Contains("inconclusive", text, StringComparison.Ordinal);
        var runs = Runs();
        Assert.Equal(4, runs.Length);
        string[] order = [.. talk.Split('\n').Where(l => l.Contains("/4   ", StringComparison.Ordinal)).Select(l => l.Split("   ")[1].Trim())];
        Assert.Equal(["old 4 rising 1", "new 4 rising 1", "new 4 rising 2", "old 4 rising 2"], order);
        Assert.Equal(5, File.ReadAllLines(Path.Combine(Out, "suite-summary.csv")).Length);
        System.Xml.Linq.XDocument.Load(Path.Combine(Out, "junit.xml"));

        // What a stop leaves behind: one run isn't there.
        Directory.Delete(runs[1], recursive: true);
        var (again, _, moreTalk) = await Run("suite", "run", suite, "-o", Out);
        Assert.Equal(0, again);
        Assert.Contains("2/4   new 4 rising 1", moreTalk, StringComparison.Ordinal);
        Assert.DoesNotContain("1/4", moreTalk, StringComparison.Ordinal);
        Assert.Equal(4, Runs().Length);
        Assert.Equal(3, Runs().Intersect(runs).Count());
        Assert.Equal(5, File.ReadAllLines(Path.Combine(Out, "suite-summary.csv")).Length);
        Assert.DoesNotContain("checking", (await Run("suite", "run", suite, "-o", Out)).Talk, StringComparison.Ordinal);
        Assert.Equal(4, Runs().Length);
    }

    [Fact]
    public async Task A_rig_that_is_wired_wrongly_is_found_before_the_first_run()
    {
        Rig("good.toml", "sim:esp32", "");
        Rig("swapped.toml", "sim:esp32?fault=swap", "");
        var (code, _, talk) = await Run("suite", "run", Suite("good.toml", "swapped.toml"), "-o", Out);
        Assert.True(code == 4, talk);
        Assert.Contains("swapped", talk, StringComparison.Ordinal);
        Assert.Contains("no run was made", talk, StringComparison.Ordinal);
        Assert.Empty(Runs());
    }

    [Fact]
    public async Task Runs_over_the_limits_of_their_rig_are_done_and_remembered_as_such()
    {
        Rig("rig.toml", "sim:esp32?seed=3", "p50 > 1us");
        var suite = Suite("rig.toml");
        Assert.Equal(5, (await Run("suite", "run", suite, "-o", Out)).Code);
        var runs = Runs();
        Assert.Equal(4, runs.Length);
        Assert.Equal(5, (await Run("suite", "run", suite, "-o", Out)).Code);
        Assert.Equal(runs, Runs());
    }

    [Fact]
    public async Task The_plan_is_a_list_of_commands_that_can_be_given()
    {
        Rig("rig.toml", "sim:esp32", "");
        var (code, text, _) = await Run("suite", "plan", Suite("rig.toml"));
        Assert.Equal(0, code);
        var line = text.Split('\n')[0].Split(' ');
        Assert.Equal(0, (await Run([.. line, "-o", Out])).Code);
        Assert.Single(Runs());
    }

    private string[] Runs() => Directory.Exists(Out) ? [.. Directory.GetDirectories(Out).Order(StringComparer.Ordinal)] : [];

    private void Rig(string name, string target, string limit) => File.WriteAllText(
        Path.Combine(_folder, name),
        $"target = \"{target}\"\nsampler = \"sim:pico\"\n[wires]\npin = 4\nresponse_pin = 5\n{(limit.Length > 0 ? $"[limits]\nfail_on = \"{limit}\"\n" : "")}");

    private string Suite(string rig, string? otherRig = null)
    {
        var path = Path.Combine(_folder, "suite.toml");
        File.WriteAllText(
            path,
            $"name = \"demo\"\nrig = \"{rig}\"\nrepeat = 2\nsamples = 40\nwarmup = 2\ngap = \"1ms+1ms\"\n[matrix]\n{(rig == "sim" ? "pin = 4\n" : "")}irq = [\"rising\"]\n"
            + $"[[firmware]]\nlabel = \"old\"\n[[firmware]]\nlabel = \"new\"\n{(otherRig is null ? "" : $"rig = \"{otherRig}\"\n")}");
        return path;
    }

    private static async Task<(int Code, string Text, string Talk)> Run(params string[] args)
    {
        using var result = new StringWriter();
        using var talk = new StringWriter();
        return (await CommandLine.RunAsync(args, result, talk), result.ToString(), talk.ToString());
    }
}
