using LatencyLab.Analysis;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Runs.Wiring;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Targets;
using LatencyLab.Units;

namespace LatencyLab.Runs;

/// <summary>
/// One measurement on one board with one wire: the board fires at itself and stamps with its own clock. Stimuli and handler calls become a capture, so
/// that everything after it is as for a sampler: D0 is the stimulus pin; D1 is no pin, but changes its level with each call of the handler, so that every
/// edge stands for a stamp that the board has read and none is made up.
/// </summary>
public sealed class SelfTimedSession
{
    private readonly RunPlan _plan;
    private readonly BoardOnPort _board;
    private readonly List<string> _reasons = [];
    private readonly List<string> _warnings = [];
    private readonly bool _both;
    private bool _callLevel;
    private bool _stimulusLevel;
    private long _lastTick = -1;

    private SelfTimedSession(RunPlan plan, BoardOnPort board, TimeBase timeBase)
    {
        TimeBase = timeBase;
        Sampler = new SamplerIdentity(SamplerDocument.SelfKind, board.Port, timeBase.TickHz)
        {
            Micropython = board.Board.Identity.Version, Build = board.Board.Identity.Build, Uid = board.Board.Identity.UniqueId, Machine = board.Board.Identity.Machine,
        };
        _plan = plan;
        _board = board;
        _both = plan.Irq == EdgeKind.Both;
        _stimulusLevel = plan.Irq != EdgeKind.Falling;
    }

    /// <summary>Ticks of the capture to come, by the board's own clock.</summary>
    public TimeBase TimeBase { get; }

    /// <summary>What stamps: the board itself.</summary>
    public SamplerIdentity Sampler { get; private set; }

    /// <summary>Loads the scripts and asks the board for its finest clock.</summary>
    /// <exception cref="LatencyLabException">The board doesn't answer, or the plan can't be timed by a board itself.</exception>
    public static async Task<SelfTimedSession> StartAsync(RunPlan plan, BoardOnPort board, CancellationToken cancellationToken)
    {
        if (plan.Handler is not (IrqHandler.Bytecode or IrqHandler.Hard))
        {
            throw new LatencyLabException(FaultKind.Usage, $"The handler {plan.Handler.ToString().ToLowerInvariant()} can't read the clock that a self-timed run needs.", "--handler", "Use bytecode or hard, or a Pico as the sampler.");
        }

        await board.Board.LoadAsync(SelfTimedTest.Parts, cancellationToken);
        await board.Board.CallAsync("hello", "{}", "HELLO", cancellationToken);
        return new SelfTimedSession(plan, board, new TimeBase(await SelfTimedTarget.TickHzAsync(board.Board, cancellationToken)));
    }

    /// <summary>Measures. A measurement that took place always comes back, be it invalid; only what prevents it is thrown.</summary>
    /// <param name="edges">Gets every edge, before it is paired: the log.</param>
    /// <param name="pairs">Get every pair.</param>
    /// <param name="onProgress">Called for each batch.</param>
    /// <param name="cancellationToken">Stops in order: what was measured until then comes back as partial.</param>
    /// <exception cref="LatencyLabException">The wiring check fails, or the board refuses the plan.</exception>
    public async Task<MeasuredRun> MeasureAsync(
        IEdgeSink edges, IReadOnlyList<IPairSink> pairs, Action<RunProgress> onProgress, CancellationToken cancellationToken)
    {
        onProgress(new RunProgress("checking the wire", 0, _plan.Samples + _plan.Warmup, null, TimeBase));
        var wires = await SelfWiringCheck.RunAsync(_board.Board, _plan.StimulusPin ?? _plan.ResponsePin, _plan.Pin, cancellationToken);
        var test = Test();
        var target = await SelfTimedTarget.StartAsync(_board.Board, test, SelfTimedTest.BatchSeconds(StimulusSeconds), cancellationToken);
        if (target.Timing.TickHz != TimeBase.TickHz)
        {
            throw new DeviceException($"The board's clock changed from {UnitText.Frequency(TimeBase.TickHz)} to {UnitText.Frequency(target.Timing.TickHz)}.", _board.Port, "Run again; a program or setting that changes the clock can't be measured so.");
        }

        Sampler = Sampler with { Ticks = target.Timing.Ticks, ReadNs = target.Timing.ReadNs, BiasNs = target.Timing.BiasNs };
        var pipeline = new LatencyPipeline(_plan.Rules(TimeBase), pairs);
        var sink = new EdgeFanOut(edges, pipeline);
        sink.Begin(new CaptureHeader(TimeBase, [new Channel(0, "D0", !_stimulusLevel), new Channel(1, "D1", false)]));
        var stamps = new SelfStamps(target.Timing.TickHz, _both, _board.Port);
        await CaptureAsync(target, stamps, sink, () => onProgress(new RunProgress("measuring", pipeline.Tally.Total, test.Count, pipeline.Tally, TimeBase)), cancellationToken);
        sink.End(_lastTick + 1);
        return Conclude(pipeline, wires, target, stamps, test.Count, cancellationToken.IsCancellationRequested);
    }

