using LatencyLab.Cli.Tests.Runs;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Commands;

/// <summary>Edges of a simulated run that were copied out of its folder: whatever is made of them says that nothing was measured.</summary>
public sealed class SimulatedMarkTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("parquet")]
    [InlineData("llc")]
    [InlineData("vcd")]
    public async Task It_stays_with_edges_that_are_taken_as_a_plain_file(string format)
    {
        var edges = await CopiedEdgesAsync(format);
        await SaysSoAsync("analyze", edges);
        await SaysSoAsync("analyze", edges, "--signal", "D0");
        await SaysSoAsync("report", edges, "--format", "md", "-o", "-");
        Assert.True((bool)(await CommandOutcome.OfAsync("analyze", edges, "--json")).Json["simulated"]!);

        await CommandOutcome.OfAsync("plot", edges, "--kind", "ccdf", "-o", _folder.File("a.svg"));
        Assert.Contains("SIMULATED", File.ReadAllText(_folder.File("a.svg")), StringComparison.Ordinal);
        await CommandOutcome.OfAsync("export", edges, "--to", "vcd", "-o", _folder.File("again.vcd"));
        Assert.Contains("SIMULATED", File.ReadAllText(_folder.File("again.vcd")), StringComparison.Ordinal);

        await SaysSoAsync("import", edges, "-o", _folder.File("imported"));
        var imported = (await CommandOutcome.OfAsync("import", edges, "-o", _folder.File("imported"), "--json")).Json;
        Assert.True((bool)imported["simulated"]!);
        await SaysSoAsync("analyze", (string)imported["folder"]!, "--pair", "D0:D1");
        Assert.Equal(0, (await CommandOutcome.OfAsync("runs", "verify", (string)imported["folder"]!)).Code);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task SaysSoAsync(params string[] command)
    {
        var outcome = await CommandOutcome.OfAsync(command);
        Assert.True(outcome.Code == 0 && outcome.Stdout.Contains("SIMULATED", StringComparison.Ordinal), outcome.Said);
    }

    private async Task<string> CopiedEdgesAsync(string format)
    {
        var run = await CommandOutcome.OfAsync(
            "run", "--target", "none", "--rig", "sim", "-n", "40", "--warmup", "0", "--seed", "3", "--keep-log", "--json", "-o", _folder.File("captures"));
        var folder = (string)run.Json["folder"]!;
        var copy = _folder.File("copy." + format);
        if (format == "vcd")
        {
            Assert.Equal(0, (await CommandOutcome.OfAsync("export", folder, "--to", "vcd", "-o", copy)).Code);
        }
        else
        {
            File.Copy(Path.Combine(folder, "edges." + format), copy);
        }

        return copy;
    }
}
