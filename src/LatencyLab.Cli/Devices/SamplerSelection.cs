using LatencyLab.Cli.Doctor;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Samplers;

namespace LatencyLab.Cli.Devices;

/// <summary>Which sampler listens, as --sampler says it; each kind of sampler has its prefix, a board has none.</summary>
internal sealed record SamplerSelection(DeviceSelector Board)
{
    /// <summary>True where what stamps isn't real.</summary>
    public bool IsSimulated => Board.Kind == SelectorKind.Simulated;

    /// <summary>Reads the option.</summary>
    /// <exception cref="LatencyLabException">It names no sampler (kind usage).</exception>
    public static SamplerSelection Parse(string text) => new(DeviceSelector.Parse(text));

    /// <summary>Opens it.</summary>
    /// <exception cref="LatencyLabException">It is missing, busy, forbidden, or another device.</exception>
    public async Task<ISampler> OpenAsync(string? timeout, TextWriter talk, CancellationToken cancellationToken)
    {
        var access = DeviceAccess.Create(timeout, null, talk);
        var connection = await BoardFinder.OpenAsync(Board, BoardRole.Sampler, access, cancellationToken);
        return await PicoListener.StartAsync(connection, CalibrationStore.Default.Of(connection.Identity), cancellationToken);
    }
}
