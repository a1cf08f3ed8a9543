using LatencyLab.Signals;

namespace LatencyLab.Captures;

/// <summary>Rows of a capture's table into blocks of one channel each, once their order and levels are known to be possible.</summary>
internal sealed class ParquetRows(string path, CaptureMetadata metadata, IEdgeSink sink)
{
    private const int BlockEdges = 4096;

    private readonly Block[] _blocks = [.. metadata.Header.Channels.Select(c => new Block { Level = c.InitialLevel })];
    private readonly long _endTick = metadata.EndTick!.Value;
    private long _lastTick = metadata.Header.StartTick;
    private long? _skippedFrom;
    private long _row;

    /// <summary>The next group isn't read: what its last edges were is unknown.</summary>
    public void Skip() => _skippedFrom ??= _lastTick;

    /// <summary>Pushes the rows of the next group into the sink.</summary>
    /// <exception cref="CaptureFormatException">Out of order, of a channel that doesn't exist, or to the level that the channel has, with no gap that says why.</exception>
    public void Push(EdgeGroup group)
    {
        if (_skippedFrom is { } from && group.Rows > 0)
        {
            sink.Gap(new Gap(from, group.Ticks[0], null, null, ParquetCaptureReader.NotRead));
            _skippedFrom = null;
            Array.ForEach(_blocks, b => b.Level = null);
        }

        Push(group.Ticks, group.Channels, group.Levels);
        for (var channel = 0; channel < _blocks.Length; channel++)
        {
            Send(channel);
        }

        _row += group.Rows;
        sink.Advance(_lastTick);
    }

    private void Push(ReadOnlySpan<long> ticks, ReadOnlySpan<byte> channels, ReadOnlySpan<bool> levels)
    {
        var (blocks, last) = (_blocks, _lastTick);
        for (var i = 0; i < ticks.Length; i++)
        {
            var (tick, channel) = (ticks[i], channels[i]);
            if (channel >= blocks.Length || tick < last || tick >= _endTick || tick <= blocks[channel].LastTick)
            {
                throw new CaptureFormatException($"Row {_row + i} of the Parquet file is out of order, or of a channel that doesn't exist.", path);
            }

            var block = blocks[channel];
            if (block.Level == levels[i] || block.Count == block.Ticks.Length)
            {
                MakeRoom(channel, tick, levels[i], _row + i);
            }

            if (block.Count == 0)
            {
                block.FirstLevel = levels[i];
            }

            block.Ticks[block.Count++] = tick;
            block.LastTick = tick;
            block.Level = levels[i];
            last = tick;
        }

        _lastTick = last;
    }

    // Seldom: the block is full or the level repeats.
    private void MakeRoom(int channel, long tick, bool level, long row)
    {
        var block = _blocks[channel];
        if (block.Level == level && !IsDoubtful(channel, Math.Max(block.LastTick, metadata.Header.StartTick), tick))
        {
            throw new CaptureFormatException($"Row {row} of the Parquet file goes to the level that its channel has already, and no gap says why.", path);
        }

        Send(channel);
        block.Ticks = block.Ticks.Length == 0 ? new long[BlockEdges] : block.Ticks;
    }

    // Levels alternate but across a gap, in which edges may be lost.
    private bool IsDoubtful(int channel, long fromTick, long toTick) =>
        metadata.Gaps.Any(g => (g.Channel is null || g.Channel == channel) && g.FromTick <= toTick && g.ToTick >= fromTick);

    private void Send(int channel)
    {
        var block = _blocks[channel];
        if (block.Count > 0)
        {
            sink.Edges(channel, block.FirstLevel, block.Ticks.AsSpan(0, block.Count));
            block.Count = 0;
        }
    }

    /// <summary>Edges of one channel that are still to be pushed. Fields: each row touches all of them.</summary>
    private sealed class Block
    {
        public long[] Ticks = [];
        public int Count;
        public bool FirstLevel;

        /// <summary>Level of the channel; null where nobody knows.</summary>
        public bool? Level;

        /// <summary>Tick of the channel's last edge; far before the first.</summary>
        public long LastTick = long.MinValue;
    }
}
