using System.Text;
using LatencyLab.Signals;

namespace LatencyLab.Tests.Samplers;

/// <summary>A second, plain writing of docs/protocol.md section 3, so that the decoder is not judged by its own code.</summary>
internal sealed class FrameTestBench(uint nonce)
{
    private readonly uint[] _crcTable = [.. Enumerable.Range(0, 256).Select(i => CrcOfByte((uint)i))];
    private uint _sequence;

    public byte[] Hello(int channels, long tickHz = 62_500_000) => Frame(1, 0, Encoding.ASCII.GetBytes(
        $$"""{"proto":1,"part":"sampler","hz":{{2 * tickHz}},"tick_hz":{{tickHz}},"channels":[{{string.Join(',', Enumerable.Range(2, channels))}}],"stim":2,"pulses":10,"build":"test"}"""));

    public byte[] Edges(int channel, long firstIndex, IEnumerable<long> ticks) =>
        Frame(2, channel, [.. Bytes((uint)firstIndex), .. ticks.SelectMany(t => Bytes(0xFFFFFFFF - (uint)(t & 0xFFFFFFFF)))]);

    public byte[] Heartbeat(long elapsedUs, params long[] words) => Frame(
        3, 0, [.. Bytes((uint)((elapsedUs + 77) & 0x3FFFFFFF)), .. Bytes(77), .. Bytes(0), .. Bytes(4000), .. words.SelectMany(w => Bytes((uint)w))]);

    public byte[] End(long pulses, long us, params long[] words) => Frame(5, 0, Encoding.ASCII.GetBytes(
        $$"""{"pulses":{{pulses}},"words":[{{string.Join(',', words)}}],"fdebug":0,"overrun":[0,0],"reason":"done","us":{{us}}}"""));

    public byte[] Frame(byte type, int channel, byte[] payload)
    {
        byte[] body = [type, (byte)channel, (byte)payload.Length, (byte)(payload.Length >> 8), .. Bytes(_sequence++), .. Bytes(nonce), .. payload];
        var crc = 0xFFFFFFFFu;
        foreach (var b in body)
        {
            crc = _crcTable[(crc ^ b) & 0xFF] ^ (crc >> 8);
        }

        return [.. "LLF1"u8, .. body, .. Bytes(crc ^ 0xFFFFFFFF)];
    }

    private static byte[] Bytes(uint value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];

    private static uint CrcOfByte(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
        }

        return value;
    }
}

/// <summary>What a sink was told, edge by edge.</summary>
internal sealed class EdgeList : IEdgeSink
{
    public CaptureHeader? Header { get; private set; }

    public List<Edge> Edges { get; } = [];

    public List<Gap> Gaps { get; } = [];

    public long? EndTick { get; private set; }

    public void Begin(CaptureHeader header) => Header = header;

    void IEdgeSink.Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        foreach (var tick in ticks)
        {
            Edges.Add(new Edge(tick, channel, firstLevel));
            firstLevel = !firstLevel;
        }
    }

    public void Gap(Gap gap) => Gaps.Add(gap);

    public void Advance(long completeBeforeTick)
    {
        if (completeBeforeTick > (EndTick ?? long.MaxValue))
        {
            throw new InvalidOperationException("The watermark passed the end.");
        }

        Watermarks.Add((completeBeforeTick, Edges.Count));
    }

    /// <summary>Each watermark with the number of edges that had come before it was said.</summary>
    public List<(long Tick, int EdgesBefore)> Watermarks { get; } = [];

    public void End(long endTick) => EndTick = endTick;
}
