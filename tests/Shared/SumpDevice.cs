using System.Buffers.Binary;

namespace LatencyLab.TestSupport;

/// <summary>
/// A SUMP analyser that isn't there: commands byte by byte, the trigger machine with its levels, groups, run lengths, and a memory that is sent newest
/// sample first. Written from the protocol's description alone, it shares nothing with the client.
/// </summary>
/// <param name="pattern">Level of all 32 channels at a tick of the 100 MHz clock.</param>
public sealed class SumpDevice(Func<long, uint> pattern)
{
    private readonly List<byte> _command = [];
    private readonly uint[] _mask = new uint[4];
    private readonly uint[] _value = new uint[4];
    private readonly uint[] _config = new uint[4];
    private uint _divider;
    private long _read = 4;
    private long _delay = 4;
    private uint _flags;

    /// <summary>Sample memory in bytes.</summary>
    public int MemoryBytes { get; init; } = 24 * 1024;

    public int MaxRateHz { get; init; } = 200_000_000;

    public byte Channels { get; init; } = 32;

    /// <summary>The pattern counts ticks of 200 MHz, which the demultiplexer samples.</summary>
    public bool PatternAt200Mhz { get; init; }

    public byte[] Id { get; init; } = "1ALS"u8.ToArray();

    /// <summary>Answer to the metadata request; null for a device of the first generation.</summary>
    public byte[]? Metadata { get; init; } = [];

    /// <summary>Bytes at the end of a transfer that never arrive.</summary>
    public int Swallows { get; init; }

    /// <summary>What follows a transfer unasked.</summary>
    public byte[] Surplus { get; init; } = [];

    /// <summary>Long commands in their order, without those that only reset.</summary>
    public List<byte[]> Heard { get; } = [];

    /// <summary>Tick of the 100 MHz clock at which the oldest sample was taken, of the last capture.</summary>
    public long FirstTick { get; private set; }

    /// <summary>Takes a byte of the host's and returns what the device answers.</summary>
    public byte[] Take(byte value)
    {
        if (_command.Count == 0 && value < 0x80)
        {
            return value switch
            {
                0x01 => Capture(),
                0x02 => Id,
                0x04 when Metadata is { Length: > 0 } given => given,
                0x04 when Metadata is not null => Description(),
                _ => [],
            };
        }

        _command.Add(value);
        if (_command.Count == 5)
        {
            byte[] command = [.. _command];
            _command.Clear();
            Heard.Add(command);
            Configure(command[0], BinaryPrimitives.ReadUInt32LittleEndian(command.AsSpan(1)));
        }

        return [];
    }

    private byte[] Description()
    {
        var bytes = new List<byte> { 0x01 };
        bytes.AddRange("Simulated Sniffer\0"u8);
        bytes.Add(0x02);
        bytes.AddRange("0.1\0"u8);
        bytes.Add(0x21);
        bytes.AddRange(BigEndian(MemoryBytes));
        bytes.Add(0x23);
        bytes.AddRange(BigEndian(MaxRateHz));
        bytes.AddRange([0x40, Channels, 0x41, 2, 0]);
        return [.. bytes];
    }

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private void Configure(byte code, uint value)
    {
        switch (code)
        {
            case 0x80:
                _divider = value & 0xFFFFFF;
                break;
            case 0x81:
                (_read, _delay) = (((value & 0xFFFF) + 1) * 4, ((value >> 16) + 1) * 4);
                break;
            case 0x83:
                _delay = (value + 1L) * 4;
                break;
            case 0x84:
                _read = (value + 1L) * 4;
                break;
            case 0x82:
                _flags = value & 0xFFFF;
                break;
            case >= 0xC0 and <= 0xCF:
                var stage = (code >> 2) & 3;
                var words = (code & 3) switch { 0 => _mask, 1 => _value, _ => _config };
                words[stage] = value;
                break;
            default:
                break;
        }
    }

    private byte[] Capture()
    {
        // With the demultiplexer the clock is twice as fast.
        var demux = (_flags & 1) != 0;
        var step = (_divider + 1L) * (PatternAt200Mhz ? demux ? 1 : 2 : 1);
        var tick = WaitForTrigger(step);
        FirstTick = tick + ((_delay - _read) * step);
        if (demux && (!PatternAt200Mhz || (_flags & 0x32) != 0x30))
        {
            // No half ticks to sample, the filter that belongs to the slow clock, or channels that this mode doesn't have: nothing comes.
            return [];
        }

        int[] groups = [.. Enumerable.Range(0, 4).Where(g => (_flags >> (2 + g) & 1) == 0)];
        var rle = (_flags & 0x0100) != 0;
        var words = new List<uint>();
        var top = 1u << ((8 * groups.Length) - 1);
        uint? last = null;
        uint count = 0;
        for (var i = 0L; words.Count < _read; i++)
        {
            var word = Gather(pattern(FirstTick + (i * step)), groups);
            if (!rle)
            {
                words.Add(word);
                continue;
            }

            word &= ~top;
            if (word == last && count < top - 1)
            {
                count++;
                continue;
            }

            if (count > 0)
            {
                words.Add(top | count);
            }

            words.Add(word);
            (last, count) = (word, 0);
        }

        var bytes = new List<byte>();
        foreach (var word in Enumerable.Reverse(words.Take((int)_read)))
        {
            for (var b = 0; b < groups.Length; b++)
            {
                bytes.Add((byte)(word >> (8 * b)));
            }
        }

        return [.. bytes.Take(bytes.Count - Swallows), .. Surplus];
    }

    /// <summary>Runs the stages: each matches at its level, the one with the start bit begins the capture.</summary>
    private long WaitForTrigger(long step)
    {
        var level = 0u;
        for (var tick = 0L; tick < 100_000_000; tick += step)
        {
            for (var stage = 0; stage < 4; stage++)
            {
                if ((_config[stage] >> 16 & 3) == level && (pattern(tick) & _mask[stage]) == (_value[stage] & _mask[stage]))
                {
                    if ((_config[stage] & 0x08000000) != 0)
                    {
                        return tick;
                    }

                    level++;
                    break;
                }
            }
        }

        return 0;
    }

    private static uint Gather(uint sample, int[] groups)
    {
        uint word = 0;
        for (var i = 0; i < groups.Length; i++)
        {
            word |= (sample >> (8 * groups[i]) & 0xFF) << (8 * i);
        }

        return word;
    }
}
