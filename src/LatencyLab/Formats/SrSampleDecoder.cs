using System.Collections.Concurrent;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>The samples of a session on their way to edges: stretches of chunks are inflated and searched side by side, then joined in order.</summary>
internal sealed class SrSampleDecoder
{
    // Small enough to stay in the second-level cache between inflating and searching.
    private const int BlockBytes = 256 * 1024;

    // Old sigrok versions write a chunk for each packet of 4 KiB; a thread takes as many as are worth the hand-over.
    private const int StretchBytes = 4 * 1024 * 1024;

    // Edges of one channel that travel together, for one or two channels; more channels share the same memory. A dozen batches are on their way at a
    // time: small ones are still in the cache when they are paired, and fewer pages are touched for the first time.
    private const int BatchEdges = 8 * 1024;

    private readonly InputFile _file;
    private readonly int _unit;
    private readonly int[] _bits;
    private readonly PackedSamples _samples;
    private readonly List<Stretch> _stretches;
    private readonly ConcurrentBag<EdgeBatch> _spare = [];

    // One for each thread that decodes; a new one for each stretch would cost as much as inflating the stretch.
    private readonly ConcurrentBag<byte[]> _spareBuffers = [];

    /// <param name="file">The archive.</param>
    /// <param name="chunks">Members with samples, in order; whole samples each.</param>
    /// <param name="unitSize">Bytes a sample.</param>
    /// <param name="bits">The bit of each wanted channel.</param>
    public SrSampleDecoder(InputFile file, IReadOnlyList<ZipMember> chunks, int unitSize, int[] bits)
    {
        _file = file;
        _unit = unitSize;
        _bits = bits;
        _samples = new PackedSamples(unitSize, bits);
        _stretches = ToStretches(chunks, unitSize);
    }

    /// <summary>Pushes everything from Begin to End.</summary>
    public void Read(TimeBase timeBase, IReadOnlyList<string> names, IEdgeSink sink, CancellationToken cancellationToken)
    {
        var levels = new bool[_bits.Length];
        var last = 0UL;
        var end = 0L;
        OrderedDecoding.Run<Block>(_stretches.Count, Decode, (part, blocks) =>
        {
            var isFirst = true;
            while (blocks.TryTake(out var block))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (isFirst && part == 0)
                {
                    SetLevels(block.FirstSample, levels);
                    sink.Begin(new CaptureHeader(timeBase, [.. names.Select((name, i) => new Channel(i, name, levels[i]))]));
                }
                else if (isFirst)
                {
                    Join(last, block.FirstSample, _stretches[part].FirstTick, levels, sink);
                }

                isFirst = false;
                block.Edges.MoveTo(sink, levels);
                _spare.Add(block.Edges);
                sink.Advance(block.CompleteBefore);
                (last, end) = (block.LastSample, block.CompleteBefore);
            }
        });
        sink.End(end);
    }

    private void Decode(int part, HandOver<Block> blocks)
    {
        var buffer = _spareBuffers.TryTake(out var spare) ? spare : GC.AllocateUninitializedArray<byte>(_unit + (BlockBytes / _unit * _unit));
        Decode(_stretches[part], buffer, blocks);
        _spareBuffers.Add(buffer);
    }

    private void Decode(Stretch stretch, byte[] buffer, HandOver<Block> blocks)
    {
        var tick = stretch.FirstTick;
        var first = 0UL;
        var edges = Spare();
        foreach (var chunk in stretch.Chunks)
        {
            using var reader = new ZipMemberReader(_file, chunk);
            int count;
            while ((count = reader.Fill(buffer.AsSpan(_unit))) > 0)
            {
                if (tick == stretch.FirstTick)
                {
                    // Nothing stands before the first sample yet; the stretches are joined when they are received.
                    buffer.AsSpan(_unit, _unit).CopyTo(buffer);
                    first = Sample(buffer);
                }

                var at = _unit;
                while ((at = _samples.Scan(buffer.AsSpan(0, _unit + count), at, tick - 1, edges)) < _unit + count)
                {
                    if (!blocks.Put(new Block(edges, first, Sample(buffer.AsSpan(at - _unit)), tick - 1 + (at / _unit))))
                    {
                        return;
                    }

                    edges = Spare();
                }

                tick += count / _unit;
                buffer.AsSpan(count, _unit).CopyTo(buffer);
                if ((tick - stretch.FirstTick) * _unit % StretchBytes < BlockBytes)
                {
                    // A long stretch gives word now and then, so that what stands behind needn't wait for an edge.
                    if (!blocks.Put(new Block(edges, first, Sample(buffer), tick)))
                    {
                        return;
                    }

                    edges = Spare();
                }
            }
        }

        blocks.Put(new Block(edges, first, Sample(buffer), tick));
    }

    private ulong Sample(ReadOnlySpan<byte> bytes)
    {
        var sample = 0UL;
        for (var i = 0; i < _unit; i++)
        {
            sample |= (ulong)bytes[i] << (8 * i);
        }

        return sample;
    }

    private void SetLevels(ulong sample, Span<bool> levels)
    {
        for (var channel = 0; channel < levels.Length; channel++)
        {
            levels[channel] = ((sample >> _bits[channel]) & 1) != 0;
        }
    }

    private void Join(ulong last, ulong first, long tick, Span<bool> levels, IEdgeSink sink)
    {
        for (var channel = 0; channel < levels.Length; channel++)
        {
            if ((((last ^ first) >> _bits[channel]) & 1) != 0)
            {
                levels[channel] = !levels[channel];
                sink.Edges(channel, levels[channel], [tick]);
            }
        }
    }

    private EdgeBatch Spare() => _spare.TryTake(out var batch)
        ? batch
        : new EdgeBatch(_bits.Length, Math.Max(BatchEdges / Math.Max(1, _bits.Length / 2), 2 * PackedSamples.Reserve), PackedSamples.Reserve);

    private static List<Stretch> ToStretches(IReadOnlyList<ZipMember> chunks, int unitSize)
    {
        var stretches = new List<Stretch>();
        var members = new List<ZipMember>();
        var (tick, length) = (0L, 0L);
        foreach (var chunk in chunks)
        {
            members.Add(chunk);
            length += chunk.Length;
            if (length >= StretchBytes)
            {
                stretches.Add(new Stretch(tick, members));
                tick += length / unitSize;
                (members, length) = ([], 0);
            }
        }

        if (length > 0)
        {
            stretches.Add(new Stretch(tick, members));
        }

        return stretches;
    }

    private sealed record Stretch(long FirstTick, List<ZipMember> Chunks);

    private sealed record Block(EdgeBatch Edges, ulong FirstSample, ulong LastSample, long CompleteBefore);
}
