using System.Globalization;
using LatencyLab.Boards;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Wiring;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Statistics;
using LatencyLab.Targets;
using LatencyLab.Units;

namespace LatencyLab.Runs.Periodic;

/// <summary>
/// One measurement of what the target does with its response pin by itself (docs/protocol.md section 5.1): scripts loaded, the one wire proven,
/// then one capture a variant. It knows no console and no folder.
/// </summary>
public sealed class SignalSession
{
    // Below three counts the sampler can't tell a pulse's width from its own dead time of four cycles.
    private const int ShortestSureTicks = 3;

    private readonly BoardOnPort _target;
    private readonly BoardOnPort _sampler;
    private readonly List<string> _reasons = [];
    private readonly List<string> _warnings = [];
    private StreamHealth _health = new();
    private TargetDone? _done;
    private long? _cpuHz;

    private SignalSession(SignalPlan plan, BoardOnPort target, BoardOnPort sampler, long samplerHz)
    {
        Plan = plan;
        _target = target;
        _sampler = sampler;
        TimeBase = new TimeBase(samplerHz / 2, sampler.Clock?.Ppm);
    }

    /// <summary>The plan with the variants that this board can.</summary>
    public SignalPlan Plan { get; }

    /// <summary>Ticks of the captures to come.</summary>
    public TimeBase TimeBase { get; }

    /// <summary>What stamps.</summary>
    public SamplerIdentity Sampler => PicoSampler.IdentityOf(_sampler.Board, TimeBase.TickHz, _sampler.Clock);

    /// <summary>Names of the channels that a plan makes.</summary>
    public static IReadOnlyList<string> ChannelNames(SignalPlan plan) => plan.Test == SignalTest.Timer ? ["timer"] : plan.Variants ?? [];

    /// <summary>Loads the scripts' common part, asks the target what it can do and the sampler for its clock.</summary>
    /// <exception cref="LatencyLabException">A board doesn't answer, or can't do what is planned.</exception>
    public static async Task<SignalSession> StartAsync(SignalPlan plan, BoardOnPort target, BoardOnPort sampler, CancellationToken cancellationToken)
    {
        var hz = await RunSession.GreetAsync(target, sampler, cancellationToken);
        if (plan.Test == SignalTest.Timer)
        {
            return new SignalSession(plan, target, sampler, hz);
        }

        var can = await TargetCapabilities.AskAsync(target.Board, plan.ResponsePin, cancellationToken);
        var chip = BoardCatalog.Get(target.Chip);
        var possible = ToggleTest.Variants.Where(v => can.Has(v) && (v != "viper" || plan.Variants is not null || chip.SetRegisterOf(plan.ResponsePin) is not null)).ToArray();
        if (plan.Variants?.FirstOrDefault(v => !possible.Contains(v)) is { } impossible)
        {
            throw new LatencyLabException(
                FaultKind.Usage, $"The firmware of this {chip.Name} can't toggle by {impossible}: it has no {(impossible == "toggle" ? "Pin.toggle()" : "native code emitter")}.", "--variant",
                $"It can {string.Join(", ", possible)}.");
        }

        var session = new SignalSession(plan with { Variants = plan.Variants ?? possible }, target, sampler, hz);
        if (plan.Variants is null && possible.Length < ToggleTest.Variants.Count)
        {
            session._warnings.Add($"This board's firmware can't toggle by {string.Join(", ", ToggleTest.Variants.Except(possible))}; left out.");
        }

        return session;
    }

    /// <summary>Measures. A measurement that took place always comes back, be it invalid; only what prevents it is thrown.</summary>
    /// <param name="edges">Gets every edge: the log.</param>
    /// <param name="onProgress">Called often.</param>
    /// <param name="cancellationToken">Stops in order: what was measured until then comes back as partial.</param>
    /// <exception cref="LatencyLabException">The wiring check fails, or a board refuses the plan.</exception>
    public async Task<MeasuredSignals> MeasureAsync(IEdgeSink edges, Action<RunProgress> onProgress, CancellationToken cancellationToken)
    {
        var names = ChannelNames(Plan);
        onProgress(new RunProgress("checking the wire", 0, names.Count, null, TimeBase));
        var wire = await WiringCheck.RunAsync(_sampler.Board, _target.Board, new Wire("response", PicoSampler.ResponseGpio, Plan.ResponsePin, false), cancellationToken);
        await _sampler.Board.LoadAsync(PicoSampler.Parts, cancellationToken);
        var sequence = new CaptureSequence(edges, TimeBase, names);
        var signals = new List<MeasuredSignal>();
        try
        {
            for (var i = 0; i < names.Count && !cancellationToken.IsCancellationRequested && _reasons.Count == 0; i++)
            {
                onProgress(new RunProgress($"measuring {names[i]}", i, names.Count, null, TimeBase));
                if (await CaptureAsync(names[i], i, sequence, onProgress, cancellationToken) is { } signal)
                {
                    signals.Add(signal);
                }
            }
        }
        finally
        {
            sequence.End();
        }

        return Conclude(wire, sequence, signals, cancellationToken.IsCancellationRequested);
    }

