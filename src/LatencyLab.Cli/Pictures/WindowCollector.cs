using LatencyLab.Captures;
using LatencyLab.Signals;

namespace LatencyLab.Cli.Pictures;

/// <summary>
/// Keeps what waveforms of a few windows need while a capture streams by. Memory follows the pictures: where more edges fall into a column
/// than a picture could tell apart, pairs of them are left out, so that levels still alternate and the column is still seen to be busy.
/// </summary>
internal sealed class WindowCollector(IReadOnlyList<(long FromTick, long ToTick)> windows) : IEdgeSink
{
    // Finer than any picture is wide; a column of a picture then holds whole columns of these.
    private const int Columns = 4096;
    private const int MostInColumn = 5;

    private readonly List<Gap> _gaps = [];
    private readonly List<Gap> _skipped = [];
    private CaptureHeader? _header;
    private Line[][] _lines = [];
    private long _endTick;

    public void Begin(CaptureHeader header)
    {
        _header = header;
        _lines = [.. windows.Select(w => header.Channels.Select(_ => new Line(w.FromTick, w.ToTick)).ToArray())];
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        foreach (var lines in _lines)
        {
            lines[channel].Add(firstLevel, ticks);
        }
    }

    /// <summary>True where a line has no level since the reader skipped what came before: then the whole capture must be read.</summary>
    public bool NeedsMore => _skipped.Count > 0 && windows.Select((_, w) => _lines[w].Select((line, channel) => (Line: line, Level: LevelAt(_header!.Channels[channel], w, _skipped))))
        .Any(window => window.Any(l => l.Line.IsEmpty && l.Level is null));

    public void Gap(Gap gap) => (gap.Reason == ParquetCaptureReader.NotRead ? _skipped : _gaps).Add(gap);

    public void Advance(long completeBeforeTick)
    {
    }

    public void End(long endTick) => _endTick = endTick;

    /// <summary>The part of the capture that a window shows.</summary>
    public Capture ToCapture(int window)
    {
        var header = _header ?? throw new InvalidOperationException("No capture was begun.");
        var (from, to) = windows[window];
        var channels = header.Channels.Select(c => c with { InitialLevel = LevelAt(c, window, [.. _gaps, .. _skipped]) }).ToArray();
        var gaps = _gaps.Where(g => g.FromTick <= to && g.ToTick >= from).OrderBy(g => g.FromTick).ToArray();
        return new Capture(
            header with { Channels = channels, StartTick = Math.Max(from, header.StartTick) },
            [.. channels.Select(c => _lines[window][c.Index].ToTrace(c))], gaps, Math.Min(Math.Max(to, from), _endTick));
    }

    // The last edge before the window tells the level at its begin, unless a gap lies between.
    private bool? LevelAt(Channel channel, int window, List<Gap> gaps)
    {
        var line = _lines[window][channel.Index];
        var since = line.LastBefore ?? _header!.StartTick;
        var doubt = gaps.Exists(g => (g.Channel is null || g.Channel == channel.Index) && g.ToTick >= since && g.FromTick < windows[window].FromTick);
        return doubt ? null : line.LastBefore is null ? channel.InitialLevel : line.LevelBefore;
    }

    private sealed class Line(long fromTick, long toTick)
    {
        private readonly List<long> _ticks = [];
        private readonly List<TraceBreak> _breaks = [];
        private readonly Int128 _columnTicks = Int128.Max(1, ((Int128)toTick - fromTick) / Columns);
        private Int128 _column = -1;
        private int _inColumn;
        private bool _firstLevel;
        private bool _nextLevel;

        /// <summary>Tick of the last edge before the window; null where there is none.</summary>
        public long? LastBefore { get; private set; }

        public bool LevelBefore { get; private set; }

        public bool IsEmpty => _ticks.Count == 0;

        public void Add(bool firstLevel, ReadOnlySpan<long> ticks)
        {
            if (ticks.IsEmpty || ticks[0] > toTick)
            {
                return;
            }

            var first = LowerBound(ticks, fromTick);
            if (first > 0)
            {
                (LastBefore, LevelBefore) = (ticks[first - 1], ((first - 1) & 1) == 0 ? firstLevel : !firstLevel);
            }

            for (var i = first; i < ticks.Length && ticks[i] <= toTick; i++)
            {
                AddEdge(ticks[i], (i & 1) == 0 ? firstLevel : !firstLevel);
            }
        }

        public Trace ToTrace(Channel channel) => new(channel, _firstLevel, [.. _ticks], _breaks);

        private void AddEdge(long tick, bool level)
        {
            if (_ticks.Count == 0)
            {
                _firstLevel = level;
            }
            else if (level != _nextLevel)
            {
                _breaks.Add(new TraceBreak(_ticks.Count, level));
                _inColumn = 0;
            }

            var column = ((Int128)tick - fromTick) / _columnTicks;
            _inColumn = column == _column ? _inColumn + 1 : 1;
            _column = column;
            _ticks.Add(tick);
            _nextLevel = !level;
            if (_inColumn > MostInColumn)
            {
                _ticks.RemoveRange(_ticks.Count - 4, 2);
                _inColumn -= 2;
            }
        }

        private static int LowerBound(ReadOnlySpan<long> ticks, long tick)
        {
            var at = ticks.BinarySearch(tick);
            return at < 0 ? ~at : at;
        }
    }
}
