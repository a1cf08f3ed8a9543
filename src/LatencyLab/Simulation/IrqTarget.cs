namespace LatencyLab.Simulation;

/// <summary>Edges that call the handler.</summary>
internal enum IrqTrigger
{
    Rising,
    Falling,
    Both,
}

/// <summary>
/// The interrupt path of a target from the pin to the response: one status bit a pin, a scheduler queue of the port's depth that drops what
/// doesn't fit without a word, one callback after another. A hard handler runs in the interrupt itself and knows no queue.
/// </summary>
internal sealed class IrqTarget : TargetActivity, ILineListener
{
    private readonly Wires _wires;
    private readonly PinNode _response;
    private readonly IrqTrigger _trigger;
    private readonly int _queueDepth;
    private readonly bool _hard;
    private readonly Queue<(long Cause, long ReadyPs)> _queue = new();
    private LatencyModel _model;
    private LatencyModel? _scheduled;
    private (long AtPs, long Cause, long EdgePs)? _interrupt;
    private (long StartPs, long RisePs, long FallPs, long EndPs, long Cause)? _running;
    private Phase _phase;

    /// <param name="wires">Where the response pin is driven.</param>
    /// <param name="response">The response pin.</param>
    /// <param name="trigger">Edges that call the handler.</param>
    /// <param name="hard">True where the handler needs no queue: a hard one, or a loop that polls.</param>
    /// <param name="queueDepth">Callbacks that wait at most.</param>
    /// <param name="model">Latencies up to the rising response.</param>
    /// <param name="scheduled">Times until the function runs that the handler schedules and that lowers the response; null: the handler lowers it itself.</param>
    public IrqTarget(Wires wires, PinNode response, IrqTrigger trigger, bool hard, int queueDepth, LatencyModel model, LatencyModel? scheduled)
    {
        _wires = wires;
        _response = response;
        _trigger = trigger;
        _hard = hard;
        _queueDepth = queueDepth;
        _model = model;
        _scheduled = scheduled;
    }

    private enum Phase
    {
        Idle,
        BeforeStart,
        BeforeRise,
        BeforeFall,
        BeforeEnd,
    }

    public override IrqTrigger Trigger => _trigger;

    public override bool AnswersWithWidth => _scheduled is not null;

    /// <summary>Interrupts that found the queue full.</summary>
    public long Dropped { get; private set; }

    /// <summary>Edges that came while the interrupt of an earlier one was still pending.</summary>
    public long Coalesced { get; private set; }

    public override long NextEventPs => Hung ? long.MaxValue : Math.Min(_interrupt?.AtPs ?? long.MaxValue, RunningEventPs);

    private long RunningEventPs => _phase switch
    {
        Phase.BeforeStart => _running!.Value.StartPs,
        Phase.BeforeRise => _running!.Value.RisePs,
        Phase.BeforeFall => _running!.Value.FallPs,
        Phase.BeforeEnd => _running!.Value.EndPs,
        _ => long.MaxValue,
    };

    /// <summary>A capture starts: latencies are drawn anew from the seed of this run.</summary>
    public void Begin(LatencyModel model, LatencyModel? scheduled) => (_model, _scheduled) = (model, scheduled);

    public void OnEdge(long timePs, bool level, long ordinal, long? causeOrdinal)
    {
        if (Hung || (_trigger == IrqTrigger.Rising && !level) || (_trigger == IrqTrigger.Falling && level))
        {
            return;
        }

        if (_interrupt is not null)
        {
            Coalesced++;
            return;
        }

        // A hard handler masks its own interrupt while it runs.
        var isrPs = timePs + Ps(_model.Scatter(_model.Profile.IsrNs));
        _interrupt = (_hard && _running is { } busy ? Math.Max(isrPs, busy.EndPs) : isrPs, ordinal, timePs);
    }

    public override void Fire(long nowPs)
    {
        // A handler that ends goes before the interrupt of the same instant, which may wait for it.
        if (RunningEventPs <= nowPs)
        {
            Continue(nowPs);
        }
        else if (_interrupt is { } interrupt)
        {
            _interrupt = null;
            Take(interrupt.Cause, interrupt.EdgePs, nowPs);
        }
    }

    private void Take(long cause, long edgePs, long nowPs)
    {
        var readyPs = Math.Max(nowPs, edgePs + Ps(_model.NextNs() - _model.Profile.CallNs));
        if (!_hard && _queue.Count >= _queueDepth)
        {
            Dropped++;
            return;
        }

        _queue.Enqueue((cause, readyPs));
        if (_phase == Phase.Idle)
        {
            Schedule(readyPs);
        }
    }

    private void Schedule(long startPs)
    {
        var profile = _model.Profile;
        var risePs = startPs + Ps(_model.Scatter(profile.CallNs));
        var fallPs = risePs + Ps(_scheduled?.NextNs() ?? _model.Scatter(profile.PulseNs));
        _running = (startPs, risePs, fallPs, fallPs + Ps(_model.Scatter(profile.ReturnNs)), _queue.Peek().Cause);
        _phase = Phase.BeforeStart;
    }

    private void Continue(long nowPs)
    {
        switch (_phase)
        {
            case Phase.BeforeStart:
                // The slot in the queue is free from here on.
                _queue.Dequeue();
                Callbacks++;
                _phase = Phase.BeforeRise;
                break;
            case Phase.BeforeRise:
                Drive(true, nowPs);
                _phase = Phase.BeforeFall;
                break;
            case Phase.BeforeFall:
                Drive(false, nowPs);
                _phase = Phase.BeforeEnd;
                break;
            default:
                _running = null;
                _phase = Phase.Idle;
                if (_queue.TryPeek(out var next))
                {
                    Schedule(Math.Max(next.ReadyPs, nowPs + Ps(_model.Scatter(_model.Profile.DispatchNs))));
                }

                break;
        }
    }

    private void Drive(bool level, long nowPs)
    {
        if (!Stuck)
        {
            _wires.Configure(_response, PinMode.Output, PinPull.None, level, nowPs, _running!.Value.Cause);
        }
    }

    private static long Ps(double ns) => (long)(ns * 1000);
}
