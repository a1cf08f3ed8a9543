using System.Net.Sockets;
using LatencyLab.Cli.Tests.Runs;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Devices;

public sealed class NetworkTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("latencylab-net").FullName;
    private readonly CancellationTokenSource _end = new();
    private Task _serving = Task.CompletedTask;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder, "target");

    private string Sampler => Path.Combine(_folder, "sampler");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Simulated boards are served on pseudo terminals.");
        Tool.Require("ser2net");
        _serving = CommandLine.RunAsync(["sim", "serve", "--pty", _folder], new StringWriter(), new StringWriter(), _end.Token);
        while (!File.Exists(Target) || !File.Exists(Sampler))
        {
            await Task.Delay(20, Stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _end.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("tcp", "rfc2217")]
    [InlineData("rfc2217", "tcp")]
    public async Task A_whole_run_passes_through_a_serial_server(string targetScheme, string samplerScheme)
    {
        using var server = await Ser2Net.StartAsync(kickOldUser: false, (targetScheme, Target), (samplerScheme, Sampler));
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(
            ["run", "--pin", "4", "--irq", "rising", "--target", server.Selectors[0], "--sampler", server.Selectors[1], "--samples", "200", "--timeout", "10x", "-o", _folder],
            stdout, stderr, Stop);
        Assert.True(code == 0, stderr.ToString());
        Assert.Contains("stimuli 200   matched 200", stdout.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_lines_that_a_server_can_not_set_are_a_warning_and_every_byte_passes()
    {
        await using var pty = Pty.Open();
        using var server = await Ser2Net.StartAsync(kickOldUser: false, ("rfc2217", pty.SlavePath));
        await using var link = await Rfc2217Link.ConnectAsync("127.0.0.1", new Uri(server.Selectors[0]).Port, 115200, StepLimits.Default, Stop);
        // A pseudo terminal has no DTR and no RTS, and ser2net then doesn't answer at all.
        Assert.Equal(2, link.Warnings.Count);
        var everyByte = Enumerable.Range(0, 1024).Select(i => (byte)i).ToArray();
        await link.WriteAsync(everyByte, Stop);
        Assert.Equal(everyByte, await pty.ReadAsync(everyByte.Length));
        await pty.WriteAsync(everyByte);
        var back = new byte[everyByte.Length];
        for (var got = 0; got < back.Length;)
        {
            got += await link.ReadAsync(back.AsMemory(got, Math.Min(7, back.Length - got)), Stop);
        }

        Assert.Equal(everyByte, back);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("rfc2217")]
    public async Task A_second_client_is_told_that_the_board_is_taken(string scheme)
    {
        using var server = await Ser2Net.StartAsync(kickOldUser: false, (scheme, Target));
        var locks = Directory.CreateTempSubdirectory("latencylab-locks").FullName;
        await using var first = await OpenAsync(server.Selectors[0], locks);
        // A client on another machine has locks of its own.
        var fault = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(server.Selectors[0], Directory.CreateTempSubdirectory("latencylab-locks").FullName));
        Assert.Contains("another client", fault.Message, StringComparison.Ordinal);
        Assert.Equal("fine\r\n", (await first.Repl.ExecuteAsync("print('fine')", Stop)).Output);
        fault = await Assert.ThrowsAsync<DeviceException>(() => OpenAsync(server.Selectors[0], locks));
        Assert.Contains("this very command", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("rfc2217")]
    public async Task A_cut_link_is_a_typed_error_and_the_board_is_found_again(string scheme)
    {
        using var server = await Ser2Net.StartAsync(kickOldUser: false, (scheme, Target));
        var locks = Directory.CreateTempSubdirectory("latencylab-locks").FullName;
        await using (var first = await OpenAsync(server.Selectors[0], locks))
        {
            server.Stop();
            var fault = await Assert.ThrowsAsync<DeviceException>(() => first.Repl.ExecuteAsync("print('lost')", Stop));
            Assert.Equal(server.Selectors[0], fault.Where);
        }

        await server.StartAsync();
        await using var second = await OpenAsync(server.Selectors[0], locks);
        Assert.Equal("fine\r\n", (await second.Repl.ExecuteAsync("print('fine')", Stop)).Output);
    }

    [Theory]
    [InlineData("tcp", "rfc2217", false)]
    [InlineData("rfc2217", "tcp", true)]
    public async Task A_link_cut_in_mid_run_keeps_what_came_and_the_next_run_finds_usable_boards(string targetScheme, string samplerScheme, bool kickedOut)
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?pace=real");
        using var server = await Ser2Net.StartAsync(kickOldUser: kickedOut, (targetScheme, rig.Target), (samplerScheme, rig.Sampler));
        string[] run = ["run", "--pin", "4", "--target", server.Selectors[0], "--sampler", server.Selectors[1], "--gap", "1ms+1ms", "--timeout", "3x", "--json", "-o", _folder];
        await using (var tool = ToolProcess.Start(_folder, [.. run, "--samples", "100000"]))
        {
            await tool.UntilAsync(() => InterruptedRunTests.LogHolds(_folder, 3000));
            TcpClient? intruder = null;
            if (kickedOut)
            {
                // Another user connects to the sampler, and the server gives it to the newest.
                var at = new Uri(server.Selectors[1]);
                intruder = new TcpClient(at.Host, at.Port);
            }
            else
            {
                server.Stop();
            }

            var cut = await tool.OutcomeAsync();
            intruder?.Dispose();
            Assert.True(cut.Code == 4, cut.Said);
            Assert.Equal("invalid", (string?)cut.Json["status"]);
            Assert.Contains("END missing", cut.Json["reasons"]!.ToJsonString(), StringComparison.Ordinal);
            Assert.True((int)cut.Json["counts"]!["matched"]! > 50, cut.Said);
            Assert.NotEmpty(cut.Json["gaps"]!.AsArray());
        }

        if (!kickedOut)
        {
            await server.StartAsync();
        }

        // The sampler still captures and the target is still armed: nobody has told them otherwise.
        var next = await ToolProcess.RunAsync(_folder, [.. run, "--samples", "100"]);
        Assert.True(next.Code == 0, next.Said);
        Assert.Equal(100, (int)next.Json["counts"]!["matched"]!);
    }

    [Fact]
    public async Task A_second_client_in_mid_run_is_turned_away_and_harms_nothing()
    {
        await using var rig = await ServedRig.StartAsync("--rig", "sim:esp32?pace=real");
        using var server = await Ser2Net.StartAsync(kickOldUser: false, ("tcp", rig.Target), ("rfc2217", rig.Sampler));
        await using var tool = ToolProcess.Start(
            _folder, "run", "--pin", "4", "--target", server.Selectors[0], "--sampler", server.Selectors[1], "--samples", "600", "--gap", "2ms", "--timeout", "10x", "--json", "-o", _folder);
        await tool.UntilAsync(() => InterruptedRunTests.LogHolds(_folder, 1000));
        foreach (var selector in server.Selectors)
        {
            // From another machine, which has locks of its own.
            var second = await ToolProcess.RunAsync(Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName, "devices", "--probe", selector);
            Assert.True(second.Code == 3, second.Said);
            Assert.Contains("another client", second.Said, StringComparison.Ordinal);
        }

        var outcome = await tool.OutcomeAsync();
        Assert.True(outcome.Code == 0, outcome.Said);
        Assert.Equal(600, (int)outcome.Json["counts"]!["matched"]!);
        Assert.Empty(outcome.Json["gaps"]!.AsArray());
    }

    [Fact]
    public async Task A_client_that_is_kicked_out_notices()
    {
        using var server = await Ser2Net.StartAsync(kickOldUser: true, ("tcp", Target));
        await using var first = await OpenAsync(server.Selectors[0], Directory.CreateTempSubdirectory("latencylab-locks").FullName);
        await using var second = await OpenAsync(server.Selectors[0], Directory.CreateTempSubdirectory("latencylab-locks").FullName);
        await Assert.ThrowsAsync<DeviceException>(() => first.Repl.ExecuteAsync("print('lost')", Stop));
        Assert.Equal("fine\r\n", (await second.Repl.ExecuteAsync("print('fine')", Stop)).Output);
    }

    [Fact]
    public async Task Raw_tcp_is_not_mistaken_for_rfc_2217()
    {
        await using var pty = Pty.Open();
        using var server = await Ser2Net.StartAsync(kickOldUser: false, ("tcp", pty.SlavePath));
        var fault = await Assert.ThrowsAsync<DeviceException>(() => Rfc2217Link.ConnectAsync("127.0.0.1", new Uri(server.Selectors[0]).Port, 115200, StepLimits.Default with { Factor = 0.2 }, Stop));
        Assert.Contains("tcp://", fault.Try, StringComparison.Ordinal);
    }

    private static Task<BoardConnection> OpenAsync(string selector, string locks) =>
        BoardFinder.OpenAsync(DeviceSelector.Parse(selector), BoardRole.Target, new BoardAccess { Limits = StepLimits.Default with { Factor = 10 }, LockFolder = locks }, Stop);
}
