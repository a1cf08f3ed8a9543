using System.Globalization;
using LatencyLab.Analysis;
using LatencyLab.Captures;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Samplers;
using LatencyLab.Units;

namespace LatencyLab.Runs.Live;

/// <summary>
/// A measurement without a planned end. It is a chain of captures of about ten minutes, each with its own seed, start, end and totals on both boards: no
/// counter of the sampler comes near its bound, whatever was counted is held against both boards' totals all along, and what a failing board costs
/// is one capture. Between two of them no stimulus is fired, so that none is lost. Memory doesn't grow with the session.
/// </summary>
public sealed class LiveSession
{
    private readonly LivePlan _live;
    private readonly BoardOnPort _target;
    private readonly BoardOnPort _sampler;
    private readonly TimeProvider _clock;
    private readonly LiveTotals _totals = new();
    private readonly RecentEdges _recent;
    private RunSession _session;
    private RunPlan _segment;
    private MeasuredRun? _last;
    private RunProgress? _current;

    private LiveSession(LivePlan live, BoardOnPort target, BoardOnPort sampler, TimeProvider clock, RunPlan segment, RunSession first)
    {
        (_live, _target, _sampler, _clock, _segment, _session) = (live, target, sampler, clock, segment, first);
        _recent = new RecentEdges(TimeBase.ToTicks(live.Keep) / 10 * 11);
    }

    /// <summary>Ticks of the session.</summary>
    public TimeBase TimeBase => _session.TimeBase;

    /// <summary>What stamps.</summary>
    public SamplerIdentity Sampler => _session.Sampler;

    /// <summary>The edges that are kept.</summary>
    public RecentEdges Recent => _recent;

    /// <summary>Loads the scripts' common part and asks the sampler for its clock.</summary>
    /// <exception cref="LatencyLabException">A board doesn't answer, or can't do what is planned.</exception>
    public static async Task<LiveSession> StartAsync(LivePlan live, BoardOnPort target, BoardOnPort sampler, TimeProvider clock, CancellationToken cancellationToken)
    {
        var segment = live.Segment(live.Plan.Seed);
        return new LiveSession(live, target, sampler, clock, segment, await RunSession.StartAsync(segment, target, sampler, clock, cancellationToken));
    }

    /// <summary>Measures until something ends it. What took place always comes back; only what prevents the first capture is thrown.</summary>
    /// <param name="onProgress">Called often.</param>
    /// <param name="stop">Ends it in order.</param>
    /// <exception cref="LatencyLabException">The wiring check fails, or a board refuses the plan.</exception>
    public async Task<LiveResult> MeasureAsync(Action<RunProgress> onProgress, CancellationToken stop)
    {
        while (true)
        {
            var watch = new BreakWatch(_live.BreakOn, TimeBase, _recent.EndTick == 0 ? 0 : _recent.EndTick + 1, _totals.Stimuli);
            MeasuredRun run;
            try
            {
                run = await SegmentAsync(watch, onProgress, stop);
            }
            catch (Exception e) when (_last is not null && e is LatencyLabException { Kind: not FaultKind.Storage } or OperationCanceledException && _last is not null)
            {
                _current = null;
                return stop.IsCancellationRequested ? Conclude(LiveEnd.Stopped, [], 0, null) : Conclude(LiveEnd.Fault, [e.Message], 0, null);
            }

            _current = null;
            _last = run;
            if (run.Status == RunStatus.Invalid)
            {
                return Broken(run, watch.First);
            }

            Add(run);
            if (End(watch, stop) is { } end)
            {
                return Conclude(end, [], 0, watch.First);
            }

            _segment = _live.Segment(StimulusTable.Next(StimulusTable.StateOf(_segment.Seed)));
        }
    }

