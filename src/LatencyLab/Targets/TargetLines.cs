using System.Text.Json;
using LatencyLab.MicroPython;

namespace LatencyLab.Targets;

/// <summary>The lines of a script that runs on the target. What isn't a line of ours is talk of the interpreter: kept for messages, and proof of a reboot.</summary>
/// <param name="board">The board.</param>
/// <param name="program">The call that prints the lines.</param>
/// <param name="nonce">Number of the measurement.</param>
/// <param name="call">Its name, for messages.</param>
internal sealed class TargetLines(ScriptedBoard board, RunningProgram program, uint nonce, string call)
{
    private const int KeptCharacters = 2000;

    /// <summary>The next line, which must be of one of these kinds.</summary>
    /// <exception cref="BoardRefusedException">The script refused what it was asked.</exception>
    /// <exception cref="DeviceException">The board is silent or gone, or says something else.</exception>
    /// <exception cref="LatencyLabException">The board has rebooted (kind measurement).</exception>
    public async Task<JsonElement> ReadAsync(TimeSpan wait, CancellationToken cancellationToken, params IReadOnlyList<string> kinds)
    {
        var talk = "";
        while (await program.ReadLineAsync(wait, cancellationToken) is { } text)
        {
            if (BoardLine.Parse(text) is not { } line)
            {
                talk = talk.Length < KeptCharacters ? $"{talk}{text}\n" : talk;
                ThrowIfRebooted(talk);
                continue;
            }

            if (BoardLine.Number(line, "nonce") is { } other && other != nonce)
            {
                throw new DeviceException("Another measurement runs on this board.", board.Repl.Name, "Close the other client, or press the board's reset button.");
            }

            var kind = BoardLine.KindOf(line);
            board.Check(line, call, kinds.Contains(kind) ? kind : kinds[0]);
            return line;
        }

        var answer = await program.FinishAsync(cancellationToken);
        ThrowIfRebooted(answer.Output + answer.Error);
        throw new DeviceException($"The target's script ended before {kinds[^1]}: {answer.ErrorLine ?? talk.Trim()}", board.Repl.Name);
    }

    private void ThrowIfRebooted(string talk)
    {
        if (RebootTrace.Find(talk) is { } trace)
        {
            throw new LatencyLabException(
                FaultKind.Measurement, $"The target rebooted during the measurement ({trace}).", board.Repl.Name, "Check its power supply and the wiring, then run again.");
        }
    }
}
