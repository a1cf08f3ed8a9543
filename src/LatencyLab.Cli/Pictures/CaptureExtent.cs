using LatencyLab.Formats;
using LatencyLab.Signals;

namespace LatencyLab.Cli.Pictures;

/// <summary>Where a capture begins and ends, and what its lines are, without its edges.</summary>
internal sealed class CaptureExtent : IEdgeSink
{
    private readonly CancellationTokenSource? _stop;
    private CaptureHeader? _header;
    private long _endTick = long.MaxValue;

    private CaptureExtent(CancellationTokenSource? stop) => _stop = stop;

    /// <summary>Reads a capture only as far as needed.</summary>
    /// <param name="source">The capture.</param>
    /// <param name="headerOnly">Stop once the header is known; the end tick is then <see cref="long.MaxValue"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static (CaptureHeader Header, long EndTick) Of(ICaptureSource source, bool headerOnly, CancellationToken cancellationToken)
    {
        using var stop = headerOnly ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : null;
        var extent = new CaptureExtent(stop);
        try
        {
            source.Read(extent, stop?.Token ?? cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && extent._header is not null)
        {
            // The header is all that was wanted.
        }

        return (extent._header ?? throw new InvalidOperationException("A reader ended without a header."), extent._endTick);
    }

    public void Begin(CaptureHeader header)
    {
        _header = header;
        _stop?.Cancel();
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
    }

    public void Gap(Gap gap)
    {
    }

    public void Advance(long completeBeforeTick)
    {
    }

    public void End(long endTick) => _endTick = endTick;
}
