using System.Globalization;
using LatencyLab.Simulation;

namespace LatencyLab.Tests.Simulation;

public sealed class SimulatedWiringTests
{
    [Fact]
    public async Task Wires_carry_pulls_and_levels_to_the_pins_that_a_plan_names()
    {
        var rig = SimulatedRig.Create("sim:esp32");
        rig.Connect(25, 26);
        await using var boards = await Boards.OpenAsync(rig);
        foreach (var (sampler, target) in new[] { (2, 25), (3, 26) })
        {
            foreach (var (pull, level) in new[] { ("up", 1), ("down", 0) })
            {
                await Boards.PinAsync(boards.Sampler, sampler, "in", pull);
                Assert.Equal(level, await Boards.PinAsync(boards.Target, target, "in"));
            }

            await Boards.PinAsync(boards.Sampler, sampler, "in");
        }

        Assert.Equal(1, await Boards.PinAsync(boards.Sampler, 2, "out", value: 1));
        Assert.Equal(1, await Boards.PinAsync(boards.Target, 25, "in"));
        Assert.Equal(0, rig.OutputConflicts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("swap")]
    [InlineData("short")]
    [InlineData("open")]
    public async Task The_safe_order_never_puts_two_outputs_against_each_other(string fault)
    {
        var rig = SimulatedRig.Create($"sim:esp32?fault={fault}");
        rig.Connect(4, 5);
        await using var boards = await Boards.OpenAsync(rig);
        await SimulatedSession.CallAsync(boards.Sampler, "release", """{"pins":[2,3]}""");
        await SimulatedSession.CallAsync(boards.Target, "release", """{"pins":[4,5]}""");

        // Probe first: pull the stimulus line both ways and look at both pins of the target; drive it only if the right one follows.
        var follows = new Dictionary<int, bool> { [4] = true, [5] = true };
        for (var round = 0; round < 8; round++)
        {
            foreach (var (pull, level) in new[] { ("up", 1), ("down", 0) })
            {
                await Boards.PinAsync(boards.Sampler, 2, "in", pull);
                foreach (var gpio in follows.Keys.ToArray())
                {
                    follows[gpio] &= await Boards.PinAsync(boards.Target, gpio, "in") == level;
                }
            }
        }

        Assert.Equal(fault != "swap", follows[4]);
        Assert.Equal(fault is "swap" or "short", follows[5]);
        if (follows[4] && !follows[5])
        {
            await Boards.PinAsync(boards.Sampler, 2, "out", value: 1);
            await Boards.PinAsync(boards.Target, 5, "out", value: 0);
        }

        Assert.Equal(0, rig.OutputConflicts);
    }

    [Fact]
    public async Task Two_outputs_on_one_wire_are_counted_as_damage()
    {
        var rig = SimulatedRig.Create("sim:esp32");
        rig.Connect(4, 5);
        await using var boards = await Boards.OpenAsync(rig);
        await Boards.PinAsync(boards.Sampler, 2, "out", value: 1);
        await Boards.PinAsync(boards.Target, 4, "out", value: 0);
        Assert.Equal(1, rig.OutputConflicts);
    }

    [Fact]
    public async Task A_pin_on_no_wire_reads_anything()
    {
        await using var boards = await Boards.OpenAsync(SimulatedRig.Create("sim:esp32?pin=4&response=5"));
        var levels = new HashSet<int>();
        for (var i = 0; i < 64; i++)
        {
            levels.Add(await Boards.PinAsync(boards.Target, 18, "in"));
        }

        Assert.Equal(2, levels.Count);
    }

    [Theory]
    [InlineData("esp32", """{"pin":24,"mode":"in"}""", "ValueError: invalid pin")]
    [InlineData("esp32", """{"pin":34,"mode":"out","value":1}""", "ValueError: pin can only be input")]
    [InlineData("esp32", """{"mode":"in"}""", "KeyError: pin")]
    [InlineData("esp8266", """{"pin":4,"mode":"in","pull":"down"}""", "AttributeError")]
    [InlineData("esp8266", """{"pin":16,"mode":"in","pull":"up"}""", "ValueError: Pin(16) doesn't support pull")]
    [InlineData("esp8266", """{"pin":6,"mode":"in"}""", "ValueError: invalid pin")]
    [InlineData("pico", """{"pin":30,"mode":"in"}""", "ValueError: invalid pin")]
    public async Task What_the_port_refuses_comes_as_an_error_line(string chip, string arguments, string error)
    {
        await using var boards = await Boards.OpenAsync(SimulatedRig.Create($"sim:{chip}"));
        var said = await SimulatedSession.CallAsync(boards.Target, "pin", arguments.Replace("'", "\\'", StringComparison.Ordinal));
        Assert.StartsWith("""@LL1 {"t": "ERROR", "what": """, said, StringComparison.Ordinal);
        Assert.Contains(error.Replace("'", "\\u0027", StringComparison.Ordinal), said, StringComparison.Ordinal);
    }

    private sealed class Boards(BoardTerminal target, BoardTerminal sampler) : IAsyncDisposable
    {
        public BoardTerminal Target { get; } = target;

        public BoardTerminal Sampler { get; } = sampler;

        public static async Task<Boards> OpenAsync(SimulatedRig rig)
        {
            var boards = new Boards(new BoardTerminal(rig.Target), new BoardTerminal(rig.Sampler));
            await SimulatedSession.LoadAsync(boards.Target, "target/core");
            await SimulatedSession.LoadAsync(boards.Sampler, "sampler/core");
            return boards;
        }

        public static async Task<int> PinAsync(BoardTerminal board, int gpio, string mode, string? pull = null, int value = 0)
        {
            var said = await SimulatedSession.CallAsync(board, "pin", string.Create(
                CultureInfo.InvariantCulture, $$"""{"pin":{{gpio}},"mode":"{{mode}}","pull":{{(pull is null ? "null" : $"\"{pull}\"")}},"value":{{value}}}"""));
            Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $$"""@LL1 {"t": "PIN", "pin": {{gpio}}, "value": """), said, StringComparison.Ordinal);
            return said.Split("\"value\": ")[1][0] - '0';
        }

        public async ValueTask DisposeAsync()
        {
            await Target.DisposeAsync();
            await Sampler.DisposeAsync();
        }
    }
}
