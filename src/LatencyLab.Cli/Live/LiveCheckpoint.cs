using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Live;

namespace LatencyLab.Cli.Live;

/// <summary>
/// Writes what a live session has counted, soon at first and then each minute, so that a killed one leaves its numbers. The work is done beside the measurement:
/// what the sampler sends is taken all the while.
/// </summary>
internal sealed class LiveCheckpoint(RunFolder folder, RunDocument planned, LiveSession session, TimeProvider clock)
{
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromMinutes(1);

    private Task _writing = Task.CompletedTask;
    private TimeSpan _period = TimeSpan.FromSeconds(1);
    private long _last;
    private volatile bool _wanted = true;

    /// <summary>Writes as soon as possible: the user wants to stop, and may not wait for the boards.</summary>
    public void Want() => _wanted = true;

    public void WriteWhenDue(RunProgress progress)
    {
        if (progress.Tally is null || !_writing.IsCompleted || (!_wanted && clock.GetElapsedTime(_last) < _period))
        {
            return;
        }

        // A full disk ends the session here, as it would at its end.
        _writing.GetAwaiter().GetResult();
        (_wanted, _last) = (false, clock.GetTimestamp());
        _period = _period * 2 < LongestPeriod ? _period * 2 : LongestPeriod;
        _writing = WriteAsync(session.Snapshot(), session.TimeBase.ToNanoseconds(progress.TickOffset + progress.CapturedTick));
    }

    private Task WriteAsync(LiveSnapshot snapshot, double capturedNs) => Task.Run(() => Write(snapshot, capturedNs));

    public Task FinishAsync() => _writing;

    private void Write(LiveSnapshot snapshot, double capturedNs)
    {
        var counts = snapshot.Tally.ToCounts();
        RunFolder.Replace(folder.LatencyCountsPath, stream => counts.Write(stream, session.TimeBase));
        folder.Begin(planned with
        {
            Counts = new RunCounts(AnalysisCounts.Of(snapshot.Counts, snapshot.Gaps), callbacks: null),
            LatencyNs = LatencyInTime.Of(snapshot.Tally.Summary(), session.TimeBase),
            Live = new LiveDocument { End = LiveDocument.GoingOn, CapturedNs = capturedNs, Segments = snapshot.Segments },
        });
    }
}
