using LatencyLab.Links;

namespace LatencyLab.MicroPython;

/// <summary>What the user wants with a board; it decides which one is taken where nothing else does.</summary>
public enum BoardRole
{
    /// <summary>The board under test: any but an RP2, unless nothing else is left.</summary>
    Target,
    /// <summary>The board that stamps edges: an RP2.</summary>
    Sampler,
    /// <summary>A board under test that times itself, so that no other is wanted: any.</summary>
    Alone,
}

/// <summary>How boards are reached: time limits, the port catalog, and what only the command line knows.</summary>
public sealed record BoardAccess
{
    /// <summary>Time limits of every step.</summary>
    public StepLimits Limits { get; init; } = StepLimits.Default;

    /// <summary>How long to wait for a port to appear; zero to take what is there.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>The ports of this computer.</summary>
    public Func<IReadOnlyList<SerialPortInfo>> ListPorts { get; init; } = PortCatalog.List;

    /// <summary>Opens a serial port by its path.</summary>
    public Func<string, ILink> OpenPort { get; init; } = path => SerialLink.Open(path);

    /// <summary>Opens a simulated board ("esp32?seed=1"); null where there is no simulation.</summary>
    public Func<string, BoardRole, CancellationToken, Task<ILink>>? OpenSimulated { get; init; }

    /// <summary>Folder of the board locks; null for the system's own.</summary>
    public string? LockFolder { get; init; }

    /// <summary>Takes what the user should know while it happens: that a board is awaited, that its program was stopped.</summary>
    public Action<string> Say { get; init; } = _ => { };
}

/// <summary>Several boards fit and nobody has said which is meant.</summary>
public sealed class AmbiguousBoardException(BoardRole role, string what, IReadOnlyList<string> candidates)
    : LatencyLabException(FaultKind.Usage, $"{what}: {string.Join("; ", candidates)}.", null, "Name them with --target and --sampler, by port or by uid:.")
{
    /// <summary>What the board was wanted for.</summary>
    public BoardRole Role { get; } = role;

    /// <summary>The boards that fit, as port and description.</summary>
    public IReadOnlyList<string> Candidates { get; } = candidates;
}
