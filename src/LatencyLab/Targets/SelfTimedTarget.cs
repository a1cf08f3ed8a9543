using System.Text.Json;
using LatencyLab.MicroPython;

namespace LatencyLab.Targets;

/// <summary>A board that fires at itself and stamps with its own clock; its lines come between batches of stimuli.</summary>
public sealed class SelfTimedTarget
{
    private static readonly TimeSpan AnswerWait = TimeSpan.FromSeconds(10);
    private static readonly string[] Clocks = ["ticks_cpu", "ticks_us"];
    private static readonly byte[] StopLine = "stop\n"u8.ToArray();

    private readonly TargetLines _lines;
    private readonly RunningProgram _program;
    private readonly TimeSpan _batchWait;

    private SelfTimedTarget(TargetLines lines, RunningProgram program, SelfTiming timing, TimeSpan batchWait)
    {
        _lines = lines;
        _program = program;
        _batchWait = batchWait;
        Timing = timing;
    }

    /// <summary>Its clock as the board found it.</summary>
    public SelfTiming Timing { get; }

    /// <summary>Totals; null until <see cref="ReadAsync"/> has returned null.</summary>
    public TargetDone? Done { get; private set; }

    /// <summary>Loads what the test needs, starts it, and returns when the interrupt is installed.</summary>
    /// <param name="board">The board, with an empty heap.</param>
    /// <param name="test">What to measure.</param>
    /// <param name="batchSeconds">Longest time between two lines, in seconds of the board.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="BoardRefusedException">The port can't do it: pin, handler.</exception>
    /// <exception cref="DeviceException">The board doesn't answer as the protocol says.</exception>
    public static async Task<SelfTimedTarget> StartAsync(ScriptedBoard board, SelfTimedTest test, double batchSeconds, CancellationToken cancellationToken)
    {
        await board.LoadAsync(SelfTimedTest.Parts, cancellationToken);
        var program = await board.Repl.StartAsync(ScriptedBoard.CallSource("self", test.ToJson()), cancellationToken);
        var lines = new TargetLines(board, program, test.Nonce, "self");
        var timing = TimingOf(await lines.ReadAsync(AnswerWait, cancellationToken, "READY"), board.Repl.Name);
        await lines.ReadAsync(AnswerWait, cancellationToken, "ARMED");
        return new SelfTimedTarget(lines, program, timing, TimeSpan.FromSeconds(batchSeconds) + AnswerWait);
    }

    /// <summary>The next line of stamps; null when the board has come to its end.</summary>
    /// <exception cref="DeviceException">The board is silent or gone, or says something else.</exception>
    public async Task<JsonElement?> ReadAsync(CancellationToken cancellationToken)
    {
        var line = await _lines.ReadAsync(_batchWait, cancellationToken, "STAMPS", "DONE");
        if (BoardLine.KindOf(line) == "STAMPS")
        {
            return line;
        }

        Done = TargetDone.Of(line);
        await _program.FinishAsync(cancellationToken);
        return null;
    }

    /// <summary>Asks the board to end; what it has stamped still comes.</summary>
    public ValueTask StopAsync() => _program.WriteAsync(StopLine, CancellationToken.None);

    /// <summary>Rate of the finest clock that the board has.</summary>
    /// <exception cref="DeviceException">The board doesn't tell.</exception>
    public static async Task<long> TickHzAsync(ScriptedBoard board, CancellationToken cancellationToken) =>
        TickHzOf(await board.CallAsync("self_clock", "{}", "CLOCK", cancellationToken)) ?? throw NoClock(board.Repl.Name);

    private static long? TickHzOf(JsonElement line) => BoardLine.Number(line, "tick_hz") is >= 1_000 and <= 10_000_000_000 and var hz ? hz : null;

    private static DeviceException NoClock(string name) =>
        new("The board doesn't tell the clock with which it would time itself.", name, "Press its reset button and run again.");

    private static SelfTiming TimingOf(JsonElement ready, string name)
    {
        if (TickHzOf(ready) is not { } hz || BoardLine.Text(ready, "ticks") is not { } ticks || !Clocks.Contains(ticks)
            || Count(ready, "reads") is not { } reads || Count(ready, "writes") is not { } writes || Count(ready, "turns") is not { } turns || turns == 0)
        {
            throw NoClock(name);
        }

        var tickNs = 1e9 / hz;
        return new SelfTiming(hz, ticks, reads * tickNs / turns, writes * tickNs / turns);
    }

    private static long? Count(JsonElement line, string name) => BoardLine.Number(line, name) is >= 0 and < 1 << 30 and var count ? count : null;
}
