using System.Buffers.Binary;
using System.IO.Hashing;

namespace LatencyLab.Samplers;

/// <summary>Kinds of frames that a sampler sends (docs/protocol.md section 3).</summary>
public enum FrameType : byte
{
    Hello = 1,
    Edges = 2,
    Heartbeat = 3,
    Overrun = 4,
    End = 5,
}

/// <summary>What stands before the payload of every frame.</summary>
/// <param name="Type">Kind; an unknown one with a right CRC is counted and passed over.</param>
/// <param name="Channel">Index of the channel for EDGES and OVERRUN, 0 otherwise.</param>
/// <param name="Sequence">Number of the frame in its capture, from 0.</param>
/// <param name="Nonce">The capture that the frame belongs to, as the host named it.</param>
public readonly record struct FrameHeader(FrameType Type, int Channel, uint Sequence, uint Nonce);

/// <summary>Layout of a frame: magic, type, channel, length, sequence, nonce, payload, CRC-32 over type to payload; little endian.</summary>
public static class FrameFormat
{
    public const int HeaderBytes = 16;
    public const int CrcBytes = 4;
    public const int MaxPayloadBytes = 4096;
    public const int MaxFrameBytes = HeaderBytes + MaxPayloadBytes + CrcBytes;

    public static ReadOnlySpan<byte> Magic => "LLF1"u8;

    /// <summary>Writes one frame and returns its length in bytes.</summary>
    public static int Write(Span<byte> target, FrameHeader header, ReadOnlySpan<byte> payload)
    {
        Magic.CopyTo(target);
        target[4] = (byte)header.Type;
        target[5] = checked((byte)header.Channel);
        BinaryPrimitives.WriteUInt16LittleEndian(target[6..], checked((ushort)payload.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], header.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], header.Nonce);
        payload.CopyTo(target[HeaderBytes..]);
        var end = HeaderBytes + payload.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(target[end..], Crc32.HashToUInt32(target[4..end]));
        return end + CrcBytes;
    }
}