    /// <summary>What has been counted so far, as a copy that doesn't change any more; empty before the first capture began.</summary>
    public LiveSnapshot Snapshot()
    {
        var copy = new PairTally();
        copy.Merge(_totals.Tally, 0, 0);
        if (_current?.Tally is { } current)
        {
            copy.Merge(current, _recent.OffsetTick, _totals.Stimuli);
        }

        var (extra, spurious) = _totals.Unpaired;
        return new LiveSnapshot(
            copy, copy.Counts(extra + (_current?.Counts?.Extra ?? 0), spurious + (_current?.Counts?.Spurious ?? 0)), _totals.GapsSeen + (_current?.Gaps ?? 0),
            _totals.Segments + (_current?.Tally is null ? 0 : 1));
    }

    private async Task<MeasuredRun> SegmentAsync(BreakWatch watch, Action<RunProgress> onProgress, CancellationToken stop)
    {
        if (_last is not null)
        {
            _session = await RunSession.StartAsync(_segment, _target, _sampler, _clock, stop);
        }

        var afterTicks = TimeBase.ToTicks(_live.Keep) / 10;
        var durationTicks = _live.Duration is { } duration ? TimeBase.ToTicks(duration) - _totals.CapturedTicks : long.MaxValue;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        return await _session.MeasureAsync(
            _recent, [watch],
            progress =>
            {
                _current = progress;
                if (progress.CapturedTick >= durationTicks || (watch.First is { } first && progress.CapturedTick + _recent.OffsetTick >= (first.ResponseTick ?? first.StimulusTick) + afterTicks))
                {
                    enough.Cancel();
                }

                onProgress(progress with { Total = 0, Before = _totals.Segments == 0 ? null : _totals.Tally, TickOffset = _recent.OffsetTick });
            },
            enough.Token, _last?.Wires);
    }

    private void Add(MeasuredRun run) => _totals.Add(run, _recent.OffsetTick, _recent.EndTick - _recent.OffsetTick);

    private LiveEnd? End(BreakWatch watch, CancellationToken stop) =>
        watch.First is not null ? LiveEnd.Break
        : stop.IsCancellationRequested ? LiveEnd.Stopped
        : _live.Duration is { } duration && _totals.CapturedTicks >= TimeBase.ToTicks(duration) ? LiveEnd.Duration
        : null;

    // A capture whose totals nobody could compare is in no number, unless there is no other one: then it is all that there is to show.
    private LiveResult Broken(MeasuredRun run, LiveEvent? seen)
    {
        if (_totals.Segments == 0)
        {
            Add(run);
            return new LiveResult(_totals.ToRun(run, _live.Plan, RunStatus.Invalid, run.Reasons), LiveEnd.Fault, 1, _totals.CapturedTicks, 0, seen);
        }

        var leftOut = run.Result.Counts.Stimuli;
        return Conclude(
            LiveEnd.Fault,
            [.. run.Reasons.Where(r => r != RunSession.Interrupted), string.Create(CultureInfo.InvariantCulture, $"The last capture with {leftOut} stimuli is in no number, since it did not come to its end.")],
            leftOut, seen);
    }

    private LiveResult Conclude(LiveEnd end, IReadOnlyList<string> reasons, long leftOut, LiveEvent? seen)
    {
        var cutShort = end == LiveEnd.Stopped && _live.Duration is not null;
        var status = end == LiveEnd.Fault || cutShort ? RunStatus.Partial : RunStatus.Complete;
        return new LiveResult(
            _totals.ToRun(_last!, _live.Plan, status, cutShort ? [RunSession.Interrupted] : reasons), end, _totals.Segments, _totals.CapturedTicks, leftOut, seen);
    }
}

/// <summary>What a session has counted so far.</summary>
/// <param name="Tally">Stimuli and latencies.</param>
/// <param name="Counts">The same by status, with answers that belong to no stimulus.</param>
/// <param name="Gaps">Spans of doubt.</param>
/// <param name="Segments">Captures that these are of, the last one still going on.</param>
public sealed record LiveSnapshot(PairTally Tally, PairCounts Counts, int Gaps, int Segments);
