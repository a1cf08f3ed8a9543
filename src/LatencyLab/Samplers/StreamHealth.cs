namespace LatencyLab.Samplers;

/// <summary>What went wrong between the sampler and the host; all zero on a sound link.</summary>
public sealed record StreamHealth
{
    public long FramesLost { get; init; }

    public long FramesDoubled { get; init; }

    /// <summary>Frames of another capture: another program talks on this port, or an old script still runs.</summary>
    public long FramesForeign { get; init; }

    /// <summary>Frames with a right CRC whose content makes no sense.</summary>
    public long FramesMalformed { get; init; }

    /// <summary>Bytes between frames.</summary>
    public long StrayBytes { get; init; }

    /// <summary>Edges that the sampler stamped and the host never got.</summary>
    public long EdgesLost { get; init; }

    /// <summary>True when the sampler's own buffers were overtaken.</summary>
    public bool Overrun { get; init; }

    /// <summary>True when a state machine had to wait for room: later stamps of that channel are late.</summary>
    public bool Stalled { get; init; }
}
