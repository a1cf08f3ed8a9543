using System.Text.Json;
using LatencyLab.MicroPython;
using LatencyLab.Samplers;
using LatencyLab.Targets;

namespace LatencyLab.Tests.Firmware;

/// <summary>The script with which a board times itself, on a real interpreter with a wire between two of its pins.</summary>
public sealed class SelfTimedScriptTests
{
    // What an ESP8266 has.
    private const int Small = 32 * 1024;

    private static readonly string[] Parts = ["target/core", "target/self"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("esp32", "rising", "bytecode", "sleep", 30)]
    [InlineData("esp8266", "falling", "bytecode", "spin", 13)]
    [InlineData("esp32", "both", "bytecode", "sleep", 25)]
    [InlineData("rp2", "rising", "hard", "sleep", 12)]
    public async Task Each_stimulus_is_fired_answered_and_stamped_once_in_the_heap_of_an_ESP8266(string port, string irq, string handler, string idle, int count)
    {
        await using var board = await StartAsync(port, wired: true);
        var heapBefore = await board.HeapBytesAsync();
        var (ready, stimuli, done) = await MeasureAsync(board, irq, handler, idle, count);
        Assert.Equal(count, stimuli.Count);
        Assert.All(stimuli, s => Assert.Equal(1, s.Calls));
        Assert.All(stimuli, s => Assert.True(Assert.Single(s.CallTicks) >= s.Tick && (s.EndTick is null) == (irq == "both")));
        Assert.Equal((count, 0, "done"), (done.GetProperty("callbacks").GetInt32(), done.GetProperty("errors").GetInt32(), done.GetProperty("reason").GetString()));
        Assert.Equal(1_000_000, ready.GetProperty("tick_hz").GetInt32());
        Assert.True(ready.GetProperty("writes").GetInt64() >= 0);
        // The random times are the generator's: from the answer on, nothing but pulse and gap passes.
        var random = new CycleRange(2000, 3000);
        var state = 7u;
        for (var i = 0; i + 1 < stimuli.Count; i++)
        {
            state = StimulusTable.Next(state);
            Assert.True(stimuli[i + 1].Tick - (stimuli[i].EndTick ?? stimuli[i].CallTicks[0]) >= random.Scale(state), $"The gap after stimulus {i} is too short.");
        }

        var after = await board.PinsAsync();
        Assert.True(after.Gc);
        Assert.All([after.Pins["4"], after.Pins["5"]], pin => Assert.Equal(("in", false), (pin.Mode, pin.Irq)));
        Assert.Equal(heapBefore, await board.HeapBytesAsync());
    }

    [Fact]
    public async Task Without_the_wire_every_stimulus_is_missed_and_said_to_be()
    {
        await using var board = await StartAsync("esp32", wired: false);
        var (_, stimuli, done) = await MeasureAsync(board, "rising", "bytecode", "sleep", 14);
        Assert.All(stimuli, s => Assert.Equal(0, s.Calls));
        Assert.Equal((14, 0), (stimuli.Count, done.GetProperty("callbacks").GetInt32()));
    }

    [Fact]
    public async Task A_word_ends_it_with_what_was_stamped_and_Ctrl_C_leaves_the_board_as_found()
    {
        await using var board = await StartAsync("esp32", wired: true);
        var program = await board.StartCallAsync("self", Arguments("rising", "bytecode", "sleep", 100_000));
        Assert.Equal(["READY", "ARMED", "STAMPS"], await KindsAsync(program, 3));
        await program.WriteAsync("stop\n"u8.ToArray(), Stop);
        var kinds = new List<string>();
        JsonElement line;
        do
        {
            line = await BridgedBoard.NextAsync(program);
            kinds.Add(line.GetProperty("t").GetString()!);
        }
        while (kinds[^1] != "DONE");
        Assert.Equal("stop", line.GetProperty("reason").GetString());
        await program.FinishAsync(Stop);

        program = await board.StartCallAsync("self", Arguments("rising", "bytecode", "sleep", 100_000));
        Assert.Equal(["READY", "ARMED", "STAMPS"], await KindsAsync(program, 3));
        await program.WriteAsync(new byte[] { 3, 3 }, Stop);
        do
        {
            line = await BridgedBoard.NextAsync(program);
        }
        while (line.GetProperty("t").GetString() != "DONE");
        Assert.Equal("interrupt", line.GetProperty("reason").GetString());
        Assert.Contains("KeyboardInterrupt", (await program.FinishAsync(Stop)).Error, StringComparison.Ordinal);
        var after = await board.PinsAsync();
        Assert.True(after.Gc);
        Assert.All([after.Pins["4"], after.Pins["5"]], pin => Assert.Equal(("in", false), (pin.Mode, pin.Irq)));
    }