    private async Task<MeasuredSignal?> CaptureAsync(string name, int channel, CaptureSequence sequence, Action<RunProgress> onProgress, CancellationToken cancellationToken)
    {
        // A variant has the same seed alone and among others.
        var seed = unchecked(Plan.Seed + (uint)Math.Max(0, Array.IndexOf([.. ToggleTest.Variants], name)));
        var nonce = RunSession.Nonce(seed);
        var armed = await ArmedTarget.ArmAsync(_target.Board, TestOf(name, nonce), cancellationToken);
        _cpuHz = armed.CpuHz;
        var collector = new CaptureCollector();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var periods = Plan.Test == SignalTest.Toggle ? Plan.Periods : 0;
        var request = new CaptureRequest(
            nonce, [PicoSampler.ResponseGpio], [name], null, 0, seed, default, default, Plan.Seconds) { OneShotWords = periods > 0 ? 2 * periods : null, CalibrationPpm = TimeBase.CalibrationPpm };
        Task? begun = null;
        CaptureOutcome? outcome = null;
        try
        {
            outcome = await PicoSampler.CaptureAsync(_sampler.Board, request, new EdgeFanOut(sequence.Next(channel), collector), reader =>
            {
                if (reader.Started && begun is null && periods > 0)
                {
                    // The sampler captures from here on: the burst may begin.
                    begun = armed.KeepAliveAsync(CancellationToken.None).AsTask();
                }

                if (periods == 0 && reader.EdgesSeen >= 2L * Plan.Periods + 1)
                {
                    enough.Cancel();
                }

                onProgress(new RunProgress($"measuring {name}", channel, ChannelNames(Plan).Count, null, TimeBase));
            }, enough.Token);
            await (begun ?? Task.CompletedTask);
        }
        catch (LatencyLabException e) when (e.Kind is FaultKind.Device or FaultKind.Measurement && begun is not null | sequence.Edges[channel] > 0)
        {
            _reasons.Add($"END missing: {e.Message}");
        }
        catch
        {
            await StopAsync(armed);
            throw;
        }

        var done = await StopAsync(armed);
        Judge(name, outcome, request, cancellationToken.IsCancellationRequested);
        return outcome is null ? null : Signal(name, channel, collector.ToCapture(), periods > 0 ? done?.Callbacks : null, outcome, cancellationToken.IsCancellationRequested);
    }

    private ITargetTest TestOf(string name, uint nonce)
    {
        var chip = BoardCatalog.Get(_target.Chip);
        var conditions = new TargetConditions(Plan.Load, TargetLoads.Split(Plan.Load).Contains("uart") ? UartPins.FreeOn(chip, Plan.ResponsePin) : [], Plan.CpuHz);
        return Plan.Test == SignalTest.Toggle
            ? new ToggleTest(nonce, Plan.ResponsePin, name, Plan.Periods, Plan.Seconds, name == "viper" ? Plan.RegisterOn(chip) : null) { Conditions = conditions }
            : new TimerTest(
                nonce, Plan.ResponsePin, Plan.Handler, Plan.Idle, Plan.Period.Picoseconds / 1_000_000, Plan.Seconds, Plan.Handler == IrqHandler.Viper ? Plan.RegisterOn(chip) : null)
            {
                Conditions = conditions,
            };
    }

    private async Task<TargetDone?> StopAsync(ArmedTarget armed)
    {
        try
        {
            var done = await armed.StopAsync(CancellationToken.None);
            TargetFindings.Add(done, _reasons, _warnings);
            _done = done;
            return done;
        }
        catch (LatencyLabException e)
        {
            _reasons.Add(e.Message);
            return null;
        }
    }

