using System.Text;
using System.Text.Json;
using LatencyLab.MicroPython;
using LatencyLab.Targets;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Firmware;

/// <summary>The user's own handler in its frame, on a real interpreter with the heap of an ESP8266.</summary>
public sealed class HandlerScriptTests
{
    private const int Small = 32 * 1024;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_example_of_the_page_answers_and_is_counted()
    {
        var page = await File.ReadAllTextAsync(Repository.Path("docs", "own-handler.md"), Stop);
        var example = page.Split("```python\n")[1].Split("```")[0];
        await using var board = await StartAsync(example);
        var program = await ArmAsync(board);
        for (var i = 0; i < 5; i++)
        {
            await board.EdgeAsync(4, 1);
            await board.EdgeAsync(4, 0);
        }

        var done = await EndAsync(program);
        Assert.Equal(5, done.GetProperty("callbacks").GetInt32());
        Assert.False(done.TryGetProperty("raised", out _));
        var pins = await board.PinsAsync();
        Assert.Equal([10, .. Enumerable.Repeat(new[] { 11, 10 }, 5).SelectMany(pulse => pulse)], pins.Written);
    }

    [Fact]
    public async Task What_the_handler_raises_is_counted_and_its_place_told()
    {
        await using var board = await StartAsync("def make(response):\n    def handler(pin):\n        response.value(1)\n        missing()\n    return handler\n");
        var program = await ArmAsync(board);
        for (var i = 0; i < 3; i++)
        {
            await board.EdgeAsync(4, 1);
            await board.EdgeAsync(4, 0);
        }

        var done = await EndAsync(program);
        Assert.Equal((3, 3), (done.GetProperty("callbacks").GetInt32(), done.GetProperty("raised").GetInt32()));
        Assert.Equal("my_handler.py, line 4: NameError: name 'missing' isn't defined", done.GetProperty("fault").GetString());
    }

    [Theory]
    [InlineData("def make(response)\n    pass\n", "HandlerError: my_handler.py, line 1: SyntaxError: invalid syntax")]
    [InlineData("\n\nimport antigravity\n", "HandlerError: my_handler.py, line 3: ImportError: no module named 'antigravity'")]
    [InlineData("def make(response):\n    return response.nothing\n", "HandlerError: my_handler.py, line 2: AttributeError: 'Pin' object has no attribute 'nothing'")]
    [InlineData("def make(response):\n    pass\n", "HandlerError: my_handler.py: TypeError: make(response) must return the handler")]
    [InlineData("def handler(pin): pass\n", "HandlerError: my_handler.py: ValueError: the file defines no make(response)")]
    public async Task A_file_that_cannot_be_used_is_refused_with_its_line(string text, string what)
    {
        await using var board = await StartAsync(text);
        var program = await board.StartCallAsync("irq", Arguments);
        var line = await BridgedBoard.NextAsync(program);
        Assert.Equal(("ERROR", what), (line.GetProperty("t").GetString(), line.GetProperty("what").GetString()));
        Assert.Equal(new ReplAnswer("", ""), await program.FinishAsync(Stop));
        Assert.All((await board.PinsAsync()).Pins.Values, pin => Assert.Equal("in", pin.Mode));
    }

    [Fact]
    public async Task Any_text_arrives_as_it_is()
    {
        const string text = "# ä€😀 ' \" \\ \\n \t\r\nWORDS = 'it\\'s'\n";
        await using var board = await StartAsync(text);
        var answer = await board.Repl.ExecuteAsync("print(ll_source[1].encode().hex())", Stop);
        Assert.Equal(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text.Replace("\r\n", "\n", StringComparison.Ordinal))), answer.Output.Trim());
    }

    [Fact]
    public void What_is_no_small_text_is_refused_before_a_board_is_touched()
    {
        Assert.Contains("UTF-8", Refusal([0xFF, 0xFE, 0x41]), StringComparison.Ordinal);
        Assert.Contains("UTF-8", Refusal("a\0b"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("empty", Refusal([]), StringComparison.Ordinal);
        Assert.Contains("8192", Refusal(new byte[9000]), StringComparison.Ordinal);
        Assert.Equal("a.py", HandlerScript.Of("/x/y/a\",\n.py", "x"u8).Name);

        static string Refusal(byte[] bytes)
        {
            var e = Assert.Throws<LatencyLabException>(() => HandlerScript.Of("h.py", bytes));
            Assert.Equal(FaultKind.Usage, e.Kind);
            return e.Message;
        }
    }

    private const string Arguments = """{"nonce":77,"pin":4,"response_pin":5,"irq":"rising","handler":"script","idle":"sleep","load":"none","seconds":5,"set":null}""";

    private static async Task<BridgedBoard> StartAsync(string text)
    {
        var board = await BridgedBoard.StartAsync("esp8266", Small, "target/core", "target/frame", "target/irq", "target/script");
        Assert.Equal(new ReplAnswer("", ""), await board.Repl.ExecuteAsync(HandlerScript.Of("/home/me/my_handler.py", Encoding.UTF8.GetBytes(text)).ToSource(), Stop));
        return board;
    }

    private static async Task<RunningProgram> ArmAsync(BridgedBoard board)
    {
        var program = await board.StartCallAsync("irq", Arguments);
        Assert.Equal("READY", (await BridgedBoard.NextAsync(program)).GetProperty("t").GetString());
        Assert.Equal("ARMED", (await BridgedBoard.NextAsync(program)).GetProperty("t").GetString());
        return program;
    }

    private static async Task<JsonElement> EndAsync(RunningProgram program)
    {
        await program.WriteAsync("stop\n"u8.ToArray(), Stop);
        var done = await BridgedBoard.NextAsync(program);
        Assert.Equal(new ReplAnswer("", ""), await program.FinishAsync(Stop));
        return done;
    }
}
