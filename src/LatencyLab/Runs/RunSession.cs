using LatencyLab.Analysis;
using LatencyLab.Boards;
using LatencyLab.MicroPython;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Runs.Wiring;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Targets;
using LatencyLab.Units;

namespace LatencyLab.Runs;

/// <summary>
/// One measurement on two boards (docs/protocol.md section 5): scripts loaded, wires proven, interrupt armed, stimuli fired, edges paired. A target that
/// runs firmware of its own is left alone: only the sampler is a board of ours then.
/// It knows no console and no folder: edges and pairs also go to the sinks that the caller brings.
/// </summary>
public sealed class RunSession
{
    /// <summary>Reason of a run that was stopped before its plan was through.</summary>
    public const string Interrupted = "Interrupted by the user.";

    // No board's clock runs ahead of this computer's, so its dead man, which waits for the plan and ten seconds more after each word, can't wake
    // sooner than this. A slow board sees few words, and a board at its usual speed none: each costs the target an interrupt.
    private static readonly TimeSpan KeepAliveMargin = TimeSpan.FromSeconds(5);

    private readonly RunPlan _plan;
    private readonly BoardOnPort? _target;
    private readonly BoardOnPort _sampler;
    private readonly TimeProvider _clock;
    private readonly List<string> _reasons = [];
    private readonly List<string> _warnings = [];

    private RunSession(RunPlan plan, BoardOnPort? target, BoardOnPort sampler, long samplerHz, TimeProvider clock)
    {
        _plan = plan;
        _target = target;
        _sampler = sampler;
        _clock = clock;
        SamplerHz = samplerHz;
        TimeBase = new TimeBase(samplerHz / 2, sampler.Clock?.Ppm);
    }

    /// <summary>The plan with what the boards have decided.</summary>
    public RunPlan Plan => _plan;

    /// <summary>System clock of the sampler as it says.</summary>
    public long SamplerHz { get; }

    /// <summary>Ticks of the capture to come: one tick is two cycles of the sampler's system clock.</summary>
    public TimeBase TimeBase { get; }

    /// <summary>What stamps.</summary>
    public SamplerIdentity Sampler => PicoSampler.IdentityOf(_sampler.Board, TimeBase.TickHz, _sampler.Clock);

    /// <summary>Loads the scripts' common part and asks the sampler for its clock.</summary>
    /// <param name="plan">What to measure.</param>
    /// <param name="target">The board under test; null for one that runs firmware of its own.</param>
    /// <param name="sampler">The Pico.</param>
    /// <param name="clock">For words that keep the target's dead man quiet.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="LatencyLabException">A board doesn't answer, or can't do what is planned.</exception>
    public static async Task<RunSession> StartAsync(RunPlan plan, BoardOnPort? target, BoardOnPort sampler, TimeProvider clock, CancellationToken cancellationToken)
    {
        var hz = await GreetAsync(target, sampler, cancellationToken);
        if (target is not null && plan.Test == StimulusTest.Schedule && plan.HandlerByBoard)
        {
            // From a hard interrupt where the board has it: elsewhere the caller is a callback of the scheduler itself.
            var can = await TargetCapabilities.AskAsync(target.Board, plan.Pin, cancellationToken);
            plan = plan with { Handler = can.Hard ? IrqHandler.Hard : IrqHandler.Bytecode };
        }

        return new RunSession(plan, target, sampler, hz, clock);
    }

    /// <summary>Loads what all scripts share and asks the boards who they are.</summary>
    /// <returns>System clock of the sampler.</returns>
    /// <exception cref="LatencyLabException">A board doesn't answer.</exception>
    internal static async Task<long> GreetAsync(BoardOnPort? target, BoardOnPort sampler, CancellationToken cancellationToken)
    {
        if (target is not null)
        {
            await target.Board.LoadAsync(["target/core"], cancellationToken);
        }

        await sampler.Board.LoadAsync(["sampler/core"], cancellationToken);
        if (target is not null)
        {
            await target.Board.CallAsync("hello", "{}", "HELLO", cancellationToken);
        }

        var hello = await sampler.Board.CallAsync("hello", "{}", "HELLO", cancellationToken);
        return BoardLine.Number(hello, "hz") is { } value and >= 2 and <= 10_000_000_000
            ? value
            : throw new DeviceException("The sampler doesn't tell its clock.", sampler.Port);
    }

