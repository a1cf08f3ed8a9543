using System.Text.Json;
using LatencyLab.MicroPython;
using LatencyLab.Targets;

namespace LatencyLab.Tests.Firmware;

/// <summary>Loads and the clock on a real interpreter with the heap of an ESP8266: what they do while armed, and that all of it is undone.</summary>
public sealed class LoadScriptTests
{
    // What an ESP8266 has, and 9 KiB for what this interpreter and the pins around it take beforehand.
    private const int Small = (32 + 9) * 1024;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("esp8266", "gc")]
    [InlineData("esp8266", "cpu")]
    [InlineData("esp8266", "uart")]
    [InlineData("esp8266", "flash")]
    [InlineData("esp32", "wifi")]
    [InlineData("esp32", "gc,cpu,uart,flash")]
    [InlineData("rp2", "gc,uart")]
    public async Task A_load_works_beside_the_handler_and_fits_the_smallest_heap(string port, string loads)
    {
        await using var board = await BridgedBoard.StartAsync(port, Small);
        var heapBefore = await board.HeapBytesAsync();
        foreach (var part in (string[])["target/core", "target/frame", "target/irq", .. TargetLoads.Parts(loads)])
        {
            Assert.Equal(new ReplAnswer("", ""), await board.Repl.ExecuteAsync(BoardScript.Load(part).Source, Stop));
        }

        var program = await ArmAsync(board, loads);
        Assert.False((await board.PinsAsync()).Gc);
        for (var i = 0; i < 40; i++)
        {
            await board.EdgeAsync(4, 1);
            await board.EdgeAsync(4, 0);
        }

        var done = await EndAsync(program);
        Assert.Equal(("stop", 40, 0), (done.GetProperty("reason").GetString(), done.GetProperty("callbacks").GetInt32(), done.GetProperty("errors").GetInt32()));
        Assert.Equal(JsonValueKind.Null, done.GetProperty("load_fault").ValueKind);
        Assert.False(done.TryGetProperty("left", out _));
        foreach (var load in loads.Split(','))
        {
            Assert.InRange(done.GetProperty("load").GetProperty(load).GetInt64(), load == "wifi" ? 0 : 1, 100_000);
        }

        // A heap that isn't large enough grows on this build, and what a running script leaves behind is collected only after its end.
        if (!loads.Contains("gc", StringComparison.Ordinal))
        {
            Assert.Equal(heapBefore, await board.HeapBytesAsync());
        }

        await AssertLeftAsFoundAsync(board);
    }

    [Fact]
    public async Task The_collector_load_collects_although_the_run_has_switched_collecting_off()
    {
        await using var board = await StartAsync("esp32", "gc");
        var answer = await board.Repl.ExecuteAsync(
            """
            class Counted:
                collected = 0
                mem_free = gc.mem_free
                def collect(self):
                    Counted.collected += 1
            real = gc
            gc = Counted()
            loads = LLLoads({"load": "gc"})
            real.disable()
            before = Counted.collected
            for _ in range(50):
                loads.turn()
            print(real.isenabled(), Counted.collected - before, loads.work())
            real.enable()
            """, Stop);
        Assert.Equal("False 50 {'gc': 50}", answer.Output.Trim());
    }

    [Fact]
    public async Task Only_its_own_file_is_written_and_removed_and_no_more_often_than_said()
    {
        await using var board = await StartAsync("esp8266", "flash");
        var answer = await board.Repl.ExecuteAsync(
            """
            loads = LLLoads({"load": "flash", "seconds": 0})
            load = loads.loads[0]
            seen = os.stat(LL_FLASH_NAME)[6]
            for _ in range(500):
                load.next_ms = time.ticks_ms()
                loads.turn()
            print(seen, loads.work()["flash"], loads.end(), LL_FLASH_NAME in os.listdir())
            with open(LL_FLASH_NAME, "wb") as f: f.write(b"precious")
            try:
                LLLoads({"load": "flash", "seconds": 0})
            except Exception as e:
                print(e)
            print(open(LL_FLASH_NAME, "rb").read())
            os.remove(LL_FLASH_NAME)
            """, Stop);
        Assert.Equal("", answer.Error);
        Assert.Equal(["4096 200 None False", "load flash: ValueError: a file latencylab.tmp is there", "b'precious'"], Lines(answer));
    }

    [Fact]
    public async Task The_radio_gets_back_the_state_it_had()
    {
        await using var board = await StartAsync("esp32", "wifi");
        await EndAsync(await ArmAsync(board, "wifi"));
        Assert.Equal(["active True", "connect latencylab-load", "disconnect", "active False"], (await board.PinsAsync()).Wlan);

        // A station that is connected is used and never reconfigured.
        await board.Repl.ExecuteAsync("import network\nnetwork.WLAN.log[:] = []\nnetwork.WLAN.up[0] = network.WLAN.linked[0] = True", Stop);
        var done = await EndAsync(await ArmAsync(board, "wifi"));
        Assert.Equal(["socket closed"], (await board.PinsAsync()).Wlan);
        Assert.InRange(done.GetProperty("load").GetProperty("wifi").GetInt32(), 0, 1000);
        var sent = await board.Repl.ExecuteAsync("import socket\nloads = LLLoads({'load': 'wifi'})\nloads.turn()\nprint(loads.end(), socket.sent[-1])", Stop);
        Assert.Equal("None ('10.0.0.1', 9)", sent.Output.Trim());
    }

    [Fact]
    public async Task An_ESP8266_that_is_not_connected_is_not_touched_since_its_firmware_would_store_it()
    {
        await using var board = await StartAsync("esp8266", "wifi");
        await board.Repl.ExecuteAsync("import sys\nclass Sys: pass\nreal = sys\nsys = Sys()\nfor n in dir(real): setattr(sys, n, getattr(real, n))\nsys.platform = 'esp8266'", Stop);
        await AssertRefusedAsync(board, "wifi", "ValueError: load wifi: ValueError: the ESP8266 must be connected to a network before");
        Assert.Empty((await board.PinsAsync()).Wlan);
    }

    [Fact]
    public async Task A_port_without_radio_says_so()
    {
        await using var board = await StartAsync("rp2", "wifi");
        await AssertRefusedAsync(board, "wifi", "ValueError: load wifi: ImportError: no module named 'network'");
    }

    [Fact]
    public async Task The_first_UART_that_the_port_accepts_is_used_and_its_pins_are_inputs_again()
    {
        await using var board = await StartAsync("rp2", "uart");
        var program = await ArmAsync(board, "uart", "\"uart\":[[1,6,7],[0,8,9],[1,8,9]]");
        var done = await EndAsync(program);
        var pins = await board.PinsAsync();
        Assert.Equal(["open 1 8 9", "close 1"], pins.Uart);
        // A write that finds the buffer full takes nothing and is no work.
        Assert.Equal(pins.UartSent / 10, done.GetProperty("load").GetProperty("uart").GetInt32());
        Assert.Equal(("in", "in"), (pins.Pins["8"].Mode, pins.Pins["9"].Mode));
        await AssertRefusedAsync(board, "uart", "ValueError: load uart: ValueError: bad TX pin", "\"uart\":[[1,6,7]]");
        await AssertRefusedAsync(board, "uart", "ValueError: load uart: ValueError: no UART with free pins", "\"uart\":[]");
    }

    [Fact]
    public async Task Ctrl_C_undoes_loads_and_clock()
    {
        await using var board = await StartAsync("esp32", "uart,flash,wifi");
        var program = await ArmAsync(board, "uart,flash,wifi", "\"cpu_hz\":240000000,\"uart\":[[1,18,19]]");
        var armed = await board.PinsAsync();
        Assert.Equal((240_000_000, 1), (armed.Hz, armed.Uart.Length));
        await program.WriteAsync("\x03\x03"u8.ToArray(), Stop);
        Assert.Equal("interrupt", (await BridgedBoard.NextAsync(program)).GetProperty("reason").GetString());
        await program.FinishAsync(Stop);
        var left = await board.PinsAsync();
        Assert.Equal(160_000_000, left.Hz);
        Assert.Equal("close 1", left.Uart[^1]);
        Assert.Equal("active False", left.Wlan[^1]);
        await AssertLeftAsFoundAsync(board);
    }

    [Fact]
    public async Task The_clock_is_that_of_the_plan_while_armed_and_a_refused_one_is_told_in_the_boards_words()
    {
        await using var board = await StartAsync("esp8266", "gc");
        var program = await board.StartCallAsync("irq", Arguments("none", "\"cpu_hz\":160000000"));
        Assert.Equal(160_000_000, (await BridgedBoard.NextAsync(program)).GetProperty("hz").GetInt32());
        await BridgedBoard.NextAsync(program);
        await EndAsync(program);
        Assert.Equal(80_000_000, (await board.PinsAsync()).Hz);
        await AssertRefusedAsync(board, "none", "ValueError: cpu_hz: ValueError: frequency can only be either 80Mhz or 160MHz", "\"cpu_hz\":240000000");
        Assert.Equal(80_000_000, (await board.PinsAsync()).Hz);
    }

    [Fact]
    public async Task A_load_that_fails_in_mid_run_is_told_and_the_run_goes_on()
    {
        await using var board = await StartAsync("esp32", "uart");
        await board.Repl.ExecuteAsync("def broken(self, block):\n raise OSError(28)\nmachine.UART.write = broken", Stop);
        var done = await EndAsync(await ArmAsync(board, "uart", "\"uart\":[[1,18,19]]"));
        Assert.Equal(("stop", "uart: OSError: 28"), (done.GetProperty("reason").GetString(), done.GetProperty("load_fault").GetString()));
        await AssertLeftAsFoundAsync(board);
    }

    [Fact]
    public async Task What_cannot_be_put_back_is_told()
    {
        await using var board = await StartAsync("esp32", "uart");
        await board.Repl.ExecuteAsync("def broken(self):\n raise OSError(5)\nmachine.UART.deinit = broken", Stop);
        var done = await EndAsync(await ArmAsync(board, "uart", "\"uart\":[[1,18,19]]"));
        Assert.StartsWith("uart: OSError: ", done.GetProperty("left").GetString(), StringComparison.Ordinal);
    }

    private static Task<BridgedBoard> StartAsync(string port, string loads) => BridgedBoard.StartAsync(port, Small, ["target/core", "target/frame", "target/irq", "target/clock", .. TargetLoads.Parts(loads)]);

    private static string Arguments(string loads, string more) =>
        $$"""{"nonce":77,"pin":4,"response_pin":5,"irq":"rising","handler":"bytecode","idle":"sleep","load":"{{loads}}","seconds":5,"set":null,{{more}}}""";

    private static async Task<RunningProgram> ArmAsync(BridgedBoard board, string loads, string? more = null)
    {
        var program = await board.StartCallAsync("irq", Arguments(loads, more ?? "\"uart\":[[1,2,null],[1,8,9]]"));
        Assert.Equal("READY", (await BridgedBoard.NextAsync(program)).GetProperty("t").GetString());
        Assert.Equal("ARMED", (await BridgedBoard.NextAsync(program)).GetProperty("t").GetString());
        return program;
    }

    private static async Task<JsonElement> EndAsync(RunningProgram program)
    {
        await program.WriteAsync("stop\n"u8.ToArray(), Stop);
        var done = await BridgedBoard.NextAsync(program);
        Assert.Equal(new ReplAnswer("", ""), await program.FinishAsync(Stop));
        Assert.Equal("DONE", done.GetProperty("t").GetString());
        return done;
    }

    private static async Task AssertRefusedAsync(BridgedBoard board, string loads, string what, string more = "\"uart\":[]")
    {
        var program = await board.StartCallAsync("irq", Arguments(loads, more));
        var line = await BridgedBoard.NextAsync(program);
        Assert.Equal(("ERROR", what), (line.GetProperty("t").GetString(), line.GetProperty("what").GetString()));
        Assert.Equal(new ReplAnswer("", ""), await program.FinishAsync(Stop));
        await AssertLeftAsFoundAsync(board);
    }

    private static async Task AssertLeftAsFoundAsync(BridgedBoard board)
    {
        var pins = await board.PinsAsync();
        Assert.True(pins.Gc);
        Assert.All(pins.Pins.Values, pin => Assert.False(pin.Irq));
        Assert.All(pins.Pins.Values, pin => Assert.Equal("in", pin.Mode));
        var files = await board.Repl.ExecuteAsync("import os\nprint('latencylab.tmp' in os.listdir())", Stop);
        Assert.Equal("False", files.Output.Trim());
    }

    private static string[] Lines(ReplAnswer answer) => [.. answer.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
