using System.Text.Json;
using LatencyLab.MicroPython;
using LatencyLab.Signals;
using LatencyLab.Targets;

namespace LatencyLab.Tests.Firmware;

/// <summary>The target's tests poll, toggle, timer and schedule on a real interpreter (docs/protocol.md section 2.5).</summary>
public sealed class FramedTestScriptTests
{
    // What an ESP8266 has.
    private const int Small = 32 * 1024;

    // The same, and what this interpreter and its pins, UARTs and files take beforehand.
    private const int Loaded = (32 + 9) * 1024;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("esp8266", "rising", new[] { 1, 0, 1, 0 }, 2)]
    [InlineData("rp2", "falling", new[] { 1, 0, 1, 0 }, 2)]
    [InlineData("esp32", "both", new[] { 1, 0, 1, 0 }, 4)]
    public async Task Poll_answers_the_edges_that_are_asked_for(string port, string irq, int[] levels, int answers)
    {
        await using var board = await BridgedBoard.StartAsync(port, Small, "target/core", "target/frame", "target/poll");
        var heap = await board.HeapBytesAsync();
        Assert.True(EdgeWords.TryParse(irq, out var edge));
        var program = await ArmAsync(board, "poll", new PollTest(7, 4, 5, edge, IrqHandler.Bytecode, 600, null, null).ToJson());
        Assert.False((await board.PinsAsync()).Gc);
        foreach (var level in levels)
        {
            await board.EdgeAsync(4, level);
            // Two looks at the host lie around a whole turn of the loop: the edge has been seen.
            await board.PinsAsync();
            await board.PinsAsync();
        }

        var done = await StopAsync(program);
        Assert.Equal(("stop", answers, 0), (Reason(done), Number(done, "callbacks"), Number(done, "errors")));
        var left = await board.PinsAsync();
        Assert.Equal(Pulses(answers), left.Written);
        AssertLeftAsFound(left);
        Assert.Equal(heap, await board.HeapBytesAsync());
    }

    [Theory]
    [InlineData("esp8266", "value")]
    [InlineData("esp32", "call")]
    [InlineData("rp2", "on-off")]
    [InlineData("rp2", "toggle")]
    public async Task Toggle_waits_for_a_word_and_makes_one_burst(string port, string variant)
    {
        await using var board = await BridgedBoard.StartAsync(port, Small, "target/core", "target/caps", "target/frame", "target/toggle");
        var heap = await board.HeapBytesAsync();
        var program = await ArmAsync(board, "toggle", Toggle(variant));
        Assert.Equal(Pulses(0), (await board.PinsAsync()).Written);
        await program.WriteAsync("go\n"u8.ToArray(), Stop);
        while ((await board.PinsAsync()).Written.Length < 7)
        {
            // A stop that is heard together with the first word comes before the burst, and none is made.
        }

        var done = await StopAsync(program);
        Assert.Equal(("stop", 3, 0), (Reason(done), Number(done, "callbacks"), Number(done, "errors")));
        var left = await board.PinsAsync();
        Assert.Equal(Pulses(3), left.Written);
        AssertLeftAsFound(left);
        Assert.Equal(heap, await board.HeapBytesAsync());
    }

    [Fact]
    public async Task A_stop_before_the_burst_makes_none()
    {
        await using var board = await BridgedBoard.StartAsync("esp32", Small, "target/core", "target/frame", "target/toggle");
        var program = await ArmAsync(board, "toggle", Toggle("value"));
        var done = await StopAsync(program);
        Assert.Equal(("stop", 0), (Reason(done), Number(done, "callbacks")));
        Assert.Equal(Pulses(0), (await board.PinsAsync()).Written);
    }

    [Theory]
    [InlineData("esp32", "bytecode", 0)]
    [InlineData("esp8266", "bytecode", 0)]
    [InlineData("rp2", "hard", -1)]
    public async Task Timer_answers_each_period_with_a_pulse(string port, string handler, int number)
    {
        await using var board = await BridgedBoard.StartAsync(port, Small, "target/core", "target/frame", "target/timer");
        var heap = await board.HeapBytesAsync();
        var program = await StartAsync(board, "timer", new TimerTest(7, 5, Enum.Parse<IrqHandler>(handler, ignoreCase: true), IdleLoop.Sleep, 1500, 600, null).ToJson());
        Assert.Equal(number, Number(await BridgedBoard.NextAsync(program), "timer"));
        await AssertNextAsync(program, "ARMED");
        Assert.Equal(new[] { number, 1, 1500, 1_000_000 }, (await board.PinsAsync()).Timer);
        for (var i = 0; i < 3; i++)
        {
            await board.TickAsync();
        }

        var done = await StopAsync(program);
        Assert.Equal(("stop", 3, 0), (Reason(done), Number(done, "callbacks"), Number(done, "errors")));
        var left = await board.PinsAsync();
        Assert.Equal(Pulses(3), left.Written);
        Assert.Null(left.Timer);
        AssertLeftAsFound(left);
        Assert.Equal(heap, await board.HeapBytesAsync());
    }

    [Theory]
    [InlineData("esp32", "bytecode", "sleep")]
    [InlineData("esp8266", "bytecode", "spin")]
    [InlineData("rp2", "hard", "sleep")]
    public async Task Schedule_holds_the_response_high_until_the_function_runs(string port, string handler, string idle)
    {
        await using var board = await BridgedBoard.StartAsync(port, Small, "target/core", "target/frame", "target/schedule");
        var heap = await board.HeapBytesAsync();
        var program = await ArmAsync(
            board, "schedule", new ScheduleTest(7, 4, 5, EdgeKind.Rising, handler == "hard", Enum.Parse<IdleLoop>(idle, ignoreCase: true), 600).ToJson());
        Assert.Equal(handler == "hard", (await board.PinsAsync()).Pins["4"].Hard);
        for (var i = 0; i < 4; i++)
        {
            await board.EdgeAsync(4, 1);
            await board.EdgeAsync(4, 0);
        }

        var done = await StopAsync(program);
        Assert.Equal(("stop", 4, 0), (Reason(done), Number(done, "callbacks"), Number(done, "errors")));
        var left = await board.PinsAsync();
        Assert.Equal(Pulses(4), left.Written);
        AssertLeftAsFound(left);
        Assert.Equal(heap, await board.HeapBytesAsync());
    }

    [Theory]
    [InlineData("esp8266", 160_000_000, 80_000_000)]
    [InlineData("esp32", 240_000_000, 160_000_000)]
    public async Task Timer_and_schedule_run_under_loads_and_another_clock_and_both_are_undone(string port, int hz, int usualHz)
    {
        var conditions = new TargetConditions("cpu,uart,flash", [port == "esp8266" ? new UartPins(1, 2, null) : new UartPins(1, 18, 19)], hz);
        ITargetTest[] tests =
        [
            new TimerTest(7, 5, IrqHandler.Bytecode, IdleLoop.Sleep, 1500, 600, null) { Conditions = conditions },
            new ScheduleTest(7, 4, 5, EdgeKind.Rising, false, IdleLoop.Spin, 600) { Conditions = conditions },
        ];
        foreach (var test in tests)
        {
            await using var board = await BridgedBoard.StartAsync(port, Loaded, [.. test.Parts]);
            var heap = await board.HeapBytesAsync();
            var program = await StartAsync(board, test.Call, test.ToJson());
            Assert.Equal(hz, Number(await BridgedBoard.NextAsync(program), "hz"));
            await AssertNextAsync(program, "ARMED");
            for (var i = 0; i < 20; i++)
            {
                await (test is TimerTest ? board.TickAsync() : board.EdgeAsync(4, i & 1 ^ 1));
            }

            var done = await StopAsync(program);
            Assert.Equal(("stop", test is TimerTest ? 20 : 10, 0), (Reason(done), Number(done, "callbacks"), Number(done, "errors")));
            Assert.Equal(JsonValueKind.Null, done.GetProperty("load_fault").ValueKind);
            Assert.All(["cpu", "uart", "flash"], load => Assert.True(done.GetProperty("load").GetProperty(load).GetInt64() > 0, load));
            Assert.False(done.TryGetProperty("left", out _));
            var left = await board.PinsAsync();
            Assert.Equal(usualHz, left.Hz);
            Assert.Equal("close 1", left.Uart[^1]);
            AssertLeftAsFound(left);
            Assert.Equal("False", (await board.Repl.ExecuteAsync("print('latencylab.tmp' in os.listdir())", Stop)).Output.Trim());
            Assert.Equal(heap, await board.HeapBytesAsync());
        }
    }

    [Fact]
    public async Task Poll_and_toggle_run_with_another_clock_and_Ctrl_C_puts_it_back()
    {
        var conditions = TargetConditions.AsFound with { CpuHz = 240_000_000 };
        ITargetTest[] tests =
        [
            new PollTest(7, 4, 5, EdgeKind.Rising, IrqHandler.Bytecode, 600, null, null) { Conditions = conditions },
            new ToggleTest(7, 5, "value", 3, 600, null) { Conditions = conditions },
        ];
        foreach (var test in tests)
        {
            await using var board = await BridgedBoard.StartAsync("esp32", Loaded, [.. test.Parts]);
            var program = await StartAsync(board, test.Call, test.ToJson());
            Assert.Equal(240_000_000, Number(await BridgedBoard.NextAsync(program), "hz"));
            await AssertNextAsync(program, "ARMED");
            await program.WriteAsync("\x03\x03"u8.ToArray(), Stop);
            Assert.Equal("interrupt", Reason(await BridgedBoard.NextAsync(program)));
            await program.FinishAsync(Stop);
            Assert.Equal(160_000_000, (await board.PinsAsync()).Hz);
            await AssertRefusedAsync(
                board, test.Call, test.ToJson().Replace("240000000", "111000000", StringComparison.Ordinal), "ValueError: cpu_hz: ValueError: frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz");
        }
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_and_nothing_is_left_behind()
    {
        string[] parts = ["target/core", "target/frame", "target/poll", "target/toggle", "target/timer", "target/schedule"];
        await using var board = await BridgedBoard.StartAsync("esp8266", 128 * 1024, parts);
        await AssertRefusedAsync(board, "poll", """{"nonce":7,"pin":4,"response_pin":5,"irq":"rising","handler":"magic","seconds":5}""", "ValueError: unknown handler magic");
        await AssertRefusedAsync(board, "poll", """{"nonce":7,"pin":4,"response_pin":5,"irq":"rising","handler":"native","seconds":5}""", "NameError: name 'll_poll_native' isn't defined");
        await AssertRefusedAsync(board, "toggle", Toggle("toggle"), "ValueError: unknown variant toggle");
        await AssertRefusedAsync(board, "toggle", Toggle("viper"), "ValueError: unknown variant viper");
        await AssertRefusedAsync(board, "toggle", Toggle("value").Replace(":3,", ":10001,", StringComparison.Ordinal), "ValueError: 1 to 10000 periods");
        await AssertRefusedAsync(board, "timer", """{"nonce":7,"response_pin":5,"handler":"hard","period_us":1000,"seconds":5}""", "TypeError: extra keyword arguments given");
        await AssertRefusedAsync(board, "schedule", """{"nonce":7,"pin":4,"response_pin":5,"irq":"rising","handler":"hard","seconds":5}""", "ValueError: hard IRQ not supported");
        await AssertRefusedAsync(board, "schedule", """{"nonce":7,"pin":4,"response_pin":5,"irq":"rising","handler":"bytecode","idle":"dream","seconds":5}""", "ValueError: unknown idle dream");
    }

    [Theory]
    [InlineData("poll", "\"pin\":4,\"irq\":\"rising\",")]
    [InlineData("timer", "\"period_us\":1000,")]
    [InlineData("schedule", "\"pin\":4,\"irq\":\"rising\",")]
    public async Task Ctrl_C_and_the_dead_man_leave_the_board_as_found(string test, string own)
    {
        await using var board = await BridgedBoard.StartAsync("esp32", 128 * 1024, "target/core", "target/frame", "target/" + test);
        var arguments = $$"""{"nonce":7,{{own}}"response_pin":5,"handler":"bytecode","seconds":600}""";
        var program = await ArmAsync(board, test, arguments);
        await program.WriteAsync("\x03\x03"u8.ToArray(), Stop);
        Assert.Equal("interrupt", Reason(await BridgedBoard.NextAsync(program)));
        Assert.StartsWith("KeyboardInterrupt", (await program.FinishAsync(Stop)).ErrorLine, StringComparison.Ordinal);
        AssertLeftAsFound(await board.PinsAsync());

        // Ten seconds are added to what is asked for.
        program = await ArmAsync(board, test, arguments.Replace("600", "-9.8", StringComparison.Ordinal));
        Assert.Equal("dead man", Reason(await BridgedBoard.NextAsync(program)));
        await program.FinishAsync(Stop);
        AssertLeftAsFound(await board.PinsAsync());
    }

    // The response pin starts low; every answer is high, low. GPIO5 is written as 10 and 11.
    private static int[] Pulses(int count) => [10, .. Enumerable.Repeat(new[] { 11, 10 }, count).SelectMany(pulse => pulse)];

    private static string Toggle(string variant) => new ToggleTest(7, 5, variant, 3, 600, null).ToJson();

    private static async Task<RunningProgram> StartAsync(BridgedBoard board, string test, string arguments) => await board.StartCallAsync(test, arguments);

    private static async Task<RunningProgram> ArmAsync(BridgedBoard board, string test, string arguments)
    {
        var program = await StartAsync(board, test, arguments);
        await AssertNextAsync(program, "READY");
        await AssertNextAsync(program, "ARMED");
        return program;
    }

    private static async Task AssertNextAsync(RunningProgram program, string kind)
    {
        var line = await BridgedBoard.NextAsync(program);
        Assert.Equal((kind, 7), (line.GetProperty("t").GetString(), Number(line, "nonce")));
    }

    private static async Task<JsonElement> StopAsync(RunningProgram program)
    {
        await program.WriteAsync("stop\n"u8.ToArray(), Stop);
        var done = await BridgedBoard.NextAsync(program);
        Assert.Equal(("DONE", 7), (done.GetProperty("t").GetString(), Number(done, "nonce")));
        Assert.Equal(new ReplAnswer("", ""), await program.FinishAsync(Stop));
        return done;
    }

    private static async Task AssertRefusedAsync(BridgedBoard board, string test, string arguments, string what)
    {
        var program = await StartAsync(board, test, arguments);
        var line = await BridgedBoard.NextAsync(program);
        if (line.GetProperty("t").GetString() == "READY")
        {
            line = await BridgedBoard.NextAsync(program);
        }

        Assert.Equal(("ERROR", what), (line.GetProperty("t").GetString(), line.GetProperty("what").GetString()));
        Assert.Equal(new ReplAnswer("", ""), await program.FinishAsync(Stop));
        AssertLeftAsFound(await board.PinsAsync());
    }

    private static string? Reason(JsonElement done) => done.GetProperty("reason").GetString();

    private static int Number(JsonElement line, string name) => line.GetProperty(name).GetInt32();

    private static void AssertLeftAsFound(PinStates pins)
    {
        Assert.True(pins.Gc);
        Assert.Null(pins.Timer);
        Assert.All(pins.Pins.Values, pin => Assert.False(pin.Irq));
        Assert.All(pins.Pins.Values, pin => Assert.NotEqual("out", pin.Mode));
    }
}
