using System.Text;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Commands;

/// <summary>What becomes of a command whose stdout or stderr takes no more: a full disk, a closed descriptor.</summary>
public sealed class OutputFaultTests
{
    [Theory]
    [InlineData("pins", "esp32")]
    [InlineData("pins", "esp32", "--json")]
    [InlineData("--help")]
    [InlineData]
    public async Task A_result_that_cant_be_written_is_a_fault_of_storage(params string[] args)
    {
        var stderr = new StringWriter();
        var code = await CommandLine.RunAsync(args, new FullWriter(), stderr, TestContext.Current.CancellationToken);
        Assert.Equal((int)ExitCode.Storage, code);
        Assert.Contains("No space left", stderr.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_that_stdout_cant_take_is_told_on_stderr_with_its_own_code()
    {
        var stderr = new StringWriter();
        Assert.Equal((int)ExitCode.Usage, await CommandLine.RunAsync(["pins", "nosuch", "--json"], new FullWriter(), stderr, TestContext.Current.CancellationToken));
        Assert.Contains("nosuch", stderr.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Talk_that_cant_be_said_ends_no_measurement()
    {
        using var folder = new TempFolder();
        var stdout = new StringWriter();
        var code = await CommandLine.RunAsync(
            ["run", "--pin", "4", "--rig", "sim", "--samples", "5", "--json", "-o", folder.Path], stdout, new FullWriter(), TestContext.Current.CancellationToken);
        Assert.Equal((int)ExitCode.Done, code);
        Assert.Contains("\"complete\"", stdout.ToString(), StringComparison.Ordinal);
    }

    private sealed class FullWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
