namespace LatencyLab.Cli.Tests.Commands;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Unknown_command_is_a_usage_error()
    {
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        Assert.Equal(2, await CommandLine.RunAsync(["frobnicate"], stdout, stderr, TestContext.Current.CancellationToken));
        Assert.Contains("frobnicate", stderr.ToString(), StringComparison.Ordinal);
        Assert.Empty(stdout.ToString());
    }

    [Fact]
    public async Task Without_arguments_the_examples_are_shown()
    {
        var stdout = new StringWriter();
        Assert.Equal(0, await CommandLine.RunAsync([], stdout, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Contains("--rig sim", stdout.ToString(), StringComparison.Ordinal);
    }
}
