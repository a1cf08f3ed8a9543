using System.Buffers.Binary;
using System.IO.Hashing;

namespace LatencyLab.Tests.Captures;

/// <summary>Changes valid chunk logs so that checksums stay right: what only somebody who means it writes.</summary>
internal static class ChunkLogMutation
{
    private static readonly long[] Interesting = [0, 1, -1, 2, 255, 4096, 4097, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, long.MaxValue / 2];

    public static void LieInOneRecord(byte[] log, Random random)
    {
        var records = Records(log);
        var (offset, length) = records[random.Next(records.Count)];
        var record = log.AsSpan(offset, length);
        var payload = record[20..^4];
        switch (random.Next(5))
        {
            case 0:
                record[4] = (byte)random.Next(8);
                break;
            case 1:
                BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)random.Next(40));
                break;
            case 2 when payload.Length >= 8:
                BinaryPrimitives.WriteInt64LittleEndian(payload[random.Next(payload.Length - 7)..], Interesting[random.Next(Interesting.Length)]);
                break;
            case 3 when payload.Length >= 4:
                BinaryPrimitives.WriteInt32LittleEndian(payload[random.Next(payload.Length - 3)..], unchecked((int)Interesting[random.Next(Interesting.Length)]));
                break;
            default:
                payload[random.Next(payload.Length)] = (byte)random.Next(256);
                break;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(record[^4..], Crc32.HashToUInt32(record[4..^4]));
    }

    private static List<(int Offset, int Length)> Records(byte[] log)
    {
        var records = new List<(int, int)>();
        for (var offset = 0; offset < log.Length;)
        {
            var length = 24 + BinaryPrimitives.ReadInt32LittleEndian(log.AsSpan(offset + 8));
            records.Add((offset, length));
            offset += length;
        }

        return records;
    }
}
