using System.Text.Json.Nodes;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Commands;

public sealed class CaptureCommandTests : IDisposable
{
    private readonly TempFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task A_recording_of_the_simulated_sampler_is_a_sound_run_folder()
    {
        var (code, text, talk) = await RunAsync("capture", "--channels", "2=stim,GP3=resp", "--duration", "300ms", "--rig", "sim", "-o", _root.Path, "--json");
        Assert.True(code == 0, talk);
        var run = JsonNode.Parse(text)!;
        Assert.Equal("latencylab.run/1", (string?)run["schema"]);
        Assert.Equal("capture", (string?)run["plan"]!["test"]);
        Assert.Equal("complete", (string?)run["status"]);
        Assert.True((bool?)run["simulated"]);
        Assert.Equal(["stim", "resp"], run["sampler"]!["channels"]!.AsArray().Select(c => (string?)c!["name"]));
        Assert.Null(run["latency_ns"]);
        Assert.True(File.Exists(Path.Combine((string)run["folder"]!, "edges.parquet")));
        Assert.False(File.Exists(Path.Combine((string)run["folder"]!, "edges.llc")));
        Assert.Equal(0, (await RunAsync("runs", "verify", "latest", "--root", _root.Path)).Code);
    }

    [Fact]
    public async Task A_recording_without_edges_proposes_no_analysis()
    {
        var (code, text, talk) = await RunAsync("capture", "--channels", "2,3", "--duration", "10ms", "--rig", "sim", "-o", _root.Path);
        Assert.True(code == 0, talk);
        Assert.Contains("nothing moved on these channels", text, StringComparison.Ordinal);
        Assert.DoesNotContain("latencylab analyze", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--channels", "2,3")]
    [InlineData("--channels", "2,3", "--duration", "1s", "--until-stop")]
    [InlineData("--channels", "2,2", "--duration", "1s")]
    [InlineData("--channels", "x", "--duration", "1s")]
    [InlineData("--channels", "0,1,2,3,4", "--duration", "1s")]
    [InlineData("--channels", "30", "--duration", "1s")]
    [InlineData("--channels", "2", "--edges", "0")]
    [InlineData("--channels", "2", "--duration", "1s", "--rig", "nonsense")]
    public async Task What_cannot_be_recorded_is_a_usage_error_before_a_folder_is_made(params string[] args)
    {
        Assert.Equal(2, (await RunAsync(["capture", .. args, "-o", _root.Path])).Code);
        Assert.Empty(Directory.GetDirectories(_root.Path));
    }

    private static async Task<(int Code, string Stdout, string Stderr)> RunAsync(params string[] args)
    {
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(args, stdout, stderr, TestContext.Current.CancellationToken);
        return (code, stdout.ToString(), stderr.ToString());
    }
}