    private void Judge(string name, CaptureOutcome? outcome, CaptureRequest request, bool interrupted)
    {
        if (outcome is null)
        {
            return;
        }

        var health = outcome.Health;
        _health = _health with
        {
            FramesLost = _health.FramesLost + health.FramesLost, FramesDoubled = _health.FramesDoubled + health.FramesDoubled, EdgesLost = _health.EdgesLost + health.EdgesLost,
            FramesForeign = _health.FramesForeign + health.FramesForeign, StrayBytes = _health.StrayBytes + health.StrayBytes,
        };
        if (outcome.Hello.TickHz != TimeBase.TickHz)
        {
            _reasons.Add($"The sampler's clock changed between planning ({UnitText.Frequency(TimeBase.TickHz)} ticks) and capture ({UnitText.Frequency(outcome.Hello.TickHz)}).");
        }

        // A one-shot capture that is full stalls: that is its end, and what was stamped before it holds.
        var full = request.OneShotWords is { } words && outcome.End.Words[0] >= words;
        if (health.Stalled && !full)
        {
            _reasons.Add($"RXSTALL: a state machine of the sampler had to wait while {name} was captured, so that later stamps are late.");
        }

        if (health.Overrun)
        {
            _reasons.Add("Sampler overrun: edges came faster than USB could carry them.");
        }
        else if (outcome.End.Reason is not "done" && !interrupted && !outcome.Stopped)
        {
            _reasons.Add($"The sampler ended the capture by itself: {outcome.End.Reason}.");
        }

        if (health.FramesLost > 0 || health.FramesDoubled > 0)
        {
            _warnings.Add($"The sampler's link lost {health.FramesLost} frames ({health.EdgesLost} edges) and doubled {health.FramesDoubled}; no period is taken across them.");
        }
    }

    private MeasuredSignal Signal(string name, int channel, Capture capture, long? made, CaptureOutcome outcome, bool interrupted)
    {
        var pieces = SignalPieces.Of(capture, capture.Traces[0]);
        var seen = (outcome.End.Words[0] + 1) / 2;
        var counted = SignalPieces.Between(pieces, Plan.Warmup, Plan.Samples);
        var periods = new CountTable();
        foreach (var (ticks, _) in counted)
        {
            for (var i = 2; i < ticks.Length; i += 2)
            {
                periods.Add(ticks[i] - ticks[i - 2]);
            }
        }

        var nominal = Plan.Test == SignalTest.Timer ? Plan.Period.Picoseconds * 1e-12 * TimeBase.TickHz : (double?)null;
        var signal = new MeasuredSignal(name, channel, SignalAnalysis.Report(counted, new SignalOptions(nominal)), periods.ToSorted(), made, seen);
        if (!interrupted)
        {
            Judge(signal);
        }

        return signal;
    }

    private void Judge(MeasuredSignal signal)
    {
        if (signal.Seen == 0)
        {
            _reasons.Add($"Nothing toggled: the response wire never moved while {signal.Name} was measured.");
            return;
        }

        if (signal.Made is { } made && made != signal.Seen)
        {
            _reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{signal.Name}: the target made {made} periods, the sampler saw {signal.Seen}; pulses may be shorter than it can see."));
        }
        else if (signal.Made is null && signal.Seen < Plan.Periods)
        {
            _reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{signal.Name}: {Plan.Periods} periods were planned, {signal.Seen} came in {Plan.Seconds} s."));
        }

        if (Math.Min(signal.Report.High.Min ?? long.MaxValue, signal.Report.Low.Min ?? long.MaxValue) < ShortestSureTicks)
        {
            _warnings.Add($"{signal.Name}: some pulses are as short as the sampler can tell ({UnitText.Time(2 * TimeBase.TickNs)}); they may be shorter than they look.");
        }

        if (Plan.Test == SignalTest.Timer && signal.Report.MissingPulses > 0)
        {
            _warnings.Add($"{signal.Report.MissingPulses} periods went by without a callback: it came after the next one was due, or found the scheduler's queue full.");
        }
    }

    private MeasuredSignals Conclude(WireDocument wire, CaptureSequence sequence, List<MeasuredSignal> signals, bool interrupted)
    {
        var status = _reasons.Count > 0 ? RunStatus.Invalid : interrupted ? RunStatus.Partial : RunStatus.Complete;
        if (interrupted)
        {
            _reasons.Add(RunSession.Interrupted);
        }

        var firmware = _target.Board.Loaded.Concat(_sampler.Board.Loaded).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        return new MeasuredSignals(Plan, _target, Sampler, firmware, TimeBase, [wire], signals, _health, status, _reasons, _warnings, sequence.Gaps)
        {
            EdgesByChannel = sequence.Edges,
            CpuHz = _cpuHz,
            LoadWork = _done?.LoadWork,
        };
    }
}
