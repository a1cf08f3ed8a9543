namespace LatencyLab.Simulation;

/// <summary>
/// Holds a board's answers back by the wall clock, for demonstrations (<c>pace=real</c>), for slow emulators (<c>pace=0.1</c>) and for slow boards (<c>slow=10</c>). It changes when bytes
/// come, never which.
/// </summary>
internal sealed class SimulatedPace(SimulatedWorld world, SimulatedBoardOptions options, TimeProvider time)
{
    private static readonly TimeSpan Zero = TimeSpan.Zero;

    private long _anchorPs;
    private long? _anchorStamp;
    private long _busyUntilStamp;

    /// <summary>The board does something that takes a real one about so long.</summary>
    public void Spend(TimeSpan usual)
    {
        if (options.Slow > 0)
        {
            var from = Math.Max(_busyUntilStamp, time.GetTimestamp());
            _busyUntilStamp = from + (long)(usual.TotalSeconds * options.Slow * time.TimestampFrequency);
        }
    }

    /// <summary>How long the host still has to wait before the board goes on.</summary>
    /// <param name="running">A program runs, so that virtual time may pass.</param>
    public TimeSpan Ahead(bool running)
    {
        if (options.Slow <= 0 && options.Pace <= 0)
        {
            return Zero;
        }

        var now = time.GetTimestamp();
        var ahead = _busyUntilStamp > now ? time.GetElapsedTime(now, _busyUntilStamp) : Zero;
        if (options.Pace <= 0)
        {
            return ahead;
        }

        if (!running || _anchorStamp is null)
        {
            (_anchorPs, _anchorStamp) = (world.NowPs, now);
        }

        var virtualTime = TimeSpan.FromMicroseconds((world.NowPs - _anchorPs) / 1e6 / options.Pace);
        var wallTime = time.GetElapsedTime(_anchorStamp.Value, now);
        return virtualTime - wallTime > ahead ? virtualTime - wallTime : ahead;
    }
}
