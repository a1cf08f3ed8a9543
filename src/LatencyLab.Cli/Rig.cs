using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Runs;
using LatencyLab.Simulation;

namespace LatencyLab.Cli;

/// <summary>The two boards of a measurement, opened and held in their raw REPLs.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly ILink _targetLink;
    private readonly ILink _samplerLink;
    private readonly RawRepl _target;
    private readonly RawRepl _sampler;

    private Rig(ILink targetLink, ILink samplerLink, RawRepl target, RawRepl sampler, SimulatedRig? simulated)
    {
        _targetLink = targetLink;
        _samplerLink = samplerLink;
        _target = target;
        _sampler = sampler;
        Simulated = simulated;
    }

    /// <summary>The simulation behind the links; null for boards.</summary>
    public SimulatedRig? Simulated { get; }

    /// <summary>Programs of the user's that were stopped to measure, for a word about them.</summary>
    public IEnumerable<(string Port, Interruption Program, bool Restarts)> Interrupted =>
        new[] { _target, _sampler }.Where(r => r.Interrupted is not null).Select(r => (r.Name, r.Interrupted!, r.RestartOnLeave));

    /// <summary>Enters the raw REPL of both boards.</summary>
    public static async Task<Rig> OpenAsync(ILink target, ILink sampler, SimulatedRig? simulated, StepLimits limits, CancellationToken cancellationToken)
    {
        var targetRepl = await RawRepl.EnterAsync(target, limits, cancellationToken);
        try
        {
            return new Rig(target, sampler, targetRepl, await RawRepl.EnterAsync(sampler, limits, cancellationToken), simulated);
        }
        catch
        {
            await targetRepl.DisposeAsync();
            throw;
        }
    }

    /// <summary>Resets both boards, asks what they are, and holds them to their roles.</summary>
    public async Task<(BoardOnPort Target, BoardOnPort Sampler)> StartAsync(CancellationToken cancellationToken)
    {
        var target = await ScriptedBoard.StartAsync(_target, cancellationToken);
        var sampler = await ScriptedBoard.StartAsync(_sampler, cancellationToken);
        if (sampler.Identity.Platform != "rp2")
        {
            throw new DeviceException(
                $"The sampler must be a Raspberry Pi Pico, but {_sampler.Name} is {Describe(sampler.Identity)}.", _sampler.Name, "Exchange --target and --sampler, or name the Pico with --sampler.");
        }

        return (new BoardOnPort(target, _target.Name, ChipOf(target)), new BoardOnPort(sampler, _sampler.Name, ChipOf(sampler)));
    }

    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        await _sampler.DisposeAsync();
        await _targetLink.DisposeAsync();
        await _samplerLink.DisposeAsync();
    }

    private static string ChipOf(ScriptedBoard board) => board.Identity.Chip
        ?? throw new DeviceException($"The chip of {Describe(board.Identity)} is not known.", board.Repl.Name, "LatencyLab knows esp8266, esp32, esp32s2, esp32s3, esp32c3, esp32c6 and rp2040.");

    private static string Describe(BoardIdentity identity) =>
        identity.Machine.Length > 0 ? $"a {identity.Machine}" : $"a board with {identity.Platform}";
}
