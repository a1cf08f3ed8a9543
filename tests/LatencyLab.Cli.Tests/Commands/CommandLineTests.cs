using LatencyLab.TestSupport;

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

    [Theory]
    [InlineData("--help", "help")]
    [InlineData("run --help", "help run")]
    [InlineData("runs list --help", "help runs list")]
    [InlineData("compare --help", "help compare")]
    public async Task Help_is_a_word_as_well_as_an_option(string usual, string asked)
    {
        var (first, second) = (new StringWriter(), new StringWriter());
        Assert.Equal(0, await CommandLine.RunAsync(usual.Split(' '), first, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Equal(0, await CommandLine.RunAsync(asked.Split(' '), second, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Contains("Usage:", first.ToString(), StringComparison.Ordinal);
        Assert.Equal(first.ToString(), second.ToString());
    }

    [Theory]
    [InlineData("export", "--to", "vcd", "-o", "made/here/a.vcd")]
    [InlineData("plot", "--kind", "waveform", "--to", "1ms", "-o", "made/here/a.svg")]
    [InlineData("report", "--pair", "TCK:RTCK", "--format", "md", "-o", "made/here/a.md")]
    public async Task The_folder_of_a_named_file_is_made(string command, params string[] options)
    {
        using var folder = new TempFolder();
        string[] args = [command, Repository.Path("captures", "keil_mcb2140_idle.sr"), .. options[..^1], folder.File(options[^1])];
        Assert.Equal(0, await CommandLine.RunAsync(args, TextWriter.Null, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.True(File.Exists(folder.File(options[^1])));
    }
}
