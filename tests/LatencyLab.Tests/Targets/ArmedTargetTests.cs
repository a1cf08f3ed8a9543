using System.IO.Hashing;
using System.Text;
using LatencyLab.MicroPython;
using LatencyLab.Signals;
using LatencyLab.Targets;
using LatencyLab.Tests.MicroPython;

namespace LatencyLab.Tests.Targets;

public sealed class ArmedTargetTests
{
    [Theory]
    [InlineData("esp32", 40_000_000, true)]
    [InlineData("esp32", 80_000_000, false)]
    [InlineData("rp2", 48_000_000, false)]
    public async Task A_board_that_falls_silent_under_a_slow_clock_is_explained(string platform, int hz, bool explained)
    {
        // A baud rate that has changed makes noise of every word.
        var small = new SmallBoard { Run = code => code.Contains("latencylab call", StringComparison.Ordinal) ? null : ("", ""), Chatter = "\u00f8\u0080x" };
        await using var repl = await RawRepl.EnterAsync(small.Link, small.Limits, TestContext.Current.CancellationToken);
        var board = new ScriptedBoard(repl, new BoardIdentity(platform, "board", platform, "1.20.0", "v1.20.0", null, 160_000_000, null));
        var test = new IrqTest(7, 4, 5, EdgeKind.Rising, IrqHandler.Bytecode, IdleLoop.Sleep, 5, null) { Conditions = TargetConditions.AsFound with { CpuHz = hz } };
        var fault = await Assert.ThrowsAsync<DeviceException>(() => ArmedTarget.ArmAsync(board, test, TestContext.Current.CancellationToken));
        Assert.Equal(explained, fault.Message.Contains("baud rate", StringComparison.Ordinal));
        Assert.Equal(explained, fault.Try?.Contains("80MHz", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("rst:0x1 (POWERON_RESET),boot:0x13", FaultKind.Measurement, "rebooted during the measurement (rst:0x1")]
    [InlineData("""{"t":"READY","nonce":8}""", FaultKind.Device, "Another measurement runs on this board")]
    [InlineData("""{"t":"READY","nonce":7}""", FaultKind.Device, "ended before ARMED")]
    [InlineData("""{"t":"ARMED","nonce":7}""", FaultKind.Device, "READY")]
    [InlineData("""{"t":"ARMED"}""", FaultKind.Device, "READY")]
    [InlineData("""{"t":"ERROR","nonce":7,"what":"ValueError: pin"}""", FaultKind.Usage, "ValueError: pin")]
    [InlineData("words of another program", FaultKind.Device, "words of another program")]
    public async Task What_a_target_says_instead_of_its_lines_is_a_typed_error(string said, FaultKind kind, string told)
    {
        var text = said.StartsWith('{') ? Line(said) : said;
        var small = new SmallBoard { Run = code => (code.Contains("latencylab call", StringComparison.Ordinal) ? text + "\r\n" : "", "") };
        await using var repl = await RawRepl.EnterAsync(small.Link, small.Limits, TestContext.Current.CancellationToken);
        var board = new ScriptedBoard(repl, new BoardIdentity("esp32", "board", "esp32", "1.28.0", "v1.28.0", null, 160_000_000, null));
        var test = new IrqTest(7, 4, 5, EdgeKind.Rising, IrqHandler.Bytecode, IdleLoop.Sleep, 5, null);
        var fault = await Assert.ThrowsAnyAsync<LatencyLabException>(() => ArmedTarget.ArmAsync(board, test, TestContext.Current.CancellationToken));
        Assert.Equal(kind, fault.Kind);
        Assert.Contains(told, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_long_talk_the_beginning_is_told()
    {
        var talk = string.Concat(Enumerable.Range(0, 12).Select(i => $"line {i} {new string('x', 500)}\r\n"));
        var small = new SmallBoard { Run = code => (code.Contains("latencylab call", StringComparison.Ordinal) ? talk : "", "") };
        await using var repl = await RawRepl.EnterAsync(small.Link, small.Limits, TestContext.Current.CancellationToken);
        var board = new ScriptedBoard(repl, new BoardIdentity("esp32", "board", "esp32", "1.28.0", "v1.28.0", null, 160_000_000, null));
        var test = new IrqTest(7, 4, 5, EdgeKind.Rising, IrqHandler.Bytecode, IdleLoop.Sleep, 5, null);
        var fault = await Assert.ThrowsAsync<DeviceException>(() => ArmedTarget.ArmAsync(board, test, TestContext.Current.CancellationToken));
        Assert.Contains("line 0 ", fault.Message, StringComparison.Ordinal);
        Assert.InRange(fault.Message.Length, 500, 1100);
    }

    [Fact]
    public async Task What_the_board_can_do_is_what_its_line_says()
    {
        var small = new SmallBoard
        {
            Run = code => (code.Contains("latencylab call", StringComparison.Ordinal) ? Line("""{"t":"CAPS","hard":true,"native":false,"viper":1,"toggle":true}""") + "\r\n" : "", ""),
        };
        await using var repl = await RawRepl.EnterAsync(small.Link, small.Limits, TestContext.Current.CancellationToken);
        var board = new ScriptedBoard(repl, new BoardIdentity("esp32", "board", "esp32", "1.28.0", "v1.28.0", null, 160_000_000, null));
        var can = await TargetCapabilities.AskAsync(board, 5, TestContext.Current.CancellationToken);
        Assert.Equal((true, false, false, true), (can.Hard, can.Native, can.Viper, can.Toggle));
        Assert.Equal([true, false, false, true], new[] { "toggle", "native", "viper", "value" }.Select(can.Has));
    }

    private static string Line(string json) => $"@LL1 {json}*{Crc32.HashToUInt32(Encoding.UTF8.GetBytes(json)):x8}";
}
