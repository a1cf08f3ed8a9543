using LatencyLab.Signals;

namespace LatencyLab.Formats;

/// <summary>
/// Finds the levels that a source doesn't know at its begin: before its first edge a line had the other level, unless a gap lies between. Ends the reading as soon as nothing is
/// left to find.
/// </summary>
internal sealed class LevelSurvey(CancellationTokenSource enough) : IEdgeSink
{
    private bool?[] _levels = [];
    private bool[] _isOpen = [];

    public void Begin(CaptureHeader header)
    {
        _levels = [.. header.Channels.Select(c => c.InitialLevel)];
        _isOpen = [.. header.Channels.Select(c => c.InitialLevel is null)];
        EndEarly();
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        if (_isOpen[channel] && !ticks.IsEmpty)
        {
            _isOpen[channel] = false;
            _levels[channel] = !firstLevel;
            EndEarly();
        }
    }

    public void Gap(Gap gap)
    {
        for (var channel = 0; channel < _isOpen.Length; channel++)
        {
            _isOpen[channel] &= gap.Channel is { } only && only != channel;
        }

        EndEarly();
    }

    public void Advance(long completeBeforeTick)
    {
    }

    public void End(long endTick)
    {
    }

    /// <summary>The same capture with the levels that were found.</summary>
    public IEdgeSink Completing(IEdgeSink target) => new Completed(target, _levels);

    private void EndEarly()
    {
        if (Array.TrueForAll(_isOpen, open => !open))
        {
            enough.Cancel();
        }
    }

    private sealed class Completed(IEdgeSink target, bool?[] levels) : IEdgeSink
    {
        public void Begin(CaptureHeader header) =>
            target.Begin(header with { Channels = [.. header.Channels.Select(c => c with { InitialLevel = levels[c.Index] })] });

        public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => target.Edges(channel, firstLevel, ticks);

        public void Gap(Gap gap) => target.Gap(gap);

        public void Advance(long completeBeforeTick) => target.Advance(completeBeforeTick);

        public void End(long endTick) => target.End(endTick);
    }
}
