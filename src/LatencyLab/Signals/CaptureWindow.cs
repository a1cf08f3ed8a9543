namespace LatencyLab.Signals;

/// <summary>Keeps of a stream only what lies in a span of ticks, with the level that each channel has at its begin: memory follows the window, not the capture.</summary>
/// <param name="fromTick">First tick kept.</param>
/// <param name="toTick">Last tick kept.</param>
public sealed class CaptureWindow(long fromTick, long toTick) : IEdgeSink
{
    private readonly CaptureCollector _collector = new();
    private readonly List<Gap> _gaps = [];
    private CaptureHeader? _header;
    private bool?[] _levels = [];
    private bool[] _begun = [];
    private List<(int Channel, bool FirstLevel, long[] Ticks)> _kept = [];

    public void Begin(CaptureHeader header)
    {
        _header = header;
        _levels = [.. header.Channels.Select(c => c.InitialLevel)];
        _begun = new bool[header.Channels.Count];
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        var from = LowerBound(ticks, fromTick);
        var to = toTick == long.MaxValue ? ticks.Length : LowerBound(ticks, toTick + 1);
        if (!_begun[channel] && from > 0)
        {
            _levels[channel] = LevelAfter(firstLevel, from - 1);
        }
        else if (!_begun[channel] && ticks.Length > 0 && _levels[channel] is null)
        {
            _levels[channel] = !firstLevel;
        }

        if (to > from)
        {
            _begun[channel] = true;
            _kept.Add((channel, LevelAfter(firstLevel, from), ticks[from..to].ToArray()));
        }
    }

    public void Gap(Gap gap)
    {
        if (gap.FromTick <= toTick && gap.ToTick >= fromTick)
        {
            _gaps.Add(gap);
        }
    }

    public void Advance(long completeBeforeTick)
    {
    }

    public void End(long endTick)
    {
        var header = _header ?? throw new InvalidOperationException("No capture was begun.");
        _collector.Begin(header with
        {
            Channels = [.. header.Channels.Select(c => c with { InitialLevel = _levels[c.Index] })],
            StartTick = Math.Max(header.StartTick, fromTick),
        });
        foreach (var gap in _gaps)
        {
            _collector.Gap(gap);
        }

        foreach (var (channel, firstLevel, ticks) in _kept)
        {
            _collector.Edges(channel, firstLevel, ticks);
        }

        _kept = [];
        _collector.End(toTick < endTick ? toTick + 1 : endTick);
    }

    /// <summary>The window, once the stream has come to its end.</summary>
    public Capture ToCapture() => _collector.ToCapture();

    private static bool LevelAfter(bool firstLevel, int index) => (index & 1) == 0 ? firstLevel : !firstLevel;

    private static int LowerBound(ReadOnlySpan<long> ticks, long tick)
    {
        var at = ticks.BinarySearch(tick);
        return at < 0 ? ~at : at;
    }
}
