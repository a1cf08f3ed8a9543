using System.Buffers;
using LatencyLab.Signals;

namespace LatencyLab.Captures;

/// <summary>
/// The end of a stream that nobody stores: keeps what was seen within a span before the latest edge, whatever the length of the stream. Several captures
/// may follow each other; the ticks of a later one go on where the one before ended, with a gap of unknown length between them.
/// </summary>
/// <param name="spanTicks">Edges older than this may be forgotten.</param>
/// <param name="mostEdges">Older ones are forgotten as well once there are more than so many.</param>
public sealed class RecentEdges(long spanTicks, int mostEdges = RecentEdges.MostEdges) : IEdgeSink
{
    /// <summary>Edges kept at most: 8 MB.</summary>
    public const int MostEdges = 1 << 20;

    /// <summary>Reason of the gap between two captures.</summary>
    public const string BetweenCaptures = "between two captures";

    private const int MostGaps = 1024;

    private readonly Queue<Block> _blocks = new();
    private readonly Queue<Gap> _gaps = new();
    private CaptureHeader? _header;
    private bool?[] _levels = [];
    private long _cutTick;
    private long _latestTick;
    private int _held;

    /// <summary>Ticks before the capture that runs now: what its own ticks count from.</summary>
    public long OffsetTick { get; private set; }

    /// <summary>First tick about which nothing is known, all captures together.</summary>
    public long EndTick { get; private set; }

    /// <summary>Edges that are kept.</summary>
    public int Held => _held;

    public void Begin(CaptureHeader header)
    {
        if (_header is null)
        {
            _header = header;
            _levels = [.. header.Channels.Select(c => c.InitialLevel)];
            _cutTick = header.StartTick;
            return;
        }

        OffsetTick = EndTick + 1;
        Gap(new Gap(-1, 0, null, null, BetweenCaptures));
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        if (ticks.IsEmpty)
        {
            return;
        }

        var room = ArrayPool<long>.Shared.Rent(ticks.Length);
        for (var i = 0; i < ticks.Length; i++)
        {
            room[i] = ticks[i] + OffsetTick;
        }

        _blocks.Enqueue(new Block(channel, firstLevel, room, ticks.Length));
        _held += ticks.Length;
        _latestTick = Math.Max(_latestTick, room[ticks.Length - 1]);
        while (_blocks.Count > 1 && (_held > mostEdges || _blocks.Peek().LastTick < _latestTick - spanTicks))
        {
            Forget(_blocks.Dequeue());
        }
    }

    public void Gap(Gap gap)
    {
        _gaps.Enqueue(gap with { FromTick = gap.FromTick + OffsetTick, ToTick = gap.ToTick + OffsetTick });
        while (_gaps.Count > MostGaps || (_gaps.Count > 0 && _gaps.Peek().ToTick < _cutTick))
        {
            // Edges around a gap that is forgotten must be forgotten too.
            _cutTick = Math.Max(_cutTick, _gaps.Dequeue().ToTick + 1);
        }
    }

    public void Advance(long completeBeforeTick) => EndTick = Math.Max(EndTick, completeBeforeTick + OffsetTick);

    public void End(long endTick) => EndTick = Math.Max(EndTick, endTick + OffsetTick);

    /// <summary>Hands what is kept to a sink, as a capture that starts with its first tick.</summary>
    /// <param name="sink">Gets the whole of it, from Begin to End.</param>
    /// <returns>The first tick of it and its edges by channel; null where nothing was ever seen.</returns>
    public (long FromTick, long[] Edges)? CopyTo(IEdgeSink sink)
    {
        if (_header is not { } header)
        {
            return null;
        }

        // One edge and a half of every channel lie in blocks of their own: what is kept of the other ones before that would be one-sided.
        var from = Math.Max(_cutTick, Math.Min(_latestTick, EndTick) - spanTicks);
        var levels = (bool?[])_levels.Clone();
        var begun = new bool[levels.Length];
        foreach (var block in _blocks)
        {
            if (!begun[block.Channel])
            {
                begun[block.Channel] = block.LastTick >= from;
                var first = block.CountBefore(from);
                levels[block.Channel] = first > 0 ? block.LevelAfter(first - 1) : levels[block.Channel] ?? !block.FirstLevel;
            }
        }

        sink.Begin(header with { StartTick = from, Channels = [.. header.Channels.Select(c => c with { InitialLevel = levels[c.Index] })] });
        foreach (var gap in _gaps.Where(g => g.ToTick >= from))
        {
            sink.Gap(gap with { FromTick = Math.Max(from, gap.FromTick) });
        }

        var edges = new long[levels.Length];
        foreach (var block in _blocks)
        {
            var first = block.CountBefore(from);
            if (first < block.Count)
            {
                sink.Edges(block.Channel, block.LevelAfter(first), block.Ticks[first..]);
                edges[block.Channel] += block.Count - first;
            }
        }

        sink.Advance(EndTick);
        sink.End(EndTick);
        return (from, edges);
    }

    // From here on a channel is only known after its last forgotten edge.
    private void Forget(Block block)
    {
        _held -= block.Count;
        _cutTick = Math.Max(_cutTick, block.LastTick + 1);
        _levels[block.Channel] = block.LevelAfter(block.Count - 1);
        ArrayPool<long>.Shared.Return(block.Room);
    }

    private readonly record struct Block(int Channel, bool FirstLevel, long[] Room, int Count)
    {
        public ReadOnlySpan<long> Ticks => Room.AsSpan(0, Count);

        public long LastTick => Room[Count - 1];

        public bool LevelAfter(int index) => (index & 1) == 0 ? FirstLevel : !FirstLevel;

        public int CountBefore(long tick)
        {
            var at = Ticks.BinarySearch(tick);
            return at < 0 ? ~at : at;
        }
    }
}
