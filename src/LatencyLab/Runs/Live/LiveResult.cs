using LatencyLab.Runs.Documents;

namespace LatencyLab.Runs.Live;

/// <summary>Why a live session ended.</summary>
public enum LiveEnd
{
    /// <summary>The user stopped it.</summary>
    Stopped,

    /// <summary>Its time was over.</summary>
    Duration,

    /// <summary>A latency was above the limit.</summary>
    Break,

    /// <summary>A board or its link failed.</summary>
    Fault,
}

/// <summary>A live session after its end.</summary>
/// <param name="Run">All its captures as one measurement.</param>
/// <param name="End">Why it ended.</param>
/// <param name="Segments">Captures that the numbers are of.</param>
/// <param name="CapturedTicks">How long was captured, the pauses between captures left out.</param>
/// <param name="LeftOut">Stimuli of a last capture that broke off, which are in no number.</param>
/// <param name="Break">What was above the limit; null where nothing was.</param>
public sealed record LiveResult(MeasuredRun Run, LiveEnd End, int Segments, long CapturedTicks, long LeftOut, LiveEvent? Break)
{
    /// <summary>The session as run.json tells it.</summary>
    /// <param name="plan">What was asked for.</param>
    /// <param name="kept">Which edges are stored; null where none was seen.</param>
    public LiveDocument ToDocument(LivePlan plan, KeptEdgesDocument? kept)
    {
        var timeBase = Run.Result.TimeBase;
        return new LiveDocument
        {
            End = End.ToString().ToLowerInvariant(),
            CapturedNs = timeBase.ToNanoseconds(CapturedTicks),
            Segments = Segments,
            LeftOut = LeftOut,
            DurationNs = plan.Duration?.Nanoseconds,
            BreakOnNs = plan.BreakOn?.Nanoseconds,
            Break = Break is { } seen
                ? new LiveBreakDocument
                {
                    Sequence = seen.Sequence,
                    StimulusTick = seen.StimulusTick,
                    ResponseTick = seen.ResponseTick,
                    LatencyNs = seen.LatencyTicks is { } ticks ? timeBase.ToNanoseconds(ticks) : null,
                    Status = seen.Status.ToString().ToLowerInvariant(),
                }
                : null,
            Kept = kept,
        };
    }
}
