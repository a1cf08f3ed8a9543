using System.Text.Json;
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

    private readonly ScriptedBoard _board;
    private readonly RunningProgram _program;
    private readonly string _call;
    private readonly uint _nonce;

    private ArmedTarget(ScriptedBoard board, RunningProgram program, string call, uint nonce)
    {
        _call = call;
        _board = board;
        _program = program;
        _nonce = nonce;
    }

    /// <summary>Loads what the test needs, starts it, and returns when the interrupt is installed.</summary>
    /// <exception cref="BoardRefusedException">The port can't do it: pin, handler.</exception>
    /// <exception cref="DeviceException">The board doesn't answer as the protocol says.</exception>
    public static async Task<ArmedTarget> ArmAsync(ScriptedBoard board, ITargetTest test, CancellationToken cancellationToken)
    {
        await board.LoadAsync(test.Parts, cancellationToken);
        var program = await board.Repl.StartAsync(ScriptedBoard.CallSource(test.Call, test.ToJson()), cancellationToken);
        var armed = new ArmedTarget(board, program, test.Call, test.Nonce);
        await armed.ReadAsync("READY", cancellationToken);
        await armed.ReadAsync("ARMED", cancellationToken);
        return armed;
    }

    /// <summary>A word from the host: it keeps the dead man quiet, and begins the burst of the toggle test.</summary>
    public ValueTask KeepAliveAsync(CancellationToken cancellationToken) => _program.WriteAsync(KeepAliveLine, cancellationToken);

    /// <summary>Ends the test; the board gives its pins and interrupt back.</summary>
    /// <exception cref="DeviceException">The board has rebooted, is silent or gone.</exception>
    public async Task<TargetDone> StopAsync(CancellationToken cancellationToken)
    {
        await _program.WriteAsync(StopLine, cancellationToken);
        var line = await ReadAsync("DONE", cancellationToken);
        var done = new TargetDone(
            BoardLine.Number(line, "callbacks") ?? 0, BoardLine.Number(line, "errors") ?? 0, BoardLine.Text(line, "reason") ?? "");
        await _program.FinishAsync(cancellationToken);
        return done;
    }

    private async Task<JsonElement> ReadAsync(string kind, CancellationToken cancellationToken)
    {
        var talk = "";
        while (await _program.ReadLineAsync(AnswerWait, cancellationToken) is { } text)
        {
            if (BoardLine.Parse(text) is not { } line)
            {
                // What isn't a line of ours is talk of the interpreter: kept for the message, and proof of a reboot.
                talk = talk.Length < 2000 ? $"{talk}{text}\n" : talk;
                ThrowIfRebooted(talk);
                continue;
            }

            if (BoardLine.Number(line, "nonce") is { } nonce && nonce != _nonce)
            {
                throw new DeviceException("Another measurement runs on this board.", _board.Repl.Name, "Close the other client, or press the board's reset button.");
            }

            _board.Check(line, _call, kind);
            return line;
        }

        var answer = await _program.FinishAsync(cancellationToken);
        ThrowIfRebooted(answer.Output + answer.Error);
        throw new DeviceException($"The target's script ended before {kind}: {answer.ErrorLine ?? talk.Trim()}", _board.Repl.Name);
    }

    private void ThrowIfRebooted(string talk)
    {
        if (RebootTrace.Find(talk) is { } trace)
        {
            throw new LatencyLabException(
                FaultKind.Measurement, $"The target rebooted during the measurement ({trace}).", _board.Repl.Name, "Check its power supply and the wiring, then run again.");
        }
    }
}
