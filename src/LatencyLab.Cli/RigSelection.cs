using LatencyLab.Boards;
using LatencyLab.Links;
using LatencyLab.Simulation;

namespace LatencyLab.Cli;

/// <summary>From --rig, --target and --sampler to two open boards.</summary>
internal static class RigSelection
{
    /// <summary>The target's chip where it is known before a board is touched: on the simulated rig.</summary>
    public static Chip? KnownChip(string? rig, string? target) =>
        (rig ?? target) is { } selector && IsSimulated(selector) ? BoardCatalog.Get(SimulatedBoardOptions.Parse(selector).ChipId) : null;

    /// <exception cref="LatencyLabException">A board is missing, busy, not permitted or ambiguous.</exception>
    public static async Task<Rig> OpenAsync(string? rig, string? target, string? sampler, StepLimits limits, CancellationToken cancellationToken)
    {
        if (rig is not null && IsSimulated(rig))
        {
            var simulated = SimulatedRig.Create(rig);
            return await Rig.OpenAsync(simulated.Target.Open(), simulated.Sampler.Open("sim:pico"), simulated, limits, cancellationToken);
        }

        if (target is not null && IsSimulated(target))
        {
            var simulated = SimulatedRig.Create(SimulatedBoardOptions.Parse(target), SimulatedBoardOptions.Parse(sampler ?? "sim:pico", "rp2040"));
            return await Rig.OpenAsync(simulated.Target.Open(target), simulated.Sampler.Open(sampler ?? "sim:pico"), simulated, limits, cancellationToken);
        }

        throw new DeviceException("No board is connected.", null, "Run it on the simulator: latencylab run --pin 4 --irq rising --rig sim");
    }

    private static bool IsSimulated(string selector) => selector == "sim" || selector.StartsWith("sim:", StringComparison.Ordinal);
}
