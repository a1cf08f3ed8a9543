using LatencyLab.Cli.Tests.Runs;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Docs;

/// <summary>The files of docs/bench, run as they stand, against simulated boards.</summary>
public sealed class BenchExampleTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_visit_to_the_bench_measures_gates_and_leaves_its_artifacts()
    {
        var (suite, root) = (_folder.File("suite.toml"), _folder.File("base"));
        await File.WriteAllTextAsync(suite, (await File.ReadAllTextAsync(Example("suite.toml"), Stop)).Replace("300", "60", StringComparison.Ordinal), Stop);
        Assert.Equal(0, (await CommandOutcome.OfAsync("suite", "run", suite, "--rig", "sim", "--out", root)).Code);
        var (same, worse) = (_folder.File("same"), _folder.File("worse"));
        var good = await ShellAsync("bench.sh", [suite, root, same, "missed > 0 or p50 > +50%"], ("RIG", "sim:esp32?seed=2"));
        Assert.True(good.ExitCode == 0, good.Said);
        Assert.Equal(5, Directory.GetDirectories(same).Length);
        Assert.All(["report.html", "compare.md", "junit.xml"], file => Assert.True(File.Exists(Path.Combine(same, file)), file));
        Assert.Contains("SIMULATED", await File.ReadAllTextAsync(Path.Combine(same, "compare.md"), Stop), StringComparison.Ordinal);
        var bad = await ShellAsync("bench.sh", [suite, root, worse, "p50 > +50%"], ("RIG", "sim:esp32?speed=3"));
        Assert.True(bad.ExitCode == 5, bad.Said);
        Assert.True(File.Exists(Path.Combine(worse, "report.html")));
    }

    [Fact]
    public void The_workflow_runs_the_script_under_a_lock_and_keeps_what_it_leaves()
    {
        var workflow = File.ReadAllText(Example("github-actions.yml"));
        Assert.Contains("run: sh docs/bench/bench.sh docs/bench/suite.toml /srv/latency/base out", workflow, StringComparison.Ordinal);
        Assert.All(["self-hosted", "concurrency:", "cancel-in-progress: false", "upload-artifact", "path: out", "GITHUB_STEP_SUMMARY"], word => Assert.Contains(word, workflow, StringComparison.Ordinal));
        Assert.DoesNotContain('\t', workflow);
    }

    [Theory]
    [InlineData("raw", 0)]
    [InlineData("smtp", 2)]
    public async Task Boards_that_labgrid_lends_out_are_reached_where_its_export_says(string protocol, int code)
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32", "--tcp", "0");
        var (target, sampler) = (new Uri(rig.Target), new Uri(rig.Sampler));
        // labgrid-client's part: it writes the variables, holds the lease until it is killed, and says so.
        var client = _folder.File("labgrid-client");
        await File.WriteAllTextAsync(client, $$"""
            #!/bin/sh
            [ "$1" = -c ] && [ "$3" = export ] || exit 9
            cat > "$4.part" <<END
            export LG__CLIENT_PID=$$
            export LG__TARGET_HOST=127.0.0.1
            export LG__TARGET_PORT={{target.Port}}
            export LG__TARGET_PROTOCOL={{protocol}}
            export LG__TARGET_SPEED=115200
            export LG__SAMPLER_HOST=127.0.0.1
            export LG__SAMPLER_PORT={{sampler.Port}}
            export LG__SAMPLER_PROTOCOL={{protocol}}
            END
            mv "$4.part" "$4"
            trap 'echo released > "{{_folder.File("released")}}"; exit 0' TERM
            while :; do sleep 0.1; done
            """.ReplaceLineEndings("\n"), Stop);
        var run = await ShellAsync("labgrid.sh", [Example("labgrid.yaml"), "--pin", "4", "--samples", "40", "--timeout", "10x", "-o", _folder.File("captures")], ("LABGRID_CLIENT", "sh " + client));
        Assert.True(run.ExitCode == code, run.Said);
        Assert.True(File.Exists(_folder.File("released")), "The lease was not given back.");
        Assert.Equal(code == 0, run.Stdout.Contains("matched 40", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_labgrid_that_exports_nothing_ends_the_script()
    {
        var run = await ShellAsync("labgrid.sh", [Example("labgrid.yaml"), "--pin", "4"], ("LABGRID_CLIENT", "false"));
        Assert.True(run.ExitCode == 3, run.Said);
        Assert.Contains("without exporting", run.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Git_bisect_finds_the_commit_that_made_the_firmware_slow()
    {
        Tool.Require("git");
        var repository = Directory.CreateDirectory(_folder.File("firmware")).FullName;
        var git = new Shell(repository);
        await git.RunAsync("git init -q . && git config user.name test && git config user.email test@example.invalid");
        // Six firmwares; the fourth became slow, and the fifth doesn't build.
        foreach (var (number, speed) in new[] { (1, "1"), (2, "1.02"), (3, "1"), (4, "3"), (5, "broken"), (6, "3") })
        {
            await git.RunAsync($"echo {speed} > speed && git add speed && git commit -qm 'firmware {number}' && git tag v{number}");
        }

        // The board runs what this commit says: here the simulated one, by a program that looks at the file.
        var tool = _folder.File("latencylab");
        await File.WriteAllTextAsync(tool, $"exec dotnet '{ToolUnderTest.Assembly}' \"$@\" --rig \"sim:esp32?speed=$(cat '{repository}/speed')\"\n", Stop);
        var found = await git.RunAsync(
            $"git bisect start v6 v1 && git bisect run sh '{Example("bisect.sh")}' 'p50 > 150us' --pin 4 --samples 60 -o '{_folder.File("captures")}'",
            ("LATENCYLAB", $"sh {tool}"), ("FLASH", "! grep -q broken speed"));
        Assert.Contains("firmware 4", (await git.RunAsync("git log -1 --format=%s refs/bisect/bad")).Stdout, StringComparison.Ordinal);
        Assert.Contains("is the first bad commit", found.Stdout, StringComparison.Ordinal);
    }

    private static string Example(string name) => Repository.Path("docs", "bench", name);

    private Task<ShellOutcome> ShellAsync(string script, string[] args, params (string Name, string Value)[] variables) =>
        new Shell(_folder.Path).StartAsync([Example(script), .. args], [("LATENCYLAB", $"dotnet {ToolUnderTest.Assembly}"), .. variables]);
}
