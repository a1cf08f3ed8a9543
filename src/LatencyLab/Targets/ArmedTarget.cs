using LatencyLab.MicroPython;

namespace LatencyLab.Targets;

/// <summary>What the target says at the end of a test.</summary>
/// <param name="Callbacks">Interrupts that its handler served, warm-up included.</param>
/// <param name="Errors">Errors in its handler.</param>
/// <param name="Reason">"stop", "dead man" or "interrupt".</param>
public sealed record TargetDone(long Callbacks, long Errors, string Reason);

/// <summary>A target whose interrupt is installed and that is silent until it is told to stop (docs/protocol.md section 2.3).</summary>
public sealed class ArmedTarget
{
    // The script answers within one turn of its main loop (10 ms); a load may hold it up for a second.
    private static readonly TimeSpan AnswerWait = TimeSpan.FromSeconds(10);
    private static readonly byte[] StopLine = "stop\n"u8.ToArray();
    private static readonly byte[] KeepAliveLine = "go\n"u8.ToArray();

    private readonly RunningProgram _program;
    private readonly TargetLines _lines;

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
        var program = await board.Repl.StartAsync(ScriptedBoard.CallSource(test.Call, test.ToJson()), cancellationToken);
        var armed = new ArmedTarget(program, new TargetLines(board, program, test.Nonce, test.Call));
        await armed._lines.ReadAsync(AnswerWait, cancellationToken, "READY");
        await armed._lines.ReadAsync(AnswerWait, cancellationToken, "ARMED");
        return armed;
    }

    /// <summary>A word from the host: it keeps the dead man quiet, and begins the burst of the toggle test.</summary>
    public ValueTask KeepAliveAsync(CancellationToken cancellationToken) => _program.WriteAsync(KeepAliveLine, cancellationToken);

    /// <summary>Ends the test; the board gives its pins and interrupt back.</summary>
    /// <exception cref="DeviceException">The board has rebooted, is silent or gone.</exception>
    public async Task<TargetDone> StopAsync(CancellationToken cancellationToken)
    {
        await _program.WriteAsync(StopLine, cancellationToken);
        var done = TargetLines.DoneOf(await _lines.ReadAsync(AnswerWait, cancellationToken, "DONE"));
        await _program.FinishAsync(cancellationToken);
        return done;
    }
}
