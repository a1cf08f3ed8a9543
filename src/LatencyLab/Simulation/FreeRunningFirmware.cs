using System.Globalization;
using LatencyLab.Signals;

namespace LatencyLab.Simulation;

/// <summary>Firmware on the target that isn't ours: it listens and answers from power on, without a REPL, a scheduler queue or a word to the host.</summary>
internal static class FreeRunningFirmware
{
    // Any two pins do: the wires follow them.
    private const int Gpio = 4;
    private const int ResponseGpio = 5;

    /// <summary>Starts it, in place of what ran before. Its latencies follow from the seeds of the board and of the stimuli.</summary>
    public static void Start(SimulatedWorld world, SimulatedBoardOptions options, EdgeKind irq)
    {
        world.Wires.Fix(options.Pin ?? Gpio, options.ResponsePin ?? ResponseGpio);
        var pin = world.Wires.Node(Side.Target, options.Pin ?? Gpio);
        var response = world.Wires.Node(Side.Target, options.ResponsePin ?? ResponseGpio);
        world.Wires.Configure(pin, PinMode.Input, PinPull.None, latch: false, world.NowPs);
        world.Wires.Configure(response, PinMode.Output, PinPull.None, latch: false, world.NowPs);
        var trigger = irq switch { EdgeKind.Falling => IrqTrigger.Falling, EdgeKind.Both => IrqTrigger.Both, _ => IrqTrigger.Rising };
        var target = new IrqTarget(world.Wires, response, trigger, hard: true, queueDepth: 1, Latencies(options, 0), scheduled: null);
        pin.Line.Listeners.Add(target);
        world.Activity = target;
        world.CaptureStarts = seed => target.Begin(Latencies(options, seed), scheduled: null);
    }

    private static LatencyModel Latencies(SimulatedBoardOptions options, uint stimulusSeed)
    {
        var chip = SimulatedChip.Get(options.ChipId);
        return new LatencyModel(
            LatencyProfile.OfFirmware(chip).Scaled(options.Speed), [LoadPause.For(chip, options.Load)], options.Offset.Picoseconds / 1000.0,
            SimulationRandom.Mix(options.Seed, string.Create(CultureInfo.InvariantCulture, $"{stimulusSeed} free-running")));
    }
}