    /// <summary>Measures. A measurement that took place always comes back, be it invalid; only what prevents it is thrown.</summary>
    /// <param name="edges">Gets every edge, before it is paired: the log.</param>
    /// <param name="pairs">Get every pair.</param>
    /// <param name="onProgress">Called often.</param>
    /// <param name="cancellationToken">Stops in order: what was measured until then comes back as partial.</param>
    /// <param name="proven">Wires that were proven a moment ago, so that it needn't be done again; null to prove them.</param>
    /// <exception cref="LatencyLabException">The wiring check fails, or a board refuses the plan.</exception>
    public async Task<MeasuredRun> MeasureAsync(
        IEdgeSink edges, IReadOnlyList<IPairSink> pairs, Action<RunProgress> onProgress, CancellationToken cancellationToken, IReadOnlyList<WireDocument>? proven = null)
    {
        onProgress(new RunProgress("checking wires", 0, _plan.Pulses, null, TimeBase));
        var wires = proven is null ? await CheckWiresAsync(cancellationToken) : _ => proven;
        var pipeline = new LatencyPipeline(_plan.Rules(TimeBase), pairs);
        var nonce = Nonce(_plan.Seed);
        if (_target is not null)
        {
            onProgress(new RunProgress("arming the target", 0, _plan.Pulses, null, TimeBase));
        }

        await _sampler.Board.LoadAsync(PicoSampler.Parts, cancellationToken);
        // A floating line would fire interrupts of its own until the capture takes it over.
        await _sampler.Board.DrivePinAsync(PicoSampler.StimulusGpio, false, cancellationToken);
        // Once begun it is carried through: what is armed is disarmed again in order, however soon the user wants to stop.
        var armed = _target is null ? null : await ArmedTarget.ArmAsync(_target.Board, Test(_target, nonce), CancellationToken.None);
        var outcome = await CaptureAsync(armed, nonce, new EdgeFanOut(edges, pipeline), pipeline, onProgress, cancellationToken);
        var done = armed is null ? null : await StopTargetAsync(armed);
        await ReleaseSamplerAsync(outcome);
        return Conclude(pipeline, wires(pipeline), outcome, done, cancellationToken.IsCancellationRequested) with { CpuHz = armed?.CpuHz };
    }

    /// <summary>Proves the wires as far as can be; what is to be said of them is known when the answers are.</summary>
    private async Task<Func<LatencyPipeline, IReadOnlyList<WireDocument>>> CheckWiresAsync(CancellationToken cancellationToken)
    {
        if (_target is not null)
        {
            var proven = await WiringCheck.RunAsync(
                _sampler.Board, _target.Board, new Wire("stimulus", PicoSampler.StimulusGpio, _plan.Pin, true),
                new Wire("response", PicoSampler.ResponseGpio, _plan.ResponsePin, false), cancellationToken);
            return _ => proven;
        }

        var seen = await FreeRunningWires.CheckAsync(_sampler.Board, PicoSampler.StimulusGpio, PicoSampler.ResponseGpio, _plan.DriveHeldLine, cancellationToken);
        if (!seen.ResponseIsDriven)
        {
            _warnings.Add($"Nothing held the response line (sampler GP{PicoSampler.ResponseGpio}) before the run: check its wire and the ground wire if no answers come.");
        }

        return pipeline => seen.ToDocuments(PicoSampler.StimulusGpio, PicoSampler.ResponseGpio, pipeline.Tally.Matched + pipeline.Tally.Late > 0);
    }

    private ITargetTest Test(BoardOnPort target, uint nonce)
    {
        var seconds = Math.Ceiling(_plan.LongestSeconds) + 1;
        var chip = BoardCatalog.Get(target.Chip);
        var isViper = _plan.Handler == IrqHandler.Viper;
        var conditions = new TargetConditions(
            _plan.Load, TargetLoads.Split(_plan.Load).Contains("uart") ? UartPins.FreeOn(chip, _plan.Pin, _plan.ResponsePin) : [], _plan.CpuHz);
        var set = isViper ? chip.SetRegisterOf(_plan.ResponsePin) ?? throw NoRegister(_plan.ResponsePin, "SET", "--response-pin") : (SetRegister?)null;
        return _plan.Test switch
        {
            StimulusTest.Poll => new PollTest(
                nonce, _plan.Pin, _plan.ResponsePin, _plan.Irq, _plan.Handler, seconds, isViper ? chip.InRegisterOf(_plan.Pin) ?? throw NoRegister(_plan.Pin, "IN", "--pin") : null, set)
            {
                Conditions = conditions,
            },
            StimulusTest.Schedule => new ScheduleTest(nonce, _plan.Pin, _plan.ResponsePin, _plan.Irq, _plan.Handler == IrqHandler.Hard, _plan.Idle, seconds) { Conditions = conditions },
            _ => new IrqTest(nonce, _plan.Pin, _plan.ResponsePin, _plan.Irq, _plan.Handler, _plan.Idle, seconds, set) { Conditions = conditions, Script = _plan.Script },
        };
    }