    private async Task CaptureAsync(SelfTimedTarget target, SelfStamps stamps, IEdgeSink sink, Action onProgress, CancellationToken cancellationToken)
    {
        var stopping = false;
        try
        {
            while (true)
            {
                if (cancellationToken.IsCancellationRequested && !stopping)
                {
                    stopping = true;
                    await target.StopAsync();
                }

                System.Text.Json.JsonElement? line;
                try
                {
                    line = await target.ReadAsync(stopping ? CancellationToken.None : cancellationToken);
                }
                catch (OperationCanceledException) when (!stopping)
                {
                    continue;
                }

                if (line is not { } batch)
                {
                    return;
                }

                Hand(stamps.Read(batch), sink);
                onProgress();
            }
        }
        catch (LatencyLabException e) when (e.Kind is FaultKind.Device or FaultKind.Measurement)
        {
            // What was stamped before counts, except that the last stimulus may have been answered in a line that never came.
            _reasons.Add($"DONE missing: {e.Message}");
        }
    }

    private void Hand((IReadOnlyList<SelfTimedStimulus> Stimuli, long LostBefore) batch, IEdgeSink sink)
    {
        if (batch.Stimuli.Count == 0)
        {
            return;
        }

        if (batch.LostBefore > 0)
        {
            sink.Gap(new Gap(_lastTick + 1, Math.Max(_lastTick + 1, batch.Stimuli[0].Tick - 1), null, null, "line lost"));
            // An odd number of lost stimuli on both edges changes the level of the next.
            _stimulusLevel ^= _both && (batch.LostBefore & 1) == 1;
        }

        for (var i = 0; i < batch.Stimuli.Count; i++)
        {
            var stimulus = batch.Stimuli[i];
            sink.Edges(0, _stimulusLevel, stimulus.EndTick is { } end ? [stimulus.Tick, end] : [stimulus.Tick]);
            _stimulusLevel ^= _both;
            foreach (var tick in stimulus.CallTicks)
            {
                _callLevel = !_callLevel;
                sink.Edges(1, _callLevel, [tick]);
            }

            _lastTick = Math.Max(stimulus.EndTick ?? stimulus.Tick, stimulus.CallTicks.Count > 0 ? stimulus.CallTicks[^1] : 0);
            if (stimulus.Calls > stimulus.CallTicks.Count)
            {
                var next = i + 1 < batch.Stimuli.Count ? batch.Stimuli[i + 1].Tick - 1 : _lastTick + 1;
                sink.Gap(new Gap(stimulus.CallTicks[^1] + 1, Math.Max(stimulus.CallTicks[^1] + 1, next), 1, stimulus.Calls - stimulus.CallTicks.Count, "more calls than stamps"));
                _lastTick = Math.Max(_lastTick, next);
            }
        }

        sink.Advance(_lastTick);
    }

    private MeasuredRun Conclude(LatencyPipeline pipeline, IReadOnlyList<WireDocument> wires, SelfTimedTarget target, SelfStamps stamps, int planned, bool interrupted)
    {
        var result = pipeline.Result(target.Done?.Callbacks, _plan.Limit);
        _warnings.Add($"Self-timed: the board stamped itself with {target.Timing.Ticks} ({UnitText.Time(result.TimeBase.TickNs)}); latencies are up to {UnitText.Time(target.Timing.BiasNs)} too long, and the stimulus comes while the processor is awake.");
        _warnings.AddRange(result.Warnings);
        if (stamps.Lost > 0)
        {
            _reasons.Add($"The stamps of {stamps.Lost} stimuli were lost on their way.");
        }

        if (target.Done is { } done)
        {
            if (done.Errors > 0)
            {
                _warnings.Add($"The target counted {done.Errors} errors in its script.");
            }

            if (!interrupted && (done.Reason != "done" || stamps.Next < planned))
            {
                _reasons.Add($"The board ended by itself after {stamps.Next} of {planned} stimuli: {done.Reason}.");
            }
        }

        if (!interrupted)
        {
            LatencyFindings.AddNothingMatched(result.Counts, _reasons);
        }

        LatencyFindings.AddTooManyExcluded(result.Counts, interrupted ? 1 : 0, _plan.MaxExcludedPercent, _reasons);
        var status = _reasons.Count > 0 ? RunStatus.Invalid : interrupted ? RunStatus.Partial : RunStatus.Complete;
        if (interrupted)
        {
            _reasons.Add(RunSession.Interrupted);
        }

        return new MeasuredRun(_plan, _board, Sampler, _board.Board.Loaded, wires, result, null, target.Done, status, _reasons, _warnings, pipeline.Gaps, pipeline.EdgesSeen, pipeline.Tally);
    }

    private SelfTimedTest Test()
    {
        var micros = new TimeBase(1_000_000);
        var gap = _plan.Gap.ToCycles(micros.TickHz, 1);
        return new SelfTimedTest(
            RunSession.Nonce(_plan.Seed), _plan.Pin, _plan.StimulusPin ?? _plan.ResponsePin, _plan.Irq, _plan.Handler, _plan.Idle,
            _plan.Samples + _plan.Warmup, _plan.Seed, (gap.Min, gap.Width), micros.ToTicks(_plan.Pulse), Math.Max(1, micros.ToTicks(_plan.Window)),
            Math.Ceiling(SelfTimedTest.LongestSeconds(_plan.Samples + _plan.Warmup, StimulusSeconds)) + 1);
    }

    private double StimulusSeconds => _plan.Gap.Min.Seconds + _plan.Gap.Width.Seconds + _plan.Pulse.Seconds + _plan.Window.Seconds;
}
