using System.Buffers.Binary;
using LatencyLab.Links;

namespace LatencyLab.MicroPython;

/// <summary>Brings source to a raw prompt: by raw paste, where the board says how much it can take, or in plain raw mode where it has none.</summary>
internal sealed class PasteSender(LinkBuffer buffer, StepLimits limits)
{
    // The ESP8266 keeps 255 bytes of input; its credit of 2 x 128 would lose one.
    private const int MostInFlight = 255;

    // Plain raw mode has no flow control at all: MicroPython's own client sends 256 bytes each 10 ms.
    private const int PlainPiece = 256;

    private static readonly byte[] PasteRequest = [0x05, (byte)'A', 0x01];
    private static readonly byte[] EndOfInput = [0x04];
    private static readonly byte[] OldFirmware = "w REPL; CTRL-B to exit\r\n>"u8.ToArray();
    private static readonly TimeSpan PlainPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan HandshakeWait = TimeSpan.FromSeconds(2);

    private bool _pasteRefused;

    /// <summary>True when the board has taken the code and runs it; false when it answered something that no raw prompt answers.</summary>
    /// <exception cref="DeviceException">The link is gone, or the board fell silent in the middle of the code.</exception>
    public async Task<bool> TrySendAsync(ReadOnlyMemory<byte> code, CancellationToken cancellationToken)
    {
        if (_pasteRefused)
        {
            return await SendPlainAsync(code, cancellationToken);
        }

        await buffer.Link.WriteAsync(PasteRequest, cancellationToken);
        if (!await buffer.HasAsync(2, limits.Of(HandshakeWait), cancellationToken))
        {
            return false;
        }

        var (first, second) = (buffer.Waiting.Span[0], buffer.Waiting.Span[1]);
        buffer.Consume(2);
        switch ((first, second))
        {
            case ((byte)'R', 1):
                return await PasteAsync(code, cancellationToken);
            case ((byte)'R', 0):
                _pasteRefused = true;
                return await SendPlainAsync(code, cancellationToken);
            case ((byte)'r', (byte)'a'):
                // Firmware before 1.14 takes the request for a line and Ctrl-A for a wish to see the banner.
                _pasteRefused = await buffer.ReadUntilAsync(OldFirmware, limits.Of(HandshakeWait), limits.Of(HandshakeWait), cancellationToken) is not null;
                return _pasteRefused && await SendPlainAsync(code, cancellationToken);
            default:
                return false;
        }
    }

    private async Task<bool> PasteAsync(ReadOnlyMemory<byte> code, CancellationToken cancellationToken)
    {
        if (!await buffer.HasAsync(2, limits.Of(HandshakeWait), cancellationToken))
        {
            return false;
        }

        int window = BinaryPrimitives.ReadUInt16LittleEndian(buffer.Waiting.Span);
        buffer.Consume(2);
        if (window == 0)
        {
            return false;
        }

        // `credit` counts what the board will take; each 01 after the first also says that a window's worth was read.
        var (credit, unread, acknowledged) = (window, 0, false);
        while (!code.IsEmpty)
        {
            while (!buffer.Waiting.IsEmpty)
            {
                var word = buffer.Waiting.Span[0];
                buffer.Consume(1);
                if (word == 0x04)
                {
                    // Syntax error or out of memory: the board reads no further and waits for the answer.
                    await buffer.Link.WriteAsync(EndOfInput, cancellationToken);
                    return true;
                }

                if (word != 0x01)
                {
                    return false;
                }

                credit += window;
                unread = acknowledged ? Math.Max(0, unread - window) : unread;
                acknowledged = true;
            }

            var count = Math.Min(code.Length, Math.Min(credit, Math.Max(MostInFlight, window) - unread));
            if (count <= 0)
            {
                await RequireMoreAsync(cancellationToken);
                continue;
            }

            await buffer.Link.WriteAsync(code[..count], cancellationToken);
            code = code[count..];
            credit -= count;
            unread += count;
        }

        await buffer.Link.WriteAsync(EndOfInput, cancellationToken);
        while (true)
        {
            if (buffer.Waiting.IsEmpty)
            {
                await RequireMoreAsync(cancellationToken);
            }

            var word = buffer.Waiting.Span[0];
            buffer.Consume(1);
            if (word != 0x01)
            {
                return word == 0x04;
            }
        }
    }

    private async Task<bool> SendPlainAsync(ReadOnlyMemory<byte> code, CancellationToken cancellationToken)
    {
        while (!code.IsEmpty)
        {
            var piece = code[..Math.Min(PlainPiece, code.Length)];
            await buffer.Link.WriteAsync(piece, cancellationToken);
            code = code[piece.Length..];
            if (!code.IsEmpty)
            {
                // Listening is the pause: a raw prompt says nothing while it takes a line.
                await buffer.FillAsync(limits.Of(PlainPause), cancellationToken);
            }
        }

        await buffer.Link.WriteAsync(EndOfInput, cancellationToken);
        if (!await buffer.HasAsync(2, limits.Of(StepLimits.OrdinaryStep), cancellationToken))
        {
            return false;
        }

        // After R 00 some ports show a prompt of their own.
        if (buffer.Waiting.Span[0] == '>')
        {
            buffer.Consume(1);
            if (!await buffer.HasAsync(2, limits.Of(StepLimits.OrdinaryStep), cancellationToken))
            {
                return false;
            }
        }

        var taken = buffer.Waiting.Span.StartsWith("OK"u8);
        buffer.Consume(taken ? 2 : 0);
        return taken;
    }

    private async Task RequireMoreAsync(CancellationToken cancellationToken)
    {
        if (!await buffer.FillAsync(limits.Of(StepLimits.OrdinaryStep), cancellationToken))
        {
            throw new DeviceException("The board fell silent while it took the code.", buffer.Link.Name, "Press its reset button and run again; a slow or distant board may need --timeout 10x.");
        }
    }
}
