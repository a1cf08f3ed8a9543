using LatencyLab.Signals;

namespace LatencyLab.Simulation;

/// <summary>A simulated target and a simulated sampler, joined by two wires and a ground in virtual time.</summary>
public sealed class SimulatedRig
{
    private readonly SimulatedWorld _world;
    private readonly CaptureTruth _truth;

    private SimulatedRig(SimulatedBoardOptions target, SimulatedBoardOptions sampler, bool keepTruth, TimeProvider time)
    {
        TargetOptions = target;
        SamplerOptions = sampler;
        _truth = new CaptureTruth(keepTruth);
        _world = new SimulatedWorld(target.Seed, sampler.Seed, target.Faults.Over(sampler.Faults), target.Pin, target.ResponsePin);
        if (target.Wire is { } wire)
        {
            _world.Wires.Bridge(wire.A, wire.B);
        }

        Target = new SimulatedBoard(_world, Side.Target, target, _truth, time);
        Sampler = new SimulatedBoard(_world, Side.Sampler, sampler, _truth, time);
        _world.TargetExpired = Target.Wake;
        _world.PulseFired = OnPulse;
        _world.HostWasHeard = Sampler.Wake;
    }

    public SimulatedBoard Target { get; }

    public SimulatedBoard Sampler { get; }

    public SimulatedBoardOptions TargetOptions { get; }

    public SimulatedBoardOptions SamplerOptions { get; }

    /// <summary>How often two outputs were put against each other on one wire: on real boards each time a chance of damage.</summary>
    public int OutputConflicts
    {
        get
        {
            lock (_world.Gate)
            {
                return _world.Wires.Conflicts;
            }
        }
    }

    /// <summary>What truly happened in the last capture.</summary>
    public SimulationTruth Truth
    {
        get
        {
            lock (_world.Gate)
            {
                return SimulationTruth.From(_truth);
            }
        }
    }

    /// <summary>Counts what truly happens in the captures to come, in memory that doesn't grow.</summary>
    /// <param name="warmup">Stimuli of each capture that don't count.</param>
    /// <param name="windowTicks">A later answer is late.</param>
    public void CountTruth(int warmup, long windowTicks)
    {
        lock (_world.Gate)
        {
            _truth.Counted = new CountedTruth(warmup, windowTicks);
        }
    }

    /// <summary>What was counted since <see cref="CountTruth"/>; null where nobody asked for it.</summary>
    public SimulatedCounts? CountedTruth
    {
        get
        {
            lock (_world.Gate)
            {
                return _truth.Counted?.Counts;
            }
        }
    }

    /// <summary>Virtual seconds since the world began.</summary>
    public double VirtualSeconds
    {
        get
        {
            lock (_world.Gate)
            {
                return _world.NowPs / 1e12;
            }
        }
    }

    /// <summary>One selector for both boards, as <c>--rig sim</c> and <c>--rig "sim:esp32?seed=1&amp;fault=drop:0.01"</c> give it.</summary>
    /// <param name="selector">The target's chip, and options of both boards.</param>
    /// <param name="keepTruth">False for boards that serve for hours: nothing is noted for <see cref="Truth"/>.</param>
    /// <exception cref="LatencyLabException">The selector isn't one (kind usage).</exception>
    public static SimulatedRig Create(string selector, bool keepTruth = true)
    {
        var target = SimulatedBoardOptions.Parse(selector);
        return Create(target, target with { ChipId = "rp2040", Faults = new FaultPlan() }, keepTruth);
    }

    /// <summary>Two selectors, as <c>--target sim:esp32 --sampler sim:pico?fault=drop:0.01</c> give them.</summary>
    /// <exception cref="LatencyLabException">The sampler isn't a Pico (kind usage).</exception>
    public static SimulatedRig Create(SimulatedBoardOptions target, SimulatedBoardOptions sampler, bool keepTruth = true, TimeProvider? time = null) =>
        sampler.ChipId == "rp2040"
            ? new SimulatedRig(target, sampler, keepTruth, time ?? TimeProvider.System)
            : throw new LatencyLabException(FaultKind.Usage, $"a simulated sampler is a Pico, not an {sampler.ChipId}", null, "Write sim:pico.");

    /// <summary>Puts the wires on the pins that a plan names, where the selector names none. Without this a wire goes to the pin that a script names first.</summary>
    public void Connect(int pin, int responsePin)
    {
        lock (_world.Gate)
        {
            _world.Wires.Fix(pin, responsePin);
        }
    }

    /// <summary>Puts a wire between two pins of the target, for a board that times itself; a wire that the selector put there stays.</summary>
    public void ConnectSelf(int stimulusPin, int pin)
    {
        lock (_world.Gate)
        {
            if (TargetOptions.Wire is null)
            {
                _world.Wires.Bridge(stimulusPin, pin);
            }
        }
    }

    /// <summary>Puts firmware of its own into the target, which answers each edge of a kind as C code in an interrupt would; its REPL is not there for it.</summary>
    public void RunFreely(EdgeKind irq)
    {
        lock (_world.Gate)
        {
            FreeRunningFirmware.Start(_world, TargetOptions, irq);
        }
    }

    private void OnPulse(long pulse)
    {
        var faults = _world.Faults;
        if (pulse == faults.UnplugAtStimulus)
        {
            Sampler.Unplug();
        }

        if (pulse == faults.RebootAtStimulus)
        {
            Target.Reboot();
        }

        if (_world.Activity is { } activity)
        {
            activity.Stuck |= pulse >= faults.StuckAtStimulus;
            activity.Hung |= pulse >= faults.HangAtStimulus;
        }
    }
}