    private static LatencyLabException NoRegister(int gpio, string register, string option) => new(
        FaultKind.Usage, $"GPIO{gpio} has no {register} register that viper code could use.", option, "Choose another pin or --handler native.");

    private async Task<CaptureOutcome?> CaptureAsync(
        ArmedTarget? armed, uint nonce, IEdgeSink sink, LatencyPipeline pipeline, Action<RunProgress> onProgress, CancellationToken cancellationToken)
    {
        var (low, high) = _plan.Cycles(SamplerHz);
        var request = new CaptureRequest(
            nonce, [PicoSampler.StimulusGpio, PicoSampler.ResponseGpio], ["D0", "D1"], PicoSampler.StimulusGpio, _plan.Pulses, _plan.Seed, low, high,
            Math.Ceiling(_plan.LongestSeconds) + 1)
        {
            CalibrationPpm = TimeBase.CalibrationPpm,
            Train = _plan.Train(SamplerHz),
        };
        var lastWord = _clock.GetTimestamp();
        var patience = TimeSpan.FromSeconds(_plan.LongestSeconds) + KeepAliveMargin;
        try
        {
            return await PicoSampler.CaptureAsync(_sampler.Board, request, sink, _ =>
            {
                if (armed is not null && _clock.GetElapsedTime(lastWord) > patience)
                {
                    lastWord = _clock.GetTimestamp();
                    KeepAlive(armed);
                }

                onProgress(new RunProgress("measuring", pipeline.Tally.Total, (long)_plan.Pulses * _plan.StimuliPerPulse, pipeline.Tally, TimeBase, pipeline.CompleteBeforeTick, Counts: pipeline.Counts, Gaps: pipeline.Gaps.Count));
            }, cancellationToken);
        }
        catch (LatencyLabException e) when (e.Kind is FaultKind.Device or FaultKind.Measurement && pipeline.Header is not null)
        {
            _reasons.Add($"END missing: {e.Message}");
            return null;
        }
        catch
        {
            if (armed is not null)
            {
                await StopTargetAsync(armed);
            }

            throw;
        }
    }

    private static async void KeepAlive(ArmedTarget armed)
    {
        try
        {
            await armed.KeepAliveAsync(CancellationToken.None);
        }
        catch (DeviceException)
        {
            // A word that can't be said must not end the capture: stopping the target shows that it is gone.
        }
    }

    private async Task<TargetDone?> StopTargetAsync(ArmedTarget armed)
    {
        try
        {
            var done = await armed.StopAsync(CancellationToken.None);
            TargetFindings.Add(done, _reasons, _warnings);
            return done;
        }
        catch (LatencyLabException e)
        {
            _reasons.Add(e.Message);
            return null;
        }
    }

    /// <summary>The sampler's script leaves a weak pull on the stimulus line until the target no longer listens.</summary>
    private async Task ReleaseSamplerAsync(CaptureOutcome? outcome)
    {
        if (outcome is null)
        {
            return;
        }

        try
        {
            await _sampler.Board.ReleaseAsync([PicoSampler.StimulusGpio, PicoSampler.ResponseGpio], CancellationToken.None);
        }
        catch (LatencyLabException e)
        {
            _warnings.Add($"The sampler's pins could not be released: {e.Message}");
        }
    }

