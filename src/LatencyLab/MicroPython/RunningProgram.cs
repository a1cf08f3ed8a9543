using System.Globalization;
using LatencyLab.Links;

namespace LatencyLab.MicroPython;

/// <summary>
/// Code that runs on a board. Its output is either lines (<see cref="ReadLineAsync"/>) or bytes (<see cref="ReadAsync"/> and
/// <see cref="Consume"/>); both take from the same place, so that a program may print a line first and frames later.
/// </summary>
public sealed class RunningProgram
{
    /// <summary>What stands behind the traceback: the program has ended and the raw prompt is back.</summary>
    internal static readonly byte[] EndMark = [0x04, (byte)'>'];

    private const byte EndOfText = 0x04;
    private const int LongestLine = 4096;

    private static readonly byte[] CtrlC = [0x03];
    private static readonly byte[] EndOfOutput = [EndOfText];
    // A board that trickles words for ever never falls silent.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(1);
    // Three heartbeats of a board that is emulated at a tenth of its speed: a frame whose checksum looks like the end mark doesn't end the program.
    private static readonly TimeSpan EndedWait = TimeSpan.FromSeconds(3);

    private readonly LinkBuffer _buffer;
    private readonly StepLimits _limits;
    private readonly Action _onEnd;
    private ReplAnswer? _answer;

    internal RunningProgram(LinkBuffer buffer, StepLimits limits, Action onEnd)
    {
        _buffer = buffer;
        _limits = limits;
        _onEnd = onEnd;
    }

    /// <summary>
    /// The program's output as raw bytes: everything that has arrived and is not consumed, at least one byte. What isn't consumed is
    /// there again at the next call, so a decoder consumes what it has understood and leaves the rest to <see cref="FinishAsync"/>.
    /// Empty once the program has ended in the middle of what was expected to go on: after the end mark of the raw REPL nothing came for three seconds.
    /// </summary>
    /// <param name="silence">Longest time without a byte, before scaling.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="mustGrow">True to wait for bytes beyond those already waiting.</param>
    /// <exception cref="DeviceException">The board fell silent or is gone.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TimeSpan silence, CancellationToken cancellationToken, bool mustGrow = false)
    {
        if (_answer is not null)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        if (!mustGrow && !_buffer.Waiting.IsEmpty)
        {
            return _buffer.Waiting;
        }

        // Frames may hold the two bytes of the end mark too; behind those of a frame more follows soon.
        if (_buffer.Tail.EndsWith(EndMark))
        {
            if (!await _buffer.FillAsync(_limits.Of(EndedWait), cancellationToken))
            {
                return ReadOnlyMemory<byte>.Empty;
            }
        }
        else if (!await _buffer.FillAsync(_limits.Of(silence), cancellationToken))
        {
            throw Silent(_limits.Of(silence));
        }

        return _buffer.Waiting;
    }

    /// <summary>Takes bytes that <see cref="ReadAsync"/> has shown.</summary>
    public void Consume(int count) => _buffer.Consume(count);

    /// <summary>
    /// The next line without its line end, what isn't UTF-8 replaced; null when the program has ended (see <see cref="FinishAsync"/> for
    /// why). For programs that print text alone: a byte 04 is taken for the end.
    /// </summary>
    /// <param name="silence">Longest time without a byte, before scaling.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="DeviceException">The board fell silent, is gone, or prints a line of over 4096 bytes.</exception>
    public async ValueTask<string?> ReadLineAsync(TimeSpan silence, CancellationToken cancellationToken)
    {
        if (_answer is not null)
        {
            return null;
        }

        for (var searched = 0; ;)
        {
            var at = _buffer.Waiting.Span[searched..].IndexOfAny((byte)'\n', EndOfText);
            if (at >= 0)
            {
                var length = searched + at;
                if (_buffer.Waiting.Span[length] == EndOfText && length == 0)
                {
                    return null;
                }

                var line = LinkBuffer.Text(_buffer.Waiting.Span[..length]);
                // The end mark stays for FinishAsync.
                _buffer.Consume(_buffer.Waiting.Span[length] == EndOfText ? length : length + 1);
                return line.EndsWith('\r') ? line[..^1] : line;
            }

            searched = _buffer.Waiting.Length;
            if (searched > LongestLine)
            {
                throw new DeviceException($"The board printed a line of over {LongestLine} bytes.", _buffer.Link.Name, "Another program may run on it; press its reset button and run again.");
            }

            if (!await _buffer.FillAsync(_limits.Of(silence), cancellationToken))
            {
                throw Silent(_limits.Of(silence));
            }
        }
    }

