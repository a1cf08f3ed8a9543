namespace LatencyLab.Links;

/// <summary>
/// Takes a telnet stream apart (RFC 854, 855): data on one side, negotiations answered on the other, sub-negotiations of the serial port
/// option (RFC 2217) handed over. Total: any bytes are some telnet stream, memory is bounded, and each option is answered once per change.
/// </summary>
internal sealed class TelnetDecoder
{
    public const byte Iac = 255;
    public const byte Dont = 254;
    public const byte Do = 253;
    public const byte Wont = 252;
    public const byte Will = 251;
    public const byte SubBegin = 250;
    public const byte SubEnd = 240;
    public const byte Binary = 0;
    public const byte SuppressGoAhead = 3;
    public const byte ComPort = 44;

    // The longest answer is a signature; more than this is no answer that anybody waits for.
    private const int LongestSub = 256;

    // Null: never spoken of; true: the other side has it on; false: refused.
    private readonly bool?[] _theirs = new bool?[256];
    private readonly bool?[] _ours = new bool?[256];
    private readonly List<byte> _sub = [];
    private State _state = State.Data;
    private byte _verb;

    private enum State { Data, Command, Option, Sub, SubCommand }

    /// <summary>True once the other side has asked for the serial port option, false when it has refused it, null while it is silent.</summary>
    public bool? ComPortAccepted => _ours[ComPort];

    /// <summary>What the client says first: that it has the serial port option, and wants eight-bit data without go-aheads in both directions.</summary>
    public static byte[] Hello { get; } =
    [
        Iac, Will, ComPort, Iac, Will, Binary, Iac, Do, Binary, Iac, Will, SuppressGoAhead, Iac, Do, SuppressGoAhead,
    ];

    /// <summary>Decodes a piece of the stream, cut anywhere.</summary>
    /// <param name="input">Bytes as they came.</param>
    /// <param name="data">Takes the data, at least as long as the input; may be the same memory.</param>
    /// <param name="answers">Takes what must be sent back.</param>
    /// <param name="onComPort">Called with each sub-negotiation of option 44: command and value.</param>
    /// <returns>Bytes of data.</returns>
    public int Decode(ReadOnlySpan<byte> input, Span<byte> data, List<byte> answers, Action<byte, byte[]> onComPort)
    {
        var count = 0;
        foreach (var b in input)
        {
            switch (_state)
            {
                case State.Data when b == Iac:
                    _state = State.Command;
                    break;
                case State.Data:
                    data[count++] = b;
                    break;
                case State.Command when b == Iac:
                    data[count++] = b;
                    _state = State.Data;
                    break;
                case State.Command when b is Will or Wont or Do or Dont:
                    _verb = b;
                    _state = State.Option;
                    break;
                case State.Command:
                    _sub.Clear();
                    _state = b == SubBegin ? State.Sub : State.Data;
                    break;
                case State.Option:
                    Negotiate(_verb, b, answers);
                    _state = State.Data;
                    break;
                case State.Sub when b == Iac:
                    _state = State.SubCommand;
                    break;
                case State.Sub:
                    Keep(b);
                    break;
                case State.SubCommand when b == Iac:
                    Keep(b);
                    _state = State.Sub;
                    break;
                case State.SubCommand:
                    // Whatever ends it, the sub-negotiation is over; only the proper end makes it count.
                    if (b == SubEnd && _sub is [ComPort, var command, ..])
                    {
                        onComPort(command, [.. _sub.Skip(2)]);
                    }

                    _state = State.Data;
                    break;
            }
        }

        return count;
    }

    /// <summary>Data on its way out: a byte 255 is doubled.</summary>
    public static ReadOnlyMemory<byte> Escape(ReadOnlyMemory<byte> bytes)
    {
        var escapes = bytes.Span.Count(Iac);
        if (escapes == 0)
        {
            return bytes;
        }

        var escaped = new byte[bytes.Length + escapes];
        var at = 0;
        foreach (var b in bytes.Span)
        {
            escaped[at++] = b;
            if (b == Iac)
            {
                escaped[at++] = Iac;
            }
        }

        return escaped;
    }

    /// <summary>A request of RFC 2217 as it goes over the wire.</summary>
    public static byte[] Request(byte command, params ReadOnlySpan<byte> value) =>
        [Iac, SubBegin, ComPort, command, .. Escape(value.ToArray()).Span, Iac, SubEnd];

    private void Keep(byte b)
    {
        if (_sub.Count < LongestSub)
        {
            _sub.Add(b);
        }
    }

    private void Negotiate(byte verb, byte option, List<byte> answers)
    {
        var theirs = verb is Will or Wont;
        var on = verb is Will or Do;
        var known = theirs ? _theirs : _ours;
        if (known[option] == on)
        {
            return;
        }

        // What Hello has offered and asked for needs no second word; everything else is refused (above all that the server repeats what is sent).
        var wanted = option is Binary or SuppressGoAhead or ComPort;
        var offered = option is Binary or SuppressGoAhead || (option == ComPort && !theirs);
        var wasOn = known[option] is true;
        known[option] = on;
        if (on && !offered)
        {
            answers.AddRange([Iac, theirs ? (wanted ? Do : Dont) : (wanted ? Will : Wont), option]);
        }
        else if (wasOn)
        {
            answers.AddRange([Iac, theirs ? Dont : Wont, option]);
        }
    }
}
