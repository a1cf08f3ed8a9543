using System.Buffers.Binary;

namespace LatencyLab.Captures;

/// <summary>Edges of one channel that aren't in the file yet.</summary>
internal sealed class PendingEdges(int channel)
{
    private long[] _ticks = [];

    public int Channel { get; } = channel;

    public int Count { get; private set; }

    /// <summary>How many edges of the channel are in the file.</summary>
    public long Written { get; private set; }

    public long? LastTick { get; private set; }

    public bool FirstLevel { get; private set; }

    public bool NextLevel => (Count & 1) == 0 ? FirstLevel : !FirstLevel;

    /// <summary>Takes as many edges as fit and says how many.</summary>
    public int Take(bool firstLevel, ReadOnlySpan<long> ticks)
    {
        if (_ticks.Length == 0)
        {
            _ticks = new long[ChunkRecord.MaxEdges];
        }

        if (Count == 0)
        {
            FirstLevel = firstLevel;
        }

        var taken = Math.Min(ticks.Length, ChunkRecord.MaxEdges - Count);
        ticks[..taken].CopyTo(_ticks.AsSpan(Count));
        Count += taken;
        LastTick = ticks[taken - 1];
        return taken;
    }

    /// <summary>Writes the payload of an edges chunk (<see cref="ChunkRecord"/> has the layout).</summary>
    /// <param name="payload">Room for <see cref="ChunkRecord.MaxEdgesPayloadBytes"/>.</param>
    /// <param name="gaps">Gaps written before it.</param>
    /// <returns>Bytes written.</returns>
    public int Encode(Span<byte> payload, uint gaps)
    {
        var ticks = _ticks.AsSpan(0, Count);
        BinaryPrimitives.WriteUInt16LittleEndian(payload, (ushort)Channel);
        BinaryPrimitives.WriteUInt16LittleEndian(payload[2..], FirstLevel ? (ushort)1 : (ushort)0);
        BinaryPrimitives.WriteInt32LittleEndian(payload[4..], ticks.Length);
        BinaryPrimitives.WriteInt64LittleEndian(payload[8..], Written);
        BinaryPrimitives.WriteInt64LittleEndian(payload[16..], ticks[0]);
        BinaryPrimitives.WriteInt64LittleEndian(payload[24..], ticks[^1]);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[32..], gaps);
        var at = ChunkRecord.EdgesHeadBytes;
        unchecked
        {
            // Ticks rise, so their difference fits an unsigned word whatever their signs.
            for (var i = 1; i < ticks.Length; i++)
            {
                var difference = (ulong)(ticks[i] - ticks[i - 1]);
                while (difference >= 0x80)
                {
                    payload[at++] = (byte)(difference | 0x80);
                    difference >>= 7;
                }

                payload[at++] = (byte)difference;
            }
        }

        return at;
    }

    /// <summary>Everything is in the file.</summary>
    public void Clear()
    {
        // The next edge goes on with the other level, also when it comes into an empty chunk.
        FirstLevel = NextLevel;
        Written += Count;
        Count = 0;
    }
}
