using System.Text;
using System.Text.RegularExpressions;
using LatencyLab.Simulation;

namespace LatencyLab.Tests.Simulation;

/// <summary>
/// The simulated board against exchanges recorded between MicroPython's own client and MicroPython 1.28.0 on a Pico. What the host sent is sent
/// again; what the board answered must come byte by byte.
/// </summary>
public sealed partial class RawReplTranscriptTests
{
    private const string Banner = "MicroPython v1.28.0 on 2026-11-23; Raspberry Pi Pico with RP2040\r\nType \"help()\" for more information.\r\n>>> ";

    public static TheoryData<int> Sections => [1, 2, 3, 4, 5];

    [Theory]
    [MemberData(nameof(Sections))]
    public async Task Every_recorded_exchange_comes_byte_by_byte(int section)
    {
        await using var terminal = new BoardTerminal(SimulatedRig.Create("sim").Sampler);
        if (section > 1)
        {
            // The recording goes on with a board that has been in use.
            Assert.Equal(Banner, await terminal.ReadAsync());
        }

        var (said, expected) = (new StringBuilder(), new StringBuilder());
        foreach (var (fromHost, bytes) in Recorded(section))
        {
            if (fromHost)
            {
                // Nothing that the real board had said before this may be missing.
                Assert.StartsWith(expected.ToString(), said.ToString(), StringComparison.Ordinal);
                said.Append(await terminal.TypeAsync(bytes));
            }
            else
            {
                expected.Append(bytes);
            }
        }

        Assert.Equal(expected.ToString(), said.ToString());
    }

    [Fact]
    public async Task A_printing_program_is_interrupted_as_recorded()
    {
        var board = SimulatedRig.Create("sim").Sampler;
        await using var terminal = new BoardTerminal(board);
        await SimulatedSession.LoadAsync(terminal, "sampler/core", "sampler/pio", "sampler/capture");
        var started = await terminal.TypeAsync("\u0005A\u0001");
        Assert.Equal("R\u0001\u0080\0\u0001", started);

        // The program of the recording prints without end; ours here is a capture. The recorded bytes around it are the same.
        var capture = SimulatedSession.Call("capture", """{"nonce":7,"channels":[2,3],"stim":null,"pulses":0,"seed":1,"gap":[0,0],"high":[0,0],"seconds":1000}""");
        await terminal.TypeWithoutReadingAsync(capture + "\u0004");
        var first = Encoding.Latin1.GetString(await terminal.ReadBytesAsync(100));
        Assert.Matches("^\u0001*\u0004LLF1", first);

        await terminal.TypeWithoutReadingAsync("\r\u0002\r\u0003\r\u0001");
        var rest = await terminal.ReadAsync();
        Assert.EndsWith(
            "\u0004Traceback (most recent call last):\r\n  File \"<stdin>\", line 2, in <module>\r\nKeyboardInterrupt: \r\n\u0004>raw REPL; CTRL-B to exit\r\n>",
            rest, StringComparison.Ordinal);
        Assert.Equal("R\u0001\u0080\0\u0001", await terminal.TypeAsync("\u0005A\u0001"));
        Assert.Equal("\u0004after\r\n\u0004\u0004>", await terminal.TypeAsync("print('after')\u0004"));
    }

    [Fact]
    public async Task An_armed_target_says_done_before_it_is_interrupted()
    {
        await using var terminal = new BoardTerminal(SimulatedRig.Create("sim:esp32").Target);
        await SimulatedSession.LoadAsync(terminal, "target/core", "target/frame", "target/irq");
        await SimulatedSession.ArmAsync(terminal, "rising");
        var rest = await terminal.TypeAsync("\r\u0002\r\u0003\r\u0001");
        Assert.Matches(
            "^@LL1 \\{\"t\": \"DONE\", .*\"reason\": \"interrupt\".*\r\n\u0004Traceback [^\u0004]*KeyboardInterrupt: \r\n\u0004>raw REPL; CTRL-B to exit\r\n>$", rest);
    }

    private static List<(bool FromHost, string Bytes)> Recorded(int section)
    {
        using var stream = typeof(RawReplTranscriptTests).Assembly.GetManifestResourceStream("raw-repl-transcript.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var exchanges = new List<(bool, string)>();
        var inside = false;
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 1 && char.IsDigit(line[0]) && line[1] == '.')
            {
                inside = line.StartsWith($"{section}.", StringComparison.Ordinal);
            }
            else if (inside && Exchange().Match(line) is { Success: true } match)
            {
                exchanges.Add((match.Groups[1].Value == "host  ->", Unescape(match.Groups[2].Value)));
            }
        }

        Assert.NotEmpty(exchanges);
        return exchanges;
    }

    private static string Unescape(string literal) => Escape().Replace(literal, match => match.Value[1] switch
    {
        'x' => ((char)Convert.ToInt32(match.Value[2..], 16)).ToString(),
        'r' => "\r",
        'n' => "\n",
        't' => "\t",
        var c => c.ToString(),
    });

    [GeneratedRegex("""^  (host  ->|board <-) b['"](.*)['"]$""")]
    private static partial Regex Exchange();

    [GeneratedRegex("""\\(x[0-9a-f]{2}|.)""")]
    private static partial Regex Escape();
}
