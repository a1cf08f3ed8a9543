namespace LatencyLab.Runs.Documents;

/// <summary>Member <c>target</c>: the board under test as it identified itself.</summary>
public sealed record TargetDocument
{
    public required string Chip { get; init; }

    /// <summary>Where it is connected: a port path, tcp://host:port or sim:esp32.</summary>
    public required string Port { get; init; }

    public string? Micropython { get; init; }

    /// <summary>Version string of the firmware with its git hash.</summary>
    public string? Build { get; init; }

    public string? Uid { get; init; }

    public string? Machine { get; init; }

    public long? CpuHz { get; init; }

    /// <summary>How much each load did: collections, bytes sent in tens, files written, datagrams; null without a load.</summary>
    public IReadOnlyDictionary<string, long>? LoadWork { get; init; }
}
