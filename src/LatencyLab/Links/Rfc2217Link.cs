using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LatencyLab.Links;

/// <summary>
/// A serial port behind a server that speaks RFC 2217 (ser2net, esp_rfc2217_server), written <c>rfc2217://host:port</c>. The port's speed
/// and control lines are asked for; an answer that never comes is a warning, since servers leave out what their port can't do.
/// </summary>
public sealed class Rfc2217Link : ILink
{
    private const byte SetBaud = 1;
    private const byte SetDataSize = 2;
    private const byte SetParity = 3;
    private const byte SetStopSize = 4;
    private const byte SetControl = 5;
    private const byte ServerOffset = 100;
    private const byte NoFlowControl = 1;
    private const byte DtrOn = 8;
    private const byte DtrOff = 9;
    private const byte RtsOn = 11;
    private const byte RtsOff = 12;

    // A server that floods during the negotiation isn't waited for any longer.
    private const int MostEarlyBytes = 64 * 1024;
    private const int MostAnswers = 1000;

    private static readonly TimeSpan NegotiationWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SettleWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerWait = TimeSpan.FromMilliseconds(500);

    private readonly Socket _socket;
    private readonly StepLimits _limits;
    private readonly TelnetDecoder _telnet = new();
    private readonly List<byte> _early = [];
    private readonly List<(byte Command, byte[] Value)> _answers = [];
    private readonly List<string> _warnings = [];
    private readonly SemaphoreSlim _sending = new(1, 1);

    private Rfc2217Link(string name, Socket socket, StepLimits limits)
    {
        Name = name;
        _socket = socket;
        _limits = limits;
    }

    public string Name { get; }

    /// <summary>Settings that the server didn't confirm, for people.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Connects, negotiates and sets the port to 8N1 without flow control at the given speed.</summary>
    /// <exception cref="DeviceException">Nobody listens there, or what listens doesn't speak RFC 2217.</exception>
    public static async Task<Rfc2217Link> ConnectAsync(string host, int port, int baud, StepLimits limits, CancellationToken cancellationToken)
    {
        var name = $"rfc2217://{host}:{port}";
        var link = new Rfc2217Link(name, await TcpLink.ConnectSocketAsync(name, host, port, cancellationToken), limits);
        try
        {
            await link.NegotiateAsync(baud, cancellationToken);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_early.Count > 0)
        {
            var count = Math.Min(_early.Count, buffer.Length);
            CollectionsMarshal.AsSpan(_early)[..count].CopyTo(buffer.Span);
            _early.RemoveRange(0, count);
            return count;
        }

        while (true)
        {
            var count = await ReceiveAsync(buffer, cancellationToken);
            if (count > 0)
            {
                return count;
            }
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => SendAsync(TelnetDecoder.Escape(bytes), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        try
        {
            // RTS before DTR, as at a local port: the other order would reset an ESP board.
            using var limit = new CancellationTokenSource(_limits.Of(AnswerWait), _limits.Clock);
            await SendAsync((byte[])[.. TelnetDecoder.Request(SetControl, RtsOff), .. TelnetDecoder.Request(SetControl, DtrOff)], limit.Token);
        }
        catch (Exception e) when (e is DeviceException or OperationCanceledException)
        {
            // The server is gone, and with it the port.
        }

        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task NegotiateAsync(int baud, CancellationToken cancellationToken)
    {
        try
        {
            await SetUpAsync(baud, cancellationToken);
        }
        catch (DeviceException e) when (LinkFault.SaysBusy(CollectionsMarshal.AsSpan(_early)))
        {
            throw LinkFault.Busy(Name, e);
        }
    }

    private async Task SetUpAsync(int baud, CancellationToken cancellationToken)
    {
        await SendAsync(TelnetDecoder.Hello, cancellationToken);
        await ReceiveUntilAsync(() => _telnet.ComPortAccepted is not null, NegotiationWait, cancellationToken);
        if (_telnet.ComPortAccepted is not true)
        {
            throw new DeviceException(
                _telnet.ComPortAccepted is false ? "The server refuses RFC 2217." : "The server doesn't answer the RFC 2217 negotiation.", Name,
                "If it is a raw TCP port, write tcp:// instead of rfc2217://; a slow or distant server may need --timeout 10x.");
        }

        // A server that has a client already negotiates, says so as data and hangs up; ser2net also drops what arrives while it opens the port.
        await ReceiveUntilAsync(() => false, SettleWait, cancellationToken);
        var speed = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(speed, baud);
        // DTR before RTS, as at a local port; native USB boards need DTR to speak at all.
        (string What, byte Command, byte[] Value)[] settings =
        [
            ("the speed", SetBaud, speed), ("8 data bits", SetDataSize, [8]), ("no parity", SetParity, [1]), ("1 stop bit", SetStopSize, [1]),
            ("no flow control", SetControl, [NoFlowControl]), ("DTR", SetControl, [DtrOn]), ("RTS", SetControl, [RtsOn]),
        ];
        // The speed once more: when its second answer comes, what was asked before and isn't answered will not be (ser2net never says a word about the
        // lines that its port doesn't have).
        await SendAsync(settings.Append(settings[0]).SelectMany(s => TelnetDecoder.Request(s.Command, s.Value)).ToArray(), cancellationToken);
        bool Confirmed(byte command, byte[] value) => _answers.Exists(a => a.Command == command + ServerOffset && a.Value.AsSpan().SequenceEqual(value));
        bool AllConfirmed() => Array.TrueForAll(settings, s => Confirmed(s.Command, s.Value));
        await ReceiveUntilAsync(() => AllConfirmed() || _answers.Count(a => a.Command == SetBaud + ServerOffset) >= 2, AnswerWait, cancellationToken);
        await ReceiveUntilAsync(AllConfirmed, SettleWait, cancellationToken);
        _warnings.AddRange(settings.Where(s => !Confirmed(s.Command, s.Value)).Select(s => $"{Name} doesn't confirm {s.What}."));
    }

    private async Task ReceiveUntilAsync(Func<bool> done, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(_limits.Of(limit), _limits.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var buffer = new byte[4096];
        try
        {
            while (!done())
            {
                _early.AddRange(buffer.AsSpan(0, await ReceiveAsync(buffer, either.Token)));
                if (_early.Count > MostEarlyBytes || _answers.Count > MostAnswers)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The caller looks at what has come so far.
        }
    }

    /// <summary>Receives a piece and takes the telnet out of it, in place; 0 when it was nothing but negotiation.</summary>
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int received;
        try
        {
            received = await _socket.ReceiveAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw LinkFault.Gone(Name, e);
        }

        if (received == 0)
        {
            throw LinkFault.Gone(Name);
        }

        var replies = new List<byte>();
        // Line and modem state notices (106, 107) come unasked; after the start nobody waits for any answer.
        var data = _telnet.Decode(buffer.Span[..received], buffer.Span, replies, (command, value) =>
        {
            if (_answers.Count <= MostAnswers)
            {
                _answers.Add((command, value));
            }
        });
        if (replies.Count > 0)
        {
            // Not given up by the caller's token: half a negotiation would garble what is sent next. A server that takes nothing is lost.
            using var limit = new CancellationTokenSource(_limits.Of(NegotiationWait), _limits.Clock);
            try
            {
                await SendAsync(replies.ToArray(), limit.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or DeviceException)
            {
                // What came with the request is still delivered: a server that turns a client away says why.
                return data > 0 ? data : throw LinkFault.Gone(Name, e);
            }
        }

        return data;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw LinkFault.Gone(Name, e);
        }
        finally
        {
            _sending.Release();
        }
    }
}
