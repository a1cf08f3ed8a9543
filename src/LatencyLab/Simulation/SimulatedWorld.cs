namespace LatencyLab.Simulation;

/// <summary>
/// Virtual time, the wires, and what acts on them by itself. Time moves only when a running program asks for it, so the host's speed and the
/// wall clock never enter. Everything here is used under <see cref="Gate"/>.
/// </summary>
internal sealed class SimulatedWorld
{
    private PinNode? _stimulusPin;

    public SimulatedWorld(ulong targetSeed, ulong samplerSeed, FaultPlan faults, int? pin, int? response)
    {
        Faults = faults;
        Wires = new Wires(targetSeed, faults, pin, response);
        // Boards that have been on for a while: counters that wrap shall not all start at zero.
        BootUs = (long)(SimulationRandom.For(samplerSeed, "uptime").NextUInt64() % (1L << 30));
    }

    /// <summary>One lock for both boards: each may be served by its own thread.</summary>
    public Lock Gate { get; } = new();

    public FaultPlan Faults { get; }

    public Wires Wires { get; }

    /// <summary>What <c>time.ticks_us()</c> of the sampler said at virtual time 0.</summary>
    public long BootUs { get; }

    /// <summary>Virtual time in picoseconds: enough for 106 days.</summary>
    public long NowPs { get; private set; }

    /// <summary>The stimulus state machine while a capture runs.</summary>
    public StimulusGenerator? Stimulus { get; private set; }

    /// <summary>What the target's script makes happen while it is armed.</summary>
    public TargetActivity? Activity { get; set; }

    /// <summary>When the armed script gives up waiting for the host; null: nothing is armed.</summary>
    public long? TargetDeadlinePs { get; set; }

    /// <summary>Called when <see cref="TargetDeadlinePs"/> has come.</summary>
    public Action? TargetExpired { get; set; }

    /// <summary>
    /// The target will do nothing before it hears the host, and nothing else is going on: a sampler that listens lets no time pass meanwhile. Its idle
    /// seconds would be over in no time by the host's clock.
    /// </summary>
    public bool AwaitsHost
    {
        get;
        set
        {
            var ends = field && !value;
            field = value;
            if (ends)
            {
                HostWasHeard?.Invoke();
            }
        }
    }

    /// <summary>Called when <see cref="AwaitsHost"/> is over.</summary>
    public Action? HostWasHeard { get; set; }

    /// <summary>Called with the number of each pulse before it is driven.</summary>
    public Action<long>? PulseFired { get; set; }

    /// <summary>Called with the seed of the stimuli when a capture starts.</summary>
    public Action<uint>? CaptureStarts { get; set; }

    /// <summary>Virtual time of the next thing that happens of itself.</summary>
    public long NextEventPs => Math.Min(
        Math.Min(Stimulus?.NextEdgePs ?? long.MaxValue, Activity?.NextEventPs ?? long.MaxValue), TargetDeadlinePs ?? long.MaxValue);

    /// <summary>Puts the stimulus state machine on a pin.</summary>
    public void StartStimulus(StimulusGenerator generator, PinNode pin)
    {
        _stimulusPin = pin;
        Stimulus = generator;
        Wires.Configure(pin, PinMode.Output, PinPull.None, latch: false, NowPs);
    }

    /// <summary>Takes it off again; the pin is left weakly low, so that an open line doesn't ring the target.</summary>
    public void StopStimulus()
    {
        if (_stimulusPin is { } pin)
        {
            Wires.Configure(pin, PinMode.Input, PinPull.Down, latch: false, NowPs);
        }

        _stimulusPin = null;
        Stimulus = null;
    }

    /// <summary>Lets everything happen up to and including a virtual time.</summary>
    public void AdvanceTo(long timePs)
    {
        for (var nextPs = NextEventPs; nextPs <= timePs; nextPs = NextEventPs)
        {
            NowPs = Math.Max(NowPs, nextPs);
            if (Activity is { } activity && activity.NextEventPs <= nextPs)
            {
                activity.Fire(NowPs);
            }
            else if (Stimulus is { } stimulus && stimulus.NextEdgePs <= nextPs)
            {
                FireStimulus(stimulus);
            }
            else
            {
                TargetDeadlinePs = null;
                TargetExpired?.Invoke();
            }
        }

        NowPs = Math.Max(NowPs, timePs);
    }

    private void FireStimulus(StimulusGenerator stimulus)
    {
        var level = stimulus.NextLevel;
        if (level)
        {
            PulseFired?.Invoke(stimulus.Fired);
        }

        stimulus.Advance();
        if (_stimulusPin is { } pin)
        {
            Wires.Configure(pin, PinMode.Output, PinPull.None, level, NowPs);
        }
    }
}
