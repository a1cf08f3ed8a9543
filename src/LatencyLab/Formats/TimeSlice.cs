using LatencyLab.Signals;

namespace LatencyLab.Formats;

/// <summary>Lets through what lies in [fromTick, toTick): edges before it only decide about the levels with which it begins.</summary>
/// <param name="target">Gets the slice as a capture of its own, with ticks as they were.</param>
/// <param name="fromTick">First tick; null for the begin of the capture.</param>
/// <param name="toTick">First tick behind the slice; null for the end of the capture.</param>
/// <param name="where">What to name in errors.</param>
internal sealed class TimeSlice(IEdgeSink target, Func<CaptureHeader, long?> fromTick, Func<CaptureHeader, long?> toTick, string where) : IEdgeSink
{
    private readonly List<(int Channel, bool FirstLevel, long[] Ticks)> _early = [];
    private CaptureHeader? _header;
    private Line[] _lines = [];
    private long _from;
    private long _to;
    private bool _hasBegun;

    public void Begin(CaptureHeader header)
    {
        _header = header;
        _from = Math.Max(fromTick(header) ?? header.StartTick, header.StartTick);
        _to = toTick(header) ?? long.MaxValue;
        if (_to <= _from)
        {
            throw new LatencyLabException(FaultKind.Usage, "The range is empty.", where, "Give an end behind the begin.");
        }

        _lines = [.. header.Channels.Select(c => new Line { Level = c.InitialLevel, LevelTick = header.StartTick, DoubtUntil = long.MinValue })];
        if (_from == header.StartTick)
        {
            BeginSlice();
        }
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        var line = _lines[channel];
        var first = CountUpTo(ticks, _from);
        if (first > 0)
        {
            line.Level = firstLevel ^ ((first & 1) == 0);
            line.LevelTick = ticks[first - 1];
        }

        var end = CountUpTo(ticks, _to - 1);
        if (end <= first)
        {
            return;
        }

        var level = firstLevel ^ ((first & 1) != 0);
        if (_hasBegun)
        {
            target.Edges(channel, level, ticks[first..end]);
        }
        else
        {
            _early.Add((channel, level, ticks[first..end].ToArray()));
        }
    }

    public void Gap(Gap gap)
    {
        if (gap.FromTick <= _from)
        {
            foreach (var line in gap.Channel is { } channel ? [_lines[channel]] : _lines)
            {
                line.DoubtUntil = Math.Max(line.DoubtUntil, gap.ToTick);
            }
        }

        if (gap.ToTick < _from || gap.FromTick >= _to)
        {
            return;
        }

        var inside = gap with { FromTick = Math.Max(gap.FromTick, _from), ToTick = Math.Min(gap.ToTick, _to) };
        if (_hasBegun)
        {
            target.Gap(inside);
        }
        else
        {
            _gaps.Add(inside);
        }
    }

    private readonly List<Gap> _gaps = [];

    public void Advance(long completeBeforeTick)
    {
        if (completeBeforeTick > _from && !_hasBegun)
        {
            BeginSlice();
        }

        if (_hasBegun)
        {
            target.Advance(Math.Min(completeBeforeTick, _to));
        }
    }

    public void End(long endTick)
    {
        if (endTick <= _from)
        {
            throw new LatencyLabException(FaultKind.Usage, "The range begins behind the end of the capture.", where, "Choose an earlier begin.");
        }

        if (!_hasBegun)
        {
            BeginSlice();
        }

        target.End(Math.Min(endTick, _to));
    }

    private void BeginSlice()
    {
        _hasBegun = true;
        target.Begin(_header! with
        {
            StartTick = _from,
            Channels = [.. _header.Channels.Select(c => c with { InitialLevel = _lines[c.Index].LevelTick >= _lines[c.Index].DoubtUntil ? _lines[c.Index].Level : null })],
        });
        foreach (var gap in _gaps)
        {
            target.Gap(gap);
        }

        foreach (var (channel, firstLevel, ticks) in _early)
        {
            target.Edges(channel, firstLevel, ticks);
        }

        _gaps.Clear();
        _early.Clear();
    }

    /// <summary>How many of the ticks aren't later than the limit.</summary>
    private static int CountUpTo(ReadOnlySpan<long> ticks, long limit)
    {
        if (ticks.IsEmpty || ticks[0] > limit)
        {
            return 0;
        }

        if (ticks[^1] <= limit)
        {
            return ticks.Length;
        }

        var found = ticks.BinarySearch(limit);
        return found >= 0 ? found + 1 : ~found;
    }

    private sealed class Line
    {
        public bool? Level { get; set; }

        public long LevelTick { get; set; }

        public long DoubtUntil { get; set; }
    }
}
