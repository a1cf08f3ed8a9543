using CsCheck;
using LatencyLab.Simulation;

namespace LatencyLab.Tests.Simulation;

public sealed class SimulatedReplTests
{
    private const string Sync = "\r\u0003\r\u0001";
    private const string RawPrompt = "raw REPL; CTRL-B to exit\r\n>";
    private const string Esp32Banner = "MicroPython v1.26.0 on 2026-11-23; Generic ESP32 module with ESP32\r\nType \"help()\" for more information.\r\n>>> ";

    private static readonly string[] Scripts =
    [
        "# latencylab target/core 1\n", "# latencylab target/irq 1\n", "# latencylab sampler/core 1\n", "# latencylab sampler/capture 1\n", "\u0005A\u0001",
        "# latencylab call 1\nll('capture','{\"nonce\":1,\"channels\":[2,3],\"stim\":2,\"pulses\":3,\"gap\":[9,9],\"high\":[9,9],\"seconds\":1}')",
        "# latencylab call 1\nll('irq','{\"nonce\":1,\"pin\":4,\"response_pin\":5,\"irq\":\"both\",\"handler\":\"bytecode\",\"seconds\":1}')",
        "print((((((((1", "\u0004", "stop\n",
    ];

    [Theory]
    [InlineData("print(2**10 - -3)", "1027\r\n")]
    [InlineData("print(-7 // 2, -7 % 2, 7 % -2)", "-4 1 -1\r\n")]
    [InlineData("print('it\\'s', \"q\", b'\\x00\\xffa', (1,), [1, 'x\\n'], None, True)", "it's q b'\\x00\\xffa' (1,) [1, 'x\\n'] None True\r\n")]
    [InlineData("a = 3; b = a * (a + 1)  # comment\n\nprint(b)\n", "12\r\n")]
    [InlineData("print(1 << 2)", "!NotImplementedError: simulated board")]
    [InlineData("import os", "!NotImplementedError: simulated board")]
    [InlineData("print(2 ** 100000)", "!MemoryError: ")]
    [InlineData("print(unknown)", "!NotImplementedError: simulated board")]
    [InlineData("5 // 0", "!ZeroDivisionError: divide by zero")]
    [InlineData("# latencylab target/core 2\nll = 1", "!")]
    [InlineData("# latencylab call 1\nll('hello')", "!NameError: name 'll' isn't defined")]
    public async Task Prints_literals_and_integers_and_refuses_the_rest_as_an_exception(string source, string expected)
    {
        await using var terminal = new BoardTerminal(SimulatedRig.Create("sim:esp32").Target);
        await terminal.TypeAsync(Sync);
        var said = await terminal.TypeAsync(source + "\u0004");
        if (expected is "!")
        {
            // Another version's script is nothing but a comment and an assignment here.
            Assert.Equal("OK\u0004\u0004>", said);
        }
        else if (expected[0] == '!')
        {
            Assert.Matches("^OK[^\u0004]*\u0004Traceback \\(most recent call last\\):\r\n  File \"<stdin>\", line [0-9]+, in <module>\r\n", said);
            Assert.EndsWith(expected[1..] + "\r\n\u0004>", said, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal($"OK{expected}\u0004\u0004>", said);
        }
    }

    [Fact]
    public async Task The_friendly_prompt_echoes_edits_and_shows_values()
    {
        await using var terminal = new BoardTerminal(SimulatedRig.Create("sim:esp32?fw=v1.26").Target);
        Assert.Equal(Esp32Banner, await terminal.ReadAsync());
        Assert.Equal("6*7\r\n42\r\n>>> ", await terminal.TypeAsync("6*7\r"));
        Assert.Equal("1\u00082", (await terminal.TypeAsync("1\u007f2")).Replace("\u001b[K", "", StringComparison.Ordinal));
        Assert.Equal("\r\n2\r\n>>> ", await terminal.TypeAsync("\r"));
        Assert.Equal("abc\r\n>>> ", await terminal.TypeAsync("abc\u0003"));
        Assert.Equal("", await terminal.TypeAsync("\u001b[1;5A"));
        Assert.Equal(
            "\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== a=2\r\n=== print(a)\r\n2\r\n>>> ", await terminal.TypeAsync("\u0005a=2\rprint(a)\u0004"));
        Assert.Equal($"\r\nMPY: soft reboot\r\n{Esp32Banner}", await terminal.TypeAsync("\u0004"));
        Assert.Equal(
            "print(a)\r\nTraceback (most recent call last):\r\n  File \"<stdin>\", line 1, in <module>\r\nNotImplementedError: simulated board\r\n>>> ",
            await terminal.TypeAsync("print(a)\r"));
        Assert.Equal($"\r\n{Esp32Banner}", await terminal.TypeAsync("\u0002"));
    }

    [Fact]
    public async Task Raw_paste_can_be_cut_short_and_old_firmware_does_not_know_it()
    {
        await using var terminal = new BoardTerminal(SimulatedRig.Create("sim:esp32").Target);
        await terminal.TypeAsync(Sync);
        Assert.Equal("R\u0001\u0080\0\u0001", await terminal.TypeAsync("\u0005A\u0001"));
        Assert.Equal("\u0004\u0004KeyboardInterrupt: \r\n\u0004>", await terminal.TypeAsync("print(1)\u0003"));
        Assert.Equal("R\0>", await terminal.TypeAsync("\u0005B\u0001"));
        await using var old = new BoardTerminal(SimulatedRig.Create("sim:esp32?fw=v1.13").Target);
        await old.TypeAsync(Sync);
        Assert.Equal(RawPrompt, await old.TypeAsync("\u0005A\u0001"));
    }

    [Fact]
    public async Task Source_without_end_is_refused_and_costs_bounded_memory()
    {
        await using var terminal = new BoardTerminal(SimulatedRig.Create("sim:esp32").Target);
        await terminal.TypeAsync(Sync);
        await terminal.TypeAsync("\u0005A\u0001");
        var said = await terminal.TypeAsync(new string('x', 300_000));
        Assert.Matches("^\u0001+\u0004$", said);
        Assert.EndsWith("MemoryError: memory allocation failed\r\n\u0004>", await terminal.TypeAsync("\u0004"), StringComparison.Ordinal);
        await terminal.TypeAsync(new string('y', 300_000));
        Assert.Contains("MemoryError", await terminal.TypeAsync("\u0004"), StringComparison.Ordinal);
        Assert.Equal("OK1\r\n\u0004\u0004>", await terminal.TypeAsync("print(1)\u0004"));
    }

    [Fact]
    public async Task A_second_client_is_refused_and_a_later_one_is_served()
    {
        var board = SimulatedRig.Create("sim:esp32").Target;
        await using (var first = new BoardTerminal(board))
        {
            Assert.Throws<DeviceException>(() => new BoardTerminal(board));
            await first.TypeAsync(Sync);
            await first.TypeWithoutReadingAsync("print('nobody reads this')\u0004");
        }

        await using var second = new BoardTerminal(board);
        Assert.Empty(await second.ReadAsync());
        Assert.Equal("OK2\r\n\u0004\u0004>", await second.TypeAsync("print(2)\u0004"));
    }

    [Fact]
    public void Any_bytes_leave_a_board_that_the_next_client_can_use()
    {
        var bytes = Gen.Frequency((6, Gen.Char['\u0001', '\u0005']), (2, Gen.Char['\r', '\r']), (8, Gen.Char[' ', '~']), (1, Gen.Char['\0', '\u00ff']));
        var pieces = Gen.OneOf(
            bytes.Array[0, 200].Select(c => new string(c)),
            Gen.Int[0, Scripts.Length - 1].Select(i => Scripts[i]));
        pieces.Array[1, 20].Sample(
            typed => Task.Run(async () =>
            {
                var rig = SimulatedRig.Create("sim:pico");
                foreach (var board in new[] { rig.Target, rig.Sampler })
                {
                    await using (var wild = new BoardTerminal(board))
                    {
                        await wild.TypeAsync(string.Concat(typed));
                    }

                    await using var tidy = new BoardTerminal(board);
                    await tidy.TypeAsync(Sync);
                    Assert.EndsWith(RawPrompt, await tidy.TypeAsync(Sync), StringComparison.Ordinal);
                    Assert.Equal("OK7\r\n\u0004\u0004>", await tidy.TypeAsync("print(7)\u0004"));
                }
            }).GetAwaiter().GetResult(),
            iter: Environment.GetEnvironmentVariable("LATENCYLAB_LONG") == "1" ? 20_000 : 300);
    }

    [Theory]
    [InlineData("sim:z80")]
    [InlineData("sim:esp32?speed=fast")]
    [InlineData("sim:esp32?colour=red")]
    [InlineData("sim:esp32?fault=drop:2")]
    [InlineData("sim:esp32?fault=melt")]
    [InlineData("sim:esp32?load=heavy")]
    [InlineData("sim:esp32?fw=new")]
    [InlineData("tcp://x")]
    public void A_selector_that_makes_no_sense_is_a_usage_fault(string selector) =>
        Assert.Equal(FaultKind.Usage, Assert.Throws<LatencyLabException>(() => SimulatedRig.Create(selector)).Kind);

    [Fact]
    public void A_selector_gives_both_boards_their_options()
    {
        var options = SimulatedBoardOptions.Parse("sim:esp8266?seed=9&load=wifi&speed=0.9&offset=2us&fw=v1.26&fault=drop:0.01,overrun@500&swap&slow=10&pace=real&pin=4");
        Assert.Equal(("esp8266", 9ul, "wifi", 0.9, "v1.26.0", 10.0, 1.0, (int?)4), (options.ChipId, options.Seed, options.Load, options.Speed, options.Firmware, options.Slow, options.Pace, options.Pin));
        Assert.Equal(2_000_000, options.Offset.Picoseconds);
        Assert.Equal(new FaultPlan { Drop = 0.01, OverrunAtWord = 500, SwappedWires = true }, options.Faults);
        Assert.Equal("rp2040", SimulatedRig.Create("sim").Sampler.ChipId);
    }
}
