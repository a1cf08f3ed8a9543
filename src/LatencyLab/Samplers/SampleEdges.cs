using System.Numerics;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Samplers;

/// <summary>Samples of all lines at once to edges: one tick is one sample, runs of equal samples cost nothing.</summary>
/// <param name="sink">Where edges go.</param>
/// <param name="timeBase">Samples a second.</param>
/// <param name="lines">Name of each channel and the bit of a sample that is its level.</param>
internal sealed class SampleEdges(IEdgeSink sink, TimeBase timeBase, IReadOnlyList<(string Name, int Bit)> lines)
{
    private const int BlockEdges = 4096;

    private readonly Block[] _blocks = [.. lines.Select(_ => new Block())];
    private readonly int[] _channelOfBit = ChannelOfBit(lines);
    private readonly uint _mask = lines.Aggregate(0u, (mask, line) => mask | (1u << line.Bit));
    private uint _last;
    private bool _begun;

    /// <summary>Samples so far: the tick of the next one.</summary>
    public long Tick { get; private set; }

    /// <summary>Adds a sample that stands for so many equal ones.</summary>
    public void Add(uint sample, long count)
    {
        sample &= _mask;
        if (!_begun)
        {
            Begin(sample);
        }

        var changed = sample ^ _last;
        while (changed != 0)
        {
            var bit = BitOperations.TrailingZeroCount(changed);
            changed &= changed - 1;
            var channel = _channelOfBit[bit];
            var block = _blocks[channel];
            if (block.Count == 0)
            {
                block.FirstLevel = (sample >> bit & 1) != 0;
            }

            block.Ticks[block.Count++] = Tick;
            if (block.Count == BlockEdges)
            {
                HandOver(channel);
            }
        }

        _last = sample;
        Tick += count;
    }

    /// <summary>Hands over what is known so far.</summary>
    public void Flush()
    {
        if (!_begun || Tick == 0)
        {
            return;
        }

        for (var channel = 0; channel < _blocks.Length; channel++)
        {
            HandOver(channel);
        }

        sink.Advance(Tick);
    }

    /// <summary>Ends the capture after the last sample.</summary>
    public void End()
    {
        BeginUnknown();
        Flush();
        sink.End(Tick);
    }

    /// <summary>Ends the capture at a later tick, with a gap from the last sample to there.</summary>
    public void BreakOff(long endTick, string reason)
    {
        BeginUnknown();
        Flush();
        var end = Math.Max(endTick, Tick + 1);
        sink.Gap(new Gap(Tick, end - 1, null, null, reason));
        sink.Advance(end);
        sink.End(end);
    }

    private void BeginUnknown()
    {
        if (!_begun)
        {
            _begun = true;
            sink.Begin(new CaptureHeader(timeBase, [.. lines.Select((line, index) => new Channel(index, line.Name))]));
        }
    }

    private void Begin(uint sample)
    {
        _begun = true;
        _last = sample;
        sink.Begin(new CaptureHeader(timeBase, [.. lines.Select((line, index) => new Channel(index, line.Name, (sample >> line.Bit & 1) != 0))]));
    }

    private void HandOver(int channel)
    {
        var block = _blocks[channel];
        if (block.Count > 0)
        {
            sink.Edges(channel, block.FirstLevel, block.Ticks.AsSpan(0, block.Count));
            block.Count = 0;
        }
    }

    private static int[] ChannelOfBit(IReadOnlyList<(string Name, int Bit)> lines)
    {
        var channels = new int[32];
        foreach (var (index, line) in lines.Index())
        {
            channels[line.Bit] = index;
        }

        return channels;
    }

    private sealed class Block
    {
        public long[] Ticks { get; } = new long[BlockEdges];

        public int Count { get; set; }

        public bool FirstLevel { get; set; }
    }
}