    private MeasuredRun Conclude(LatencyPipeline pipeline, IReadOnlyList<WireDocument> wires, CaptureOutcome? outcome, TargetDone? done, bool interrupted)
    {
        var result = pipeline.Result(done?.Callbacks, _plan.Limit);
        _warnings.AddRange(result.Warnings);
        JudgeStream(result, outcome, interrupted);
        var nothing = !interrupted && LatencyFindings.AddNothingMatched(result.Counts, _reasons);
        if (!nothing && result.Trains is null && result.Counts.Missed > 0.9 * result.Counts.Stimuli)
        {
            var ran = done?.Callbacks > 2 * (result.Counts.Matched + _plan.Warmup);
            var why = done is null ? "" : ran ? " The handler ran all the same: look at the response pin and its wire." : " The handler did not run: the target or its script is stuck, or the stimulus wire is loose.";
            _warnings.Add($"Nearly nothing was answered: {result.Counts.Missed} of {result.Counts.Stimuli} stimuli are missed.{why} The numbers rest on the few that were answered.");
        }

        // The user's Ctrl-C cuts the window of the last stimulus, which says nothing about the link.
        LatencyFindings.AddTooManyExcluded(result.Counts, interrupted ? 1 : 0, _plan.MaxExcludedPercent, _reasons);
        if (result.Withheld > 0 && result.Summary.N == 0 && result.Trains is null)
        {
            _reasons.Add(result.IsShiftedThroughout
                ? "Answers came after the next stimulus, for so long that nobody can say to which one they belong: no latency can be given."
                : "Callbacks and answers don't add up, and nothing shows where: no latency can be given.");
        }

        var status = _reasons.Count > 0 ? RunStatus.Invalid : interrupted ? RunStatus.Partial : RunStatus.Complete;
        if (interrupted)
        {
            _reasons.Add(Interrupted);
        }

        BoardOnPort?[] boards = [_target, _sampler];
        var firmware = boards.OfType<BoardOnPort>().SelectMany(b => b.Board.Loaded).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        var sampled = outcome is null ? null : new SamplerOutcome(Sampler, outcome.Health) { Pulses = outcome.End.Pulses };
        return new MeasuredRun(_plan, _target, Sampler, firmware, wires, result, sampled, done, status, _reasons, _warnings, pipeline.Gaps, pipeline.EdgesSeen, pipeline.Tally);
    }

    private void JudgeStream(LatencyResult result, CaptureOutcome? outcome, bool interrupted)
    {
        if (outcome is null)
        {
            return;
        }

        if (outcome.Hello.TickHz != TimeBase.TickHz)
        {
            _reasons.Add($"The sampler's clock changed between planning ({UnitText.Frequency(TimeBase.TickHz)} ticks) and capture ({UnitText.Frequency(outcome.Hello.TickHz)}).");
        }

        _reasons.AddRange(PicoSampler.FaultsOf(outcome.Health));
        if (!outcome.Health.Overrun && outcome.End.Reason != "done" && !interrupted)
        {
            _reasons.Add($"The sampler ended the capture by itself: {outcome.End.Reason}.");
        }

        var fired = (outcome.End.Pulses * _plan.StimuliPerPulse) - _plan.Warmup;
        if (_plan.Test == StimulusTest.Schedule)
        {
            // Here the handler asks, and an interrupt that was lost asks nothing.
            if (!interrupted && fired > result.Counts.Stimuli)
            {
                _warnings.Add($"The sampler fired {fired} stimuli after warm-up, the interrupt's handler scheduled {result.Counts.Stimuli} times.");
            }
        }
        else if (!interrupted && fired >= 0 && fired != result.Counts.Stimuli)
        {
            // Not where it was stopped: it has then taken a pulse from its table that it doesn't fire any more.
            _reasons.Add($"The sampler fired {fired} stimuli after warm-up, {result.Counts.Stimuli} are accounted for.");
        }

        if (outcome.Health.FramesForeign > 0)
        {
            _warnings.Add($"{outcome.Health.FramesForeign} frames of another capture came from the sampler and were ignored.");
        }

        if (outcome.Health.FramesLost > 0 || outcome.Health.FramesDoubled > 0)
        {
            _warnings.Add($"The sampler's link lost {outcome.Health.FramesLost} frames ({outcome.Health.EdgesLost} edges) and doubled {outcome.Health.FramesDoubled}; what they concern is excluded.");
        }
    }

    /// <summary>Tells this capture's frames and lines from those of any other; from the seed, so that the same plan is the same bytes on the simulated rig.</summary>
    internal static uint Nonce(uint seed) => StimulusTable.Next(StimulusTable.StateOf(seed));
}
