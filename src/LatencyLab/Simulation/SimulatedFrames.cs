using System.Buffers.Binary;
using System.IO.Hashing;

namespace LatencyLab.Simulation;

/// <summary>Kinds of sampler frames: docs/protocol.md section 3.</summary>
internal enum SimulatedFrameType : byte
{
    Hello = 1,
    Edges = 2,
    Heartbeat = 3,
    Overrun = 4,
    End = 5,
}

/// <summary>
/// Makes the frames of one capture and sends them through the faults that are asked for. It doesn't share a line with the host's decoder, which
/// is tested against it.
/// </summary>
internal sealed class SimulatedFrames(uint nonce, FaultPlan faults, ulong seed)
{
    private const int HeadLength = 16;
    private const int ForeignEvery = 10;

    private readonly SimulationRandom _random = SimulationRandom.For(seed, "frames");
    private byte[] _frame = new byte[256];
    private byte[]? _held;
    private uint _sequence;
    private uint _foreign;

    /// <summary>Sends a frame and says whether it will arrive undamaged. Edges and heartbeats suffer from the faults, the others never.</summary>
    public bool Send(BoardConsole console, SimulatedFrameType type, int channel, ReadOnlySpan<byte> payload)
    {
        var number = _sequence++;
        if (type is not (SimulatedFrameType.Edges or SimulatedFrameType.Heartbeat))
        {
            Release(console);
            if (type != SimulatedFrameType.End || !faults.NoEnd)
            {
                console.Write(Build(type, channel, number, nonce, payload));
            }

            return true;
        }

        if (faults.Foreign && _sequence % ForeignEvery == 0)
        {
            // A sampler that still runs somebody else's capture: whole frames, another nonce, their own numbers.
            console.Write(Build(type, channel, _foreign++, ~nonce, payload));
        }

        if (_random.NextBool(faults.Drop))
        {
            return false;
        }

        var frame = Build(type, channel, number, nonce, payload);
        var intact = !Damage(frame);
        if (_held is null && _random.NextBool(faults.Reorder))
        {
            _held = frame.ToArray();
            return intact;
        }

        console.Write(frame);
        Release(console);
        if (_random.NextBool(faults.Double))
        {
            console.Write(frame);
        }

        return intact;
    }

    /// <summary>Length of a frame on the link.</summary>
    public static int LengthOf(int payloadBytes) => HeadLength + payloadBytes + sizeof(uint);

    private void Release(BoardConsole console)
    {
        if (_held is { } held)
        {
            console.Write(held);
            _held = null;
        }
    }

    private bool Damage(Span<byte> frame)
    {
        if (faults.Flip <= 0)
        {
            return false;
        }

        var damaged = false;
        for (var bit = 0; bit < frame.Length * 8; bit++)
        {
            if (_random.NextBool(faults.Flip))
            {
                frame[bit >> 3] ^= (byte)(1 << (bit & 7));
                damaged = true;
            }
        }

        return damaged;
    }

    // Until the next call.
    private Span<byte> Build(SimulatedFrameType type, int channel, uint sequence, uint nonce, ReadOnlySpan<byte> payload)
    {
        var length = LengthOf(payload.Length);
        if (_frame.Length < length)
        {
            _frame = new byte[length];
        }

        var frame = _frame.AsSpan(0, length);
        "LLF1"u8.CopyTo(frame);
        frame[4] = (byte)type;
        frame[5] = (byte)channel;
        BinaryPrimitives.WriteUInt16LittleEndian(frame[6..], (ushort)payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[12..], nonce);
        payload.CopyTo(frame[HeadLength..]);
        var crc = Crc32.HashToUInt32(frame[4..^sizeof(uint)]);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[^sizeof(uint)..], crc);
        return frame;
    }
}
