using LatencyLab.MicroPython;
using LatencyLab.Tests.Firmware;

namespace LatencyLab.Tests.MicroPython;

/// <summary>The client and its probe against a MicroPython that nobody here has written.</summary>
public sealed class RealInterpreterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_probe_is_understood_and_leaves_no_name_behind()
    {
        await using var board = await BridgedBoard.StartAsync("esp32", 32 * 1024);
        var before = (await board.Repl.ExecuteAsync("print(sorted(globals()))", Stop)).Output;
        var identity = await BoardIdentity.ReadAsync(board.Repl, Stop);
        Assert.Equal("1.27.0", identity.Version);
        Assert.Contains("v1.27.0", identity.Build, StringComparison.Ordinal);
        Assert.NotNull(identity.FreeBytes);
        Assert.Equal(before, (await board.Repl.ExecuteAsync("print(sorted(globals()))", Stop)).Output);
    }

    [Fact]
    public async Task Tracebacks_syntax_errors_and_long_sources_come_back_as_from_a_board()
    {
        await using var board = await BridgedBoard.StartAsync("esp32", 128 * 1024);
        Assert.Equal("ZeroDivisionError: divide by zero", (await board.Repl.ExecuteAsync("1/0", Stop)).ErrorLine);
        Assert.Equal("SyntaxError: invalid syntax", (await board.Repl.ExecuteAsync("1 +* 2", Stop)).ErrorLine);
        var source = string.Concat(Enumerable.Range(0, 200).Select(i => $"v{i} = {i} * {i}  # padding\n")) + "print(v199)\n";
        Assert.Equal("39601", (await board.Repl.ExecuteAsync(source, Stop)).Output.TrimEnd());
        Assert.Equal("µ 漢", (await board.Repl.ExecuteAsync("print('µ 漢')", Stop)).Output.TrimEnd());
    }

    [Fact]
    public async Task A_program_that_waits_for_input_without_end_is_interrupted()
    {
        await using var board = await BridgedBoard.StartAsync("esp32", 128 * 1024);
        var program = await board.Repl.StartAsync("import sys\nwhile True:\n    print('tick')\n    sys.stdin.read(1)\n", Stop);
        Assert.Equal("tick", await program.ReadLineAsync(TimeSpan.FromSeconds(10), Stop));
        await program.InterruptAsync(Stop);
        Assert.StartsWith("KeyboardInterrupt", (await program.FinishAsync(Stop)).ErrorLine, StringComparison.Ordinal);
        Assert.Equal("fine", (await board.Repl.ExecuteAsync("print('fine')", Stop)).Output.TrimEnd());
    }
}
