using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Tests.Fuzz;

/// <summary>Holds a reader to the order of calls, of ticks and of levels, and takes a digest of everything that it was told.</summary>
internal sealed class StrictSink : IEdgeSink
{
    private long?[] _last = [];
    private long _startTick;
    private bool?[] _levels = [];
    private long[] _doubtUntil = [];
    private long _complete = long.MinValue;

    public bool HasEnded { get; private set; }

    public long EdgeCount { get; private set; }

    /// <summary>The same for the same edges, however they were cut into blocks.</summary>
    public long Digest { get; private set; } = 17;

    public void Begin(CaptureHeader header)
    {
        Require(_last.Length == 0, "begun twice");
        Require(header.Channels.Count > 0, "no channels");
        Require(header.TimeBase.TickHz is >= 1 and <= TimeBase.MaxTickHz, "an impossible time base");
        Require(header.Channels.Select((c, i) => c.Index == i).All(x => x), "channels out of order");
        _last = new long?[header.Channels.Count];
        _startTick = header.StartTick;
        _levels = [.. header.Channels.Select(c => c.InitialLevel)];
        _doubtUntil = [.. header.Channels.Select(_ => long.MinValue)];
        Add(1, header.TimeBase.TickHz, header.Channels.Count);
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        Require(!HasEnded, "edges after the end");
        Require(!ticks.IsEmpty, "an empty block");
        Require(_levels[channel] != firstLevel || (_last[channel] ?? _startTick) <= _doubtUntil[channel], "levels don't alternate");
        var level = firstLevel;
        foreach (var tick in ticks)
        {
            Require(_last[channel] is { } last ? tick > last : tick >= _startTick, "a tick goes back");
            Require(tick >= _complete, "an edge before the watermark");
            _last[channel] = tick;
            Add(2 + channel, tick, level ? 1 : 0);
            level = !level;
        }

        EdgeCount += ticks.Length;
        _levels[channel] = firstLevel ^ ((ticks.Length & 1) == 0);
    }

    public void Gap(Gap gap)
    {
        Require(!HasEnded, "a gap after the end");
        Require(gap.FromTick <= gap.ToTick, "a gap that ends before it begins");
        for (var channel = 0; channel < _doubtUntil.Length; channel++)
        {
            _doubtUntil[channel] = gap.Channel is null || gap.Channel == channel ? Math.Max(_doubtUntil[channel], gap.ToTick) : _doubtUntil[channel];
        }

        Add(gap.FromTick, gap.ToTick, gap.Channel ?? -1);
    }

    public void Advance(long completeBeforeTick) => _complete = Math.Max(_complete, completeBeforeTick);

    public void End(long endTick)
    {
        Require(!HasEnded, "ended twice");
        Require(Array.TrueForAll(_last, last => endTick >= (last ?? _startTick)), "the end lies before an edge");
        HasEnded = true;
        Add(3, endTick, 0);
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new FuzzFault(otherwise);
        }
    }

    private void Add(long a, long b, long c) => Digest = unchecked((((((Digest * 1_000_003) + a) * 1_000_003) + b) * 1_000_003) + c);
}
