using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace LatencyLab.Tests.Firmware;

/// <summary>
/// Frames as docs/protocol.md section 3 describes them, read by the tests' own few lines: from magic to magic, with a CRC computed bit by bit.
/// </summary>
internal sealed record WireFrame(int Type, int Channel, uint Sequence, uint Nonce, byte[] Payload)
{
    public const int Hello = 1;
    public const int Edges = 2;
    public const int Heartbeat = 3;
    public const int Overrun = 4;
    public const int End = 5;

    public JsonElement Json => JsonDocument.Parse(Encoding.UTF8.GetString(Payload)).RootElement;

    public uint Word(int index) => BinaryPrimitives.ReadUInt32LittleEndian(Payload.AsSpan(4 * index));

    public IEnumerable<uint> Words(int from) => Enumerable.Range(from, (Payload.Length / 4) - from).Select(Word);

    /// <summary>The good frames, and how many bytes belong to none.</summary>
    public static (List<WireFrame> Frames, int Strays) ReadAll(ReadOnlySpan<byte> wire)
    {
        var frames = new List<WireFrame>();
        var strays = 0;
        for (var at = 0; at < wire.Length;)
        {
            if (wire[at..].StartsWith("LLF1"u8) && wire.Length >= at + 20)
            {
                var length = BinaryPrimitives.ReadUInt16LittleEndian(wire[(at + 6)..]);
                var end = at + 16 + length;
                if (length <= 4096 && end + 4 <= wire.Length && Crc(wire[(at + 4)..end]) == BinaryPrimitives.ReadUInt32LittleEndian(wire[end..]))
                {
                    var sequence = BinaryPrimitives.ReadUInt32LittleEndian(wire[(at + 8)..]);
                    var nonce = BinaryPrimitives.ReadUInt32LittleEndian(wire[(at + 12)..]);
                    frames.Add(new WireFrame(wire[at + 4], wire[at + 5], sequence, nonce, wire[(at + 16)..end].ToArray()));
                    at = end + 4;
                    continue;
                }
            }

            at++;
            strays++;
        }

        return (frames, strays);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