    /// <summary>Sends bytes to the program's standard input. A byte 03 would stop it.</summary>
    /// <exception cref="DeviceException">The board is gone.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => _buffer.Link.WriteAsync(bytes, cancellationToken);

    /// <summary>Asks the program to stop by Ctrl-C; its end is awaited by <see cref="FinishAsync"/>.</summary>
    /// <exception cref="DeviceException">The board is gone.</exception>
    public ValueTask InterruptAsync(CancellationToken cancellationToken) => _buffer.Link.WriteAsync(CtrlC, cancellationToken);

    /// <summary>Waits for the end and returns what was printed and not consumed, and the traceback. May be called again for the same answer.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="silence">Longest time without a byte, before scaling; ten seconds when not given, and a minute in all.</param>
    /// <exception cref="DeviceException">The board is silent or gone, or printed over a megabyte.</exception>
    public async Task<ReplAnswer> FinishAsync(CancellationToken cancellationToken, TimeSpan? silence = null)
    {
        if (_answer is not null)
        {
            return _answer;
        }

        if (_buffer.Waiting.IsEmpty && _buffer.Tail.EndsWith(EndMark) && !await _buffer.FillAsync(_limits.Of(EndedWait), cancellationToken))
        {
            // A reader of bytes has taken the end along with its data: the traceback is in what was seen last.
            return End("", TracebackIn(_buffer.Tail[..^EndMark.Length]));
        }

        var limit = _limits.Of(silence ?? StepLimits.OrdinaryStep);
        var overall = _limits.Of(LongestAnswer);
        var output = await _buffer.ReadUntilAsync(EndOfOutput, limit, overall, cancellationToken) ?? throw Silent(limit);
        var error = await _buffer.ReadUntilAsync(EndOfOutput, limit, overall, cancellationToken) ?? throw Silent(limit);
        if (!await _buffer.HasAsync(1, limit, cancellationToken))
        {
            throw Silent(limit);
        }

        if (_buffer.Waiting.Span[0] != (byte)'>')
        {
            throw SyncFault.WithLastWords("The board's answer has no end.", _buffer.Link.Name, LinkBuffer.Text(_buffer.Tail), "Another client may use the board; close it and run again.");
        }

        _buffer.Consume(1);
        return output.Length + error.Length <= LinkBuffer.MaxBytes
            ? End(LinkBuffer.Text(output), LinkBuffer.Text(error))
            : throw new DeviceException("The board's answer is longer than a megabyte.", _buffer.Link.Name);
    }

    private static string TracebackIn(ReadOnlySpan<byte> seen) => LinkBuffer.Text(seen[(seen.LastIndexOf(EndOfText) + 1)..]);

    private ReplAnswer End(string output, string error)
    {
        _answer = new ReplAnswer(output, error);
        _onEnd();
        return _answer;
    }

    private DeviceException Silent(TimeSpan limit) =>
        SyncFault.WithLastWords(
            string.Create(CultureInfo.InvariantCulture, $"The board hasn't said what was awaited within {limit.TotalSeconds:0.###} s."), _buffer.Link.Name, LinkBuffer.Text(_buffer.Tail),
            "Check its power supply; a slow or distant board may need --timeout 10x.");
}
