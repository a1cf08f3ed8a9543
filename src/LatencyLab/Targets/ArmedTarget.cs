using System.Text.Json;
using LatencyLab.MicroPython;
using LatencyLab.Units;

namespace LatencyLab.Targets;

/// <summary>What the target says at the end of a test.</summary>
/// <param name="Callbacks">Interrupts that its handler served, warm-up included; periods of a burst.</param>
/// <param name="Errors">Exceptions of the script itself, and calls of <c>micropython.schedule</c> that found its queue full; what the user's handler raised stands in <see cref="Raised"/>.</param>
/// <param name="Reason">"stop", "dead man", "interrupt" or "error"; "done" where a board that times itself came to its end.</param>
public sealed record TargetDone(long Callbacks, long Errors, string Reason)
{
    /// <summary>How much each load has done: collections, bytes sent in tens, files written.</summary>
    public IReadOnlyDictionary<string, long> LoadWork { get; init; } = new Dictionary<string, long>();

    /// <summary>What ended a load before the test did: "flash: OSError: 28".</summary>
    public string? LoadFault { get; init; }

    /// <summary>What the board could not put back as it was.</summary>
    public string? Left { get; init; }

    /// <summary>How often the user's handler raised.</summary>
    public long Raised { get; init; }

    /// <summary>What it raised first, with file and line.</summary>
    public string? HandlerFault { get; init; }

    internal static TargetDone Of(JsonElement line)
    {
        var work = new SortedDictionary<string, long>(StringComparer.Ordinal);
        if (line.TryGetProperty("load", out var load) && load.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in TargetLoads.Names)
            {
                if (BoardLine.Number(load, name) is { } count)
                {
                    work.Add(name, count);
                }
            }
        }

        return new TargetDone(BoardLine.Number(line, "callbacks") ?? 0, BoardLine.Number(line, "errors") ?? 0, BoardLine.Text(line, "reason") ?? "")
        {
            LoadWork = work,
            LoadFault = BoardLine.Text(line, "load_fault"),
            Left = BoardLine.Text(line, "left"),
            Raised = BoardLine.Number(line, "raised") ?? 0,
            HandlerFault = BoardLine.Text(line, "fault"),
        };
    }
}

/// <summary>A target whose interrupt is installed and that is silent until it is told to stop (docs/protocol.md section 2.3).</summary>
public sealed class ArmedTarget
{
    // The script answers within one turn of its main loop (10 ms); a load may hold it up for a second.
    private static readonly TimeSpan AnswerWait = TimeSpan.FromSeconds(10);
    private static readonly byte[] StopLine = "stop\n"u8.ToArray();
    private static readonly byte[] KeepAliveLine = "go\n"u8.ToArray();

    private readonly RunningProgram _program;
    private readonly TargetLines _lines;

    /// <summary>The target's clock while it is armed, as it says; null where it doesn't.</summary>
    public long? CpuHz { get; private set; }

    private ArmedTarget(RunningProgram program, TargetLines lines)
    {
        _program = program;
        _lines = lines;
    }

    /// <summary>Loads what the test needs, starts it, and returns when the interrupt is installed.</summary>
    /// <exception cref="BoardRefusedException">The port can't do it: pin, handler.</exception>
    /// <exception cref="DeviceException">The board doesn't answer as the protocol says.</exception>
    public static async Task<ArmedTarget> ArmAsync(ScriptedBoard board, ITargetTest test, CancellationToken cancellationToken)
    {
        await board.LoadAsync(test.Parts, cancellationToken);
        if ((test as IrqTest)?.Script is { } script)
        {
            await board.LoadTextAsync(script.Name, script.ToSource(), script.Sha256, cancellationToken);
        }

        var program = await board.Repl.StartAsync(ScriptedBoard.CallSource(test.Call, test.ToJson()), cancellationToken);
        var armed = new ArmedTarget(program, new TargetLines(board, program, test.Nonce, test.Call));
        try
        {
            armed.CpuHz = BoardLine.Number(await armed._lines.ReadAsync(AnswerWait, cancellationToken, "READY"), "hz");
            await armed._lines.ReadAsync(AnswerWait, cancellationToken, "ARMED");
        }
        catch (BoardRefusedException e)
        {
            throw Refusal(e, test);
        }
        catch (DeviceException e) when (test.Conditions.CpuHz is < TargetClock.LowestSafeUartHz && board.Identity.Platform == "esp32")
        {
            throw new DeviceException(
                $"The board can't be understood any more since its clock was set to {UnitText.Frequency(test.Conditions.CpuHz.Value)}: with some firmware the baud rate falls with it. {e.Message}", e.Where,
                "Use --cpu-freq 80MHz or more, or other firmware; the board puts its clock back by itself ten seconds after the planned end of the run.", e);
        }

        return armed;
    }

    // The script says before the reason what it was about.
    private static LatencyLabException Refusal(BoardRefusedException e, ITargetTest test)
    {
        const string ofHandler = "HandlerError: ";
        const string ofClock = "ValueError: cpu_hz: ";
        const string ofLoad = "ValueError: load ";
        if (e.Reason.StartsWith(ofHandler, StringComparison.Ordinal))
        {
            return new LatencyLabException(
                FaultKind.Usage, $"Your handler can't be used: {e.Reason[ofHandler.Length..]}", (test as IrqTest)?.Script?.Name, "Correct the file; docs/own-handler.md describes what it must define.", e);
        }

        if (e.Reason.StartsWith(ofClock, StringComparison.Ordinal))
        {
            return new LatencyLabException(
                FaultKind.Usage, $"The board refuses a clock of {UnitText.Frequency(test.Conditions.CpuHz ?? 0)}: {e.Reason[ofClock.Length..]}", "--cpu-freq", "Choose a frequency that the port has, or leave the option out.", e);
        }

        return e.Reason.StartsWith(ofLoad, StringComparison.Ordinal)
            ? new LatencyLabException(FaultKind.Usage, $"The board can't make the load {e.Reason[ofLoad.Length..]}", "--load", "Leave this load out, or use a board or firmware that has it; docs/loads.md says what each needs.", e)
            : e;
    }

    /// <summary>A word from the host: it keeps the dead man quiet, and begins the burst of the toggle test.</summary>
    public ValueTask KeepAliveAsync(CancellationToken cancellationToken) => _program.WriteAsync(KeepAliveLine, cancellationToken);

    /// <summary>Ends the test; the board gives its pins and interrupt back.</summary>
    /// <exception cref="DeviceException">The board has rebooted, is silent or gone.</exception>
    public async Task<TargetDone> StopAsync(CancellationToken cancellationToken)
    {
        await _program.WriteAsync(StopLine, cancellationToken);
        var done = TargetDone.Of(await _lines.ReadAsync(AnswerWait, cancellationToken, "DONE"));
        await _program.FinishAsync(cancellationToken);
        return done;
    }
}
