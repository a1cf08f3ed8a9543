namespace LatencyLab.Cli.Tests.Commands;

/// <summary>Every command that takes a run understands the same words for it, and finds the runs by the same option.</summary>
public sealed class RunOperandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("latencylab-operands-").FullName;

    private string Runs => Path.Combine(_folder, "runs");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_has_the_same_names_in_all_commands()
    {
        var first = await MakeRun("v1.2", 1);
        var second = await MakeRun("v1.3", 2);
        Assert.Equal(0, (await Run("baseline", "set", "good.one", first, "--runs", Runs)).Code);
        (string Operand, string RunId)[] operands =
            [(Path.Combine(Runs, first), first), (first[..^1], first), ("latest", second), ("baseline:good.one", first), ("v1.2", first), ("v1.3", second)];
        string[][] commands =
        [
            ["runs", "show"], ["runs", "verify"], ["analyze"], ["report", "--format", "json", "--out", "-"], ["export", "--to", "csv", "--out", Path.Combine(_folder, "edges.csv"), "--overwrite"],
            ["plot", "--kind", "ccdf", "--out", Path.Combine(_folder, "plot.png")],
        ];
        foreach (var command in commands)
        {
            foreach (var (operand, runId) in operands)
            {
                var (code, text, talk) = await Run([.. command, operand, "--runs", Runs, "--json"]);
                Assert.True(code == 0, $"{string.Join(' ', command)} {operand}: {talk}{text}");
                if (command[0] is "runs" or "report" or "analyze")
                {
                    Assert.Contains(runId, text, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public async Task What_fits_several_runs_or_none_is_a_mistake_of_usage_with_the_candidates()
    {
        var first = await MakeRun("twice", 1);
        var second = await MakeRun("twice", 2);
        foreach (var command in new string[][] { ["runs", "show"], ["runs", "rm"], ["analyze"], ["export", "--to", "csv"] })
        {
            foreach (var operand in new[] { "2", "twice", Runs })
            {
                var (code, _, talk) = await Run([.. command, operand, "--runs", Runs]);
                Assert.True(code == 2, $"{string.Join(' ', command)} {operand}: {code} {talk}");
                Assert.Contains(first, talk, StringComparison.Ordinal);
                Assert.Contains(second, talk, StringComparison.Ordinal);
            }

            Assert.Equal(2, (await Run([.. command, "nobody", "--runs", Runs])).Code);
        }

        Assert.Equal(2, (await Run("report", "nobody", "--runs", Runs)).Code);
        Assert.Equal(6, (await Run("analyze", "missing.vcd", "--runs", Runs)).Code);

        // A label stands for all of its runs where several are taken.
        var (verified, text, _) = await Run("runs", "verify", "twice", "--runs", Runs);
        Assert.Equal(0, verified);
        Assert.Contains(first, text, StringComparison.Ordinal);
        Assert.Contains(second, text, StringComparison.Ordinal);
        Assert.Equal((await Run("runs", "list", "--runs", Runs)).Text, (await Run("runs", "list", "--root", Runs)).Text);
    }

    private async Task<string> MakeRun(string label, int seed)
    {
        var (code, text, talk) = await Run(
            "run", "--pin", "4", "--irq", "rising", "--rig", "sim", "-n", "40", "--warmup", "2", "--gap", "1ms+1ms", "--seed", $"{seed}", "--label", label, "-o", Runs, "--json");
        Assert.True(code == 0, talk);
        using var json = System.Text.Json.JsonDocument.Parse(text);
        return json.RootElement.GetProperty("run_id").GetString()!;
    }

    private static async Task<(int Code, string Text, string Talk)> Run(params string[] args)
    {
        using var result = new StringWriter();
        using var talk = new StringWriter();
        return (await CommandLine.RunAsync(args, result, talk), result.ToString(), talk.ToString());
    }
}
