namespace LatencyLab.Samplers.SigrokPico;

/// <summary>How the stream of a sigrok-pico ended.</summary>
internal enum SigrokPicoEnd
{
    /// <summary>It hasn't.</summary>
    Streaming,

    /// <summary>With the byte count that the device closes it with.</summary>
    Closed,

    /// <summary>The device gave up: its buffer ran over.</summary>
    Overflow,

    /// <summary>With a byte that has no place among samples.</summary>
    Damaged,
}

/// <summary>
/// The run-length stream of sigrok-pico with five channels or more (PROTOCOL in pico_sdk_sigrok): a sample is one byte for each seven channels, with the
/// high bit set and the low channels first; a byte below it repeats the last sample; '$' and a decimal count of the bytes so far and '+' close it. Total:
/// any bytes end in a state, never in an exception.
/// </summary>
/// <param name="channels">Enabled channels, from the first.</param>
/// <param name="edges">Where samples go.</param>
/// <param name="most">Samples after which the rest is dropped.</param>
internal sealed class SigrokPicoDecoder(int channels, SampleEdges edges, long most)
{
    private const int ChannelsPerByte = 7;
    private const int MostDigits = 12;

    private readonly int _width = (channels + ChannelsPerByte - 1) / ChannelsPerByte;
    private ulong _sample;
    private uint _last;
    private int _have;
    private bool _any;
    private bool _closing;
    private int _digits;

    /// <summary>How the stream ended so far.</summary>
    public SigrokPicoEnd End { get; private set; }

    /// <summary>Bytes of samples and repeats so far, as the device counts them.</summary>
    public long DataBytes { get; private set; }

    /// <summary>What the device says it sent; valid once the stream is closed.</summary>
    public long SaidBytes { get; private set; }

    /// <summary>The byte that had no place.</summary>
    public byte Offending { get; private set; }

    /// <summary>True once as many samples have come as were asked for.</summary>
    public bool IsFull => edges.Tick >= most;

    /// <summary>Takes bytes; those after the end are left.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (End != SigrokPicoEnd.Streaming)
            {
                return;
            }

            if (_closing)
            {
                Close(value);
            }
            else
            {
                Take(value);
            }
        }
    }

    private void Take(byte value)
    {
        if (value >= 0x80)
        {
            DataBytes++;
            _sample |= (ulong)(value & 0x7F) << (ChannelsPerByte * _have);
            if (++_have == _width)
            {
                // Bits beyond the last channel mean nothing.
                _last = (uint)(_sample & uint.MaxValue);
                Add(1);
                (_sample, _have, _any) = (0, 0, true);
            }
        }
        else if (value >= 48 && _have == 0 && _any)
        {
            DataBytes++;
            Add(value < 80 ? value - 47 : (value - 78) * 32);
        }
        else if (value == (byte)'$' && _have == 0)
        {
            _closing = true;
        }
        else
        {
            Offending = value;
            End = value == (byte)'!' ? SigrokPicoEnd.Overflow : SigrokPicoEnd.Damaged;
        }
    }

    private void Add(long count)
    {
        var room = most - edges.Tick;
        if (room > 0)
        {
            edges.Add(_last, Math.Min(count, room));
        }
    }

    private void Close(byte value)
    {
        if (value == (byte)'+' && _digits > 0)
        {
            End = SigrokPicoEnd.Closed;
        }
        else if (value is >= (byte)'0' and <= (byte)'9' && _digits < MostDigits)
        {
            SaidBytes = (SaidBytes * 10) + (value - '0');
            _digits++;
        }
        else
        {
            Offending = value;
            End = SigrokPicoEnd.Damaged;
        }
    }
}
