using System.Text;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Runs;

/// <summary>Ports that hold no board, no MicroPython, or somebody else's.</summary>
public sealed class BadBoardTests
{
    [Theory]
    [InlineData("silent")]
    [InlineData("noise")]
    [InlineData("shell")]
    [InlineData("echo")]
    public async Task A_device_without_micropython_is_refused_by_name(string device)
    {
        await using var pty = Pty.Open();
        using var folder = new TempFolder();
        using var end = new CancellationTokenSource();
        var acting = ActAsync(pty.Master, device, end.Token);
        var outcome = await ToolProcess.RunAsync(
            folder.Path, "run", "--pin", "4", "--target", pty.SlavePath, "--sampler", pty.SlavePath, "--timeout", "0.2x", "-o", folder.File("captures"), "--json");
        await end.CancelAsync();
        Assert.True(outcome.Code == 3, outcome.Said);
        Assert.Equal(3, (int)outcome.Json["exit_code"]!);
        Assert.Contains(pty.SlavePath, outcome.Stdout, StringComparison.Ordinal);
        Assert.NotNull((string?)outcome.Json["try"]);
        BadInputTests.AssertPlain(outcome.Stdout);
        Assert.False(Directory.Exists(folder.File("captures")));
        await pty.DisposeAsync();
        await acting;
    }

    [Fact]
    public async Task A_second_latencylab_is_refused_with_name_and_pid_of_the_first()
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?pace=real");
        await using var first = rig.StartRun("--samples", "5000");
        await first.UntilAsync(() => InterruptedRunTests.LogHolds(Path.Combine(rig.LockFolder, "captures"), 500));
        var second = await rig.RunAsync("--samples", "20", "--json");
        Assert.True(second.Code == 3, second.Said);
        Assert.Contains($"{first.Id}", (string)second.Json["error"]!, StringComparison.Ordinal);
        // The first doesn't notice.
        Assert.False(first.HasExited);
        first.Interrupt();
        Assert.Equal(130, (await first.OutcomeAsync()).Code);
        var third = await rig.RunAsync("--samples", "50", "--gap", "2ms");
        Assert.True(third.Code == 0, third.Said);
    }

    [Fact]
    public async Task A_port_without_rights_is_said_to_be_that()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may open every port.");
        await using var pty = Pty.Open();
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Rights of ports are Linux's.");
            return;
        }

        File.SetUnixFileMode(pty.SlavePath, UnixFileMode.None);
        var outcome = await CommandOutcome.OfAsync("run", "--pin", "4", "--target", pty.SlavePath, "--sampler", pty.SlavePath);
        Assert.True(outcome.Code == 3, outcome.Said);
        Assert.Contains("right", outcome.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Boards_in_exchanged_roles_are_told_apart()
    {
        await using var rig = await ServedRig.StartAsync();
        var outcome = await rig.LatencyLabAsync("run", "--pin", "4", "--target", rig.Sampler, "--sampler", rig.Target, "--timeout", "10x", "--json");
        Assert.True(outcome.Code == 3, outcome.Said);
        Assert.Contains("Pico", (string)outcome.Json["error"]!, StringComparison.Ordinal);
        Assert.Contains("--sampler", (string)outcome.Json["try"]!, StringComparison.Ordinal);
    }

    private static async Task ActAsync(Stream master, string device, CancellationToken end)
    {
        var random = new Random(5);
        var buffer = new byte[256];
        try
        {
            while (!end.IsCancellationRequested)
            {
                var count = await Task.Run(() => master.Read(buffer, 0, buffer.Length), end);
                if (device == "noise")
                {
                    random.NextBytes(buffer);
                    await master.WriteAsync(buffer, end);
                }
                else if (device != "silent")
                {
                    await master.WriteAsync(device == "echo" ? buffer.AsMemory(0, count) : Encoding.ASCII.GetBytes("\r\nash: not found\r\n# "), end);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The port was closed: EIO is how a pseudo terminal says it.
        }
    }
}