    [Theory]
    [InlineData("esp32", "\"handler\":\"hard\"", "TypeError: extra keyword arguments given")]
    [InlineData("esp32", "\"handler\":\"viper\"", "ValueError: unknown handler viper")]
    [InlineData("esp32", "\"stimulus_pin\":34", "ValueError: pin can only be input")]
    [InlineData("esp32", "\"pin\":77", "ValueError: invalid pin")]
    public async Task What_the_port_can_not_do_is_an_error_line(string port, string argument, string expected)
    {
        await using var board = await StartAsync(port, wired: true);
        var name = argument[..argument.IndexOf(':', StringComparison.Ordinal)];
        var json = string.Join(',', Arguments("rising", "bytecode", "sleep", 5)[1..^1].Split(",\"").Select((a, i) => i == 0 ? a : "\"" + a).Select(a => a.StartsWith(name + ":", StringComparison.Ordinal) ? argument : a));
        var program = await board.StartCallAsync("self", "{" + json + "}");
        var line = await BridgedBoard.NextAsync(program);
        line = line.GetProperty("t").GetString() == "READY" ? await BridgedBoard.NextAsync(program) : line;
        Assert.Equal(("ERROR", expected), (line.GetProperty("t").GetString(), line.GetProperty("what").GetString()));
    }

    private static async Task<BridgedBoard> StartAsync(string port, bool wired)
    {
        var board = await BridgedBoard.StartAsync(port, Small, Parts);
        if (wired)
        {
            Assert.Equal("", (await board.Repl.ExecuteAsync("machine.Pin._wires[5] = 4", Stop)).Error);
        }

        return board;
    }

    private static string Arguments(string irq, string handler, string idle, int count) =>
        $$"""{"nonce":9,"pin":4,"stimulus_pin":5,"irq":"{{irq}}","handler":"{{handler}}","idle":"{{idle}}","count":{{count}},"seed":7,"gap":[2000,3000],"pulse":50,"window":2000,"seconds":60}""";

    private static async Task<(JsonElement Ready, List<SelfTimedStimulus> Stimuli, JsonElement Done)> MeasureAsync(BridgedBoard board, string irq, string handler, string idle, int count)
    {
        var program = await board.StartCallAsync("self", Arguments(irq, handler, idle, count));
        var ready = await BridgedBoard.NextAsync(program);
        Assert.Equal("READY", ready.GetProperty("t").GetString());
        Assert.Equal("ARMED", (await BridgedBoard.NextAsync(program)).GetProperty("t").GetString());
        var stamps = new SelfStamps(ready.GetProperty("tick_hz").GetInt64(), irq == "both", "bridge");
        var stimuli = new List<SelfTimedStimulus>();
        while (true)
        {
            var line = await BridgedBoard.NextAsync(program);
            if (line.GetProperty("t").GetString() == "DONE")
            {
                await program.FinishAsync(Stop);
                return (ready, stimuli, line);
            }

            var (batch, lost) = stamps.Read(line);
            Assert.Equal(0, lost);
            stimuli.AddRange(batch);
        }
    }

    private static async Task<IReadOnlyList<string>> KindsAsync(RunningProgram program, int count)
    {
        var kinds = new List<string>();
        while (kinds.Count < count)
        {
            kinds.Add((await BridgedBoard.NextAsync(program)).GetProperty("t").GetString()!);
        }

        return kinds;
    }
}
