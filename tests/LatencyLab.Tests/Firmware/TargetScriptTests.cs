using System.Text;
using LatencyLab.MicroPython;

namespace LatencyLab.Tests.Firmware;

/// <summary>The target's script on a real interpreter, spoken to as docs/protocol.md says.</summary>
public sealed class TargetScriptTests
{
    private const int Roomy = 128 * 1024;

    // What an ESP8266 has.
    private const int Small = 32 * 1024;

    private static readonly string[] Parts = ["target/core", "target/frame", "target/irq"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Both_boards_get_the_same_core_with_their_role_in_front()
    {
        var (target, sampler) = (BoardScript.Load("target/core"), BoardScript.Load("sampler/core"));
        Assert.StartsWith("# latencylab target/core 1\nLL_PART = \"target\"\n", target.Source, StringComparison.Ordinal);
        Assert.Equal(target.Source.Replace("target", "sampler", StringComparison.Ordinal), sampler.Source);
        Assert.Equal(target.Sha256, sampler.Sha256);
    }

    [Fact]
    public async Task Says_hello()
    {
        await using var board = await BridgedBoard.StartAsync("esp8266", Small, "target/core");
        var hello = await board.CallAsync("hello", "{}");
        Assert.Equal("HELLO", hello.GetProperty("t").GetString());
        Assert.Equal(1, hello.GetProperty("proto").GetInt32());
        Assert.Equal("target", hello.GetProperty("part").GetString());
        Assert.Equal("webassembly", hello.GetProperty("port").GetString());
        Assert.Equal(80_000_000, hello.GetProperty("hz").GetInt32());
        Assert.True(hello.GetProperty("free").GetInt64() > 0);
    }

    [Fact]
    public async Task Sets_and_reads_pins_and_releases_them()
    {
        await using var board = await BridgedBoard.StartAsync("esp32", Small, "target/core");
        Assert.Equal(1, (await board.CallAsync("pin", """{"pin":4,"mode":"in","pull":"up"}""")).GetProperty("value").GetInt32());
        Assert.Equal("up", (await board.PinsAsync()).Pins["4"].Pull);
        Assert.Equal(0, (await board.CallAsync("pin", """{"pin":4,"mode":"in","pull":"down"}""")).GetProperty("value").GetInt32());
        Assert.Equal("down", (await board.PinsAsync()).Pins["4"].Pull);
        Assert.Equal(1, (await board.CallAsync("pin", """{"pin":5,"mode":"out","pull":null,"value":1}""")).GetProperty("value").GetInt32());
        var driven = await board.PinsAsync();
        Assert.Equal(("out", 1), (driven.Pins["5"].Mode, driven.Pins["5"].Level));
        Assert.Equal("RELEASED", (await board.CallAsync("release", """{"pins":[4,5]}""")).GetProperty("t").GetString());
        var released = await board.PinsAsync();
        Assert.All(released.Pins.Values, pin => Assert.Equal(("in", null), (pin.Mode, pin.Pull)));
    }

    [Fact]
    public async Task Answers_what_it_cannot_do_with_an_error_line()
    {
        await using var board = await BridgedBoard.StartAsync("esp32", Small, Parts);
        await AssertErrorAsync(board, "pin", """{"pin":77,"mode":"in","pull":null}""", "ValueError: invalid pin");
        await AssertErrorAsync(board, "pin", """{"pin":34,"mode":"out","value":1}""", "ValueError: pin can only be input");
        await AssertErrorAsync(board, "release", """{"pins":[77,4]}""", "ValueError: invalid pin");
        Assert.Equal("in", (await board.PinsAsync()).Pins["4"].Mode);
        await AssertErrorAsync(board, "nonsense", "{}", "ValueError: unknown call nonsense");
        await AssertErrorAsync(board, "hello", "{", "ValueError: syntax error in JSON");
        await AssertErrorAsync(board, "irq", """{"pin":4}""", "KeyError: nonce");
    }

    [Fact]
    public async Task A_port_without_pull_down_says_so()
    {
        await using var board = await BridgedBoard.StartAsync("esp8266", Small, Parts);
        await AssertErrorAsync(board, "pin", """{"pin":4,"mode":"in","pull":"down"}""", "AttributeError: type object 'Pin' has no attribute 'PULL_DOWN'");
    }

    [Theory]
    [InlineData("esp32", false, true)]
    [InlineData("esp8266", false, false)]
    [InlineData("rp2", true, true)]
    public async Task Finds_out_by_trying_what_the_board_can_do(string port, bool hard, bool pullDown)
    {
        await using var board = await BridgedBoard.StartAsync(port, Small, "target/core", "target/caps");
        var caps = await board.CallAsync("caps", "{}");
        Assert.Equal("CAPS", caps.GetProperty("t").GetString());
        Assert.Equal(hard, caps.GetProperty("hard").GetBoolean());
        Assert.Equal(pullDown, caps.GetProperty("pull_down").GetBoolean());
        // This build of the interpreter has no native emitter, so it shows the answer "no".
        Assert.False(caps.GetProperty("native").GetBoolean());
        Assert.False(caps.GetProperty("viper").GetBoolean());
        Assert.Equal(port != "esp8266", caps.GetProperty("toggle").GetBoolean());
        Assert.False((await board.PinsAsync()).Pins["4"].Irq);
    }

    [Fact]
    public async Task A_pin_that_cannot_interrupt_at_all_is_an_answer_too()
    {
        await using var board = await BridgedBoard.StartAsync("esp8266", Small, "target/core", "target/caps");
        var caps = await board.CallAsync("caps", """{"pin":16}""");
        Assert.Equal("CAPS", caps.GetProperty("t").GetString());
        Assert.False(caps.GetProperty("hard").GetBoolean());
    }

    [Theory]
    [InlineData("esp32", "rising", "bytecode", "sleep", Roomy, 1)]
    [InlineData("esp32", "falling", "bytecode", "sleep", Roomy, 1)]
    [InlineData("esp32", "both", "bytecode", "spin", Roomy, 2)]
    [InlineData("esp8266", "rising", "bytecode", "sleep", Small, 1)]
    [InlineData("rp2", "rising", "hard", "sleep", Small, 1)]
    [InlineData("rp2", "both", "hard", "spin", Roomy, 2)]
    public async Task Answers_each_edge_with_a_pulse_and_counts_it(string port, string irq, string handler, string idle, int heapBytes, int answersPerPulse)
    {
        const int Pulses = 12;
        await using var board = await BridgedBoard.StartAsync(port, heapBytes, Parts);
        var heapBefore = await board.HeapBytesAsync();
        var program = await ArmAsync(board, irq, handler, idle);

        var armed = await board.PinsAsync();
        Assert.False(armed.Gc);
        Assert.True(armed.Pins["4"].Irq);
        Assert.Equal(handler == "hard", armed.Pins["4"].Hard);
        Assert.Equal(("out", 0), (armed.Pins["5"].Mode, armed.Pins["5"].Level));
        for (var i = 0; i < Pulses; i++)
        {
            await board.EdgeAsync(4, 1);
            await board.EdgeAsync(4, 0);
        }

        await program.WriteAsync("a word\nstopp\nstop\n"u8.ToArray(), Stop);
        var done = await BridgedBoard.NextAsync(program);
        Assert.Equal(new ReplAnswer("", ""), await program.FinishAsync(Stop));
        Assert.Equal("DONE", done.GetProperty("t").GetString());
        Assert.Equal(77, done.GetProperty("nonce").GetInt32());
        Assert.Equal("stop", done.GetProperty("reason").GetString());
        Assert.Equal(0, done.GetProperty("errors").GetInt32());
        Assert.True(done.GetProperty("us").GetInt64() > 0);

        var left = await board.PinsAsync();
        Assert.Equal(Pulses * answersPerPulse, done.GetProperty("callbacks").GetInt32());
        // The response pin starts low; every answer is high, low.
        Assert.Equal([10, .. Enumerable.Repeat(new[] { 11, 10 }, Pulses * answersPerPulse).SelectMany(pulse => pulse)], left.Written);
        AssertLeftAsFound(left);
        Assert.Equal(0, left.Dropped);
        // A heap that isn't large enough grows on this build; it has not.
        Assert.Equal(heapBefore, await board.HeapBytesAsync());
    }

    [Fact]
    public async Task Ctrl_C_twice_leaves_the_board_as_found_and_ready_for_another_run()
    {
        await using var board = await BridgedBoard.StartAsync("esp32", Small, Parts);
        var program = await ArmAsync(board, "rising", "bytecode", "sleep");
        await board.EdgeAsync(4, 1);
        await program.WriteAsync("\x03\x03"u8.ToArray(), Stop);
        var done = await BridgedBoard.NextAsync(program);
        Assert.Equal(("interrupt", 1), (done.GetProperty("reason").GetString(), done.GetProperty("callbacks").GetInt32()));
        Assert.StartsWith("KeyboardInterrupt", (await program.FinishAsync(Stop)).ErrorLine, StringComparison.Ordinal);
        AssertLeftAsFound(await board.PinsAsync());

        program = await ArmAsync(board, "rising", "bytecode", "sleep");
        await program.WriteAsync("stop\n"u8.ToArray(), Stop);
        Assert.Equal("stop", (await BridgedBoard.NextAsync(program)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task The_dead_man_ends_the_run_when_the_host_is_silent()
    {
        await using var board = await BridgedBoard.StartAsync("esp32", Roomy, Parts);
        // Ten seconds are added to what is asked for.
        var program = await ArmAsync(board, "rising", "bytecode", "sleep", seconds: "-9.8");
        Assert.Equal("dead man", (await BridgedBoard.NextAsync(program)).GetProperty("reason").GetString());
        Assert.Equal("", (await program.FinishAsync(Stop)).Error);
        AssertLeftAsFound(await board.PinsAsync());
    }

    [Fact]
    public async Task Any_line_quiets_the_dead_man_and_only_stop_stops()
    {
        (string Words, string Expected)[] cases =
        [
            ("", "dead man"), ("k\n", "None"), ("\r", "None"), ("unfinished", "dead man"), ("stop\r", "stop"), ("sto\np\nstop", "None"), ("xstop\nstop x\n stop\n", "None"),
        ];
        await using var board = await BridgedBoard.StartAsync("esp32", Roomy, "target/core");
        foreach (var (words, expected) in cases)
        {
            // The words are there before the script looks, and the host was silent for an hour before them.
            var program = await board.Repl.StartAsync(
                "h = LLHost(5)\nprint('listening')\nwhile not sys.stdin.buffer.readinto(h.byte): pass\nh.last_ms = time.ticks_add(time.ticks_ms(), -3600000)\nprint(h.word())", Stop);
            Assert.Equal("listening", await program.ReadLineAsync(TimeSpan.FromSeconds(10), Stop));
            await program.WriteAsync(Encoding.ASCII.GetBytes("!" + words), Stop);
            Assert.Equal(expected, await program.ReadLineAsync(TimeSpan.FromSeconds(10), Stop));
            await program.FinishAsync(Stop);
        }
    }

    [Fact]
    public async Task A_plan_that_cannot_be_armed_changes_nothing()
    {
        await using var board = await BridgedBoard.StartAsync("esp32", Small, Parts);
        await AssertNotArmedAsync(board, "\"handler\":\"hard\"", "TypeError: extra keyword arguments given");
        await AssertNotArmedAsync(board, "\"handler\":\"magic\"", "ValueError: unknown handler magic");
        await AssertNotArmedAsync(board, "\"handler\":\"native\"", "NameError: name 'll_native' isn't defined");
        await AssertNotArmedAsync(board, "\"load\":\"gc\"", "NameError: name 'LLLoads' isn't defined");
        await AssertNotArmedAsync(board, "\"idle\":\"dream\"", "ValueError: unknown idle dream");
        await AssertNotArmedAsync(board, "\"irq\":\"sideways\"", "KeyError: sideways");
        await AssertNotArmedAsync(board, "\"response_pin\":35", "ValueError: pin can only be input");
    }

    [Fact]
    public async Task A_port_without_hard_handlers_says_so()
    {
        await using var board = await BridgedBoard.StartAsync("esp8266", Small, Parts);
        await AssertNotArmedAsync(board, "\"handler\":\"hard\"", "ValueError: hard IRQ not supported");
    }

    [Fact]
    public async Task Nothing_is_allocated_while_it_listens_and_answers()
    {
        await using var board = await BridgedBoard.StartAsync("rp2", Roomy, Parts);
        var answer = await board.Repl.ExecuteAsync(
            """
            pin = machine.Pin(5, machine.Pin.OUT, value=0)
            count = [0]
            handler = ll_bytecode(pin.value, count)
            word = LLHost(5).word
            def grown(turns):
                gc.collect()
                gc.disable()
                before = gc.mem_alloc()
                while turns:
                    turns -= 1
                    word()
                    handler(pin)
                after = gc.mem_alloc()
                gc.enable()
                return after - before
            grown(1)
            print(grown(500) - grown(0), count[0])
            """, Stop);
        Assert.Equal("0 501", answer.Output.Trim());
    }

    private static string Arguments(string irq, string handler, string idle, string seconds) =>
        $$"""{"nonce":77,"pin":4,"response_pin":5,"irq":"{{irq}}","handler":"{{handler}}","idle":"{{idle}}","load":"none","seconds":{{seconds}},"set":null}""";

    private static async Task<RunningProgram> ArmAsync(BridgedBoard board, string irq, string handler, string idle, string seconds = "600")
    {
        var program = await board.StartCallAsync("irq", Arguments(irq, handler, idle, seconds));
        var ready = await BridgedBoard.NextAsync(program);
        Assert.Equal(("READY", 77, 1), (ready.GetProperty("t").GetString(), ready.GetProperty("nonce").GetInt32(), ready.GetProperty("proto").GetInt32()));
        var armed = await BridgedBoard.NextAsync(program);
        Assert.Equal(("ARMED", 77), (armed.GetProperty("t").GetString(), armed.GetProperty("nonce").GetInt32()));
        return program;
    }

    private static async Task AssertErrorAsync(BridgedBoard board, string name, string json, string what)
    {
        var error = await board.CallAsync(name, json);
        Assert.Equal(("ERROR", what), (error.GetProperty("t").GetString(), error.GetProperty("what").GetString()));
    }

    private static async Task AssertNotArmedAsync(BridgedBoard board, string wrong, string what)
    {
        // The last of two equal keys counts.
        var program = await board.StartCallAsync("irq", Arguments("rising", "bytecode", "sleep", "5").Replace("}", "," + wrong + "}", StringComparison.Ordinal));
        var line = await BridgedBoard.NextAsync(program);
        if (line.GetProperty("t").GetString() == "READY")
        {
            line = await BridgedBoard.NextAsync(program);
        }

        Assert.Equal(("ERROR", what), (line.GetProperty("t").GetString(), line.GetProperty("what").GetString()));
        Assert.Equal(new ReplAnswer("", ""), await program.FinishAsync(Stop));
        var pins = await board.PinsAsync();
        Assert.True(pins.Gc);
        Assert.All(pins.Pins.Values, pin => Assert.False(pin.Irq));
        Assert.All(pins.Pins.Values, pin => Assert.NotEqual("out", pin.Mode));
    }

    private static void AssertLeftAsFound(PinStates pins)
    {
        Assert.True(pins.Gc);
        Assert.All(pins.Pins.Values, pin => Assert.False(pin.Irq));
        Assert.All(pins.Pins.Values, pin => Assert.Equal(("in", null), (pin.Mode, pin.Pull)));
    }
}
