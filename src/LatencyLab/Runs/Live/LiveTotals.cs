using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Targets;
using LatencyLab.Units;

namespace LatencyLab.Runs.Live;

/// <summary>The captures of a live session added up. Memory doesn't grow with their number.</summary>
internal sealed class LiveTotals
{
    // So many are named; all are counted.
    private const int MostGaps = 1000;
    private const int MostWarnings = 20;

    private readonly List<Gap> _gaps = [];
    private readonly List<string> _warnings = [];
    private long _extra;
    private long _spurious;
    private long _surplusCallbacks;
    private long? _callbacks = 0;
    private long[] _edges = [];
    private long _pulses;
    private StreamHealth _health = new();
    private long _errors;

    /// <summary>Everything that has been counted in captures whose totals agree.</summary>
    public PairTally Tally { get; } = new();

    /// <summary>Captures that were added.</summary>
    public int Segments { get; private set; }

    /// <summary>Stimuli so far, without warm-up: where the numbers of the next capture begin.</summary>
    public long Stimuli => Tally.Stimuli;

    /// <summary>Captured time in ticks.</summary>
    public long CapturedTicks { get; private set; }

    public int GapsSeen { get; private set; }

    /// <summary>Answers without a stimulus so far.</summary>
    public (long Extra, long Spurious) Unpaired => (_extra, _spurious);

    /// <summary>Adds a capture.</summary>
    /// <param name="run">As it came back.</param>
    /// <param name="tickOffset">Where its tick 0 lies in the session.</param>
    /// <param name="capturedTicks">How long it was.</param>
    public void Add(MeasuredRun run, long tickOffset, long capturedTicks)
    {
        var result = run.Result;
        Tally.Merge(run.Tally, tickOffset, Stimuli, withheld: result.Report is null);
        Segments++;
        CapturedTicks += capturedTicks;
        _extra += result.Counts.Extra;
        _spurious += result.Counts.Spurious;
        _surplusCallbacks += result.SurplusCallbacks;
        _callbacks += result.Callbacks;
        _edges = [.. run.EdgesSeen.Select((n, i) => n + (i < _edges.Length ? _edges[i] : 0))];
        GapsSeen += run.Gaps.Count;
        _gaps.AddRange(run.Gaps.Take(MostGaps - _gaps.Count).Select(g => g with { FromTick = g.FromTick + tickOffset, ToTick = g.ToTick + tickOffset }));
        _errors += run.Done?.Errors ?? 0;
        if (run.Outcome is { } outcome)
        {
            _pulses += outcome.Pulses ?? 0;
            _health = Sum(_health, outcome.Health);
        }

        foreach (var warning in run.Warnings.Except(result.Warnings).Where(w => !_warnings.Contains(w)).Take(MostWarnings - _warnings.Count))
        {
            _warnings.Add(Segments == 1 ? warning : $"From {Time(tickOffset, result.TimeBase)} on: {warning}");
        }
    }

    /// <summary>The whole session as one measurement.</summary>
    /// <param name="last">Gives plan, boards, wires.</param>
    /// <param name="plan">The session's plan.</param>
    /// <param name="status">What it is worth.</param>
    /// <param name="reasons">Why it isn't complete.</param>
    public MeasuredRun ToRun(MeasuredRun last, RunPlan plan, RunStatus status, IReadOnlyList<string> reasons)
    {
        var both = plan.Irq == EdgeKind.Both;
        var counts = Tally.Counts(_extra, _spurious);
        var result = new LatencyResult(
            last.Result.TimeBase, counts, _callbacks, Tally.Summary(), both ? Tally.RisingSummary() : null, both ? Tally.FallingSummary() : null, Tally.Latencies(),
            Tally.Withheld, Tally.Worst.Values.Length > 0 ? Tally.Worst.Values[0] : null, _surplusCallbacks, GapsSeen, Tally.Report(null), Tally.ResolutionTicks);
        var warnings = _warnings.Concat(result.Warnings.Where(w => !_warnings.Contains(w))).ToList();
        if (GapsSeen > _gaps.Count)
        {
            warnings.Add($"Only the first {_gaps.Count} of {GapsSeen} gaps are listed.");
        }

        return last with
        {
            Plan = plan with { Samples = (int)Math.Min(int.MaxValue, Math.Max(1, Tally.Stimuli)) },
            Result = result,
            Outcome = last.Outcome is { } outcome ? outcome with { Pulses = _pulses, Health = _health } : null,
            Done = last.Done is { } done ? new TargetDone(_callbacks ?? 0, _errors, done.Reason) : null,
            Status = status,
            Reasons = reasons,
            Warnings = warnings,
            Gaps = _gaps,
            EdgesSeen = _edges,
            Tally = Tally,
        };
    }

    private static string Time(long ticks, TimeBase timeBase) => UnitText.Time(timeBase.ToNanoseconds(ticks));

    private static StreamHealth Sum(StreamHealth a, StreamHealth b) => new()
    {
        FramesLost = a.FramesLost + b.FramesLost,
        FramesDoubled = a.FramesDoubled + b.FramesDoubled,
        FramesForeign = a.FramesForeign + b.FramesForeign,
        FramesMalformed = a.FramesMalformed + b.FramesMalformed,
        StrayBytes = a.StrayBytes + b.StrayBytes,
        EdgesLost = a.EdgesLost + b.EdgesLost,
        Overrun = a.Overrun || b.Overrun,
        Stalled = a.Stalled || b.Stalled,
    };
}
