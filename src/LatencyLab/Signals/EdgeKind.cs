namespace LatencyLab.Signals;

/// <summary>Which edges of a channel count.</summary>
public enum EdgeKind : byte
{
    Rising,
    Falling,
    Both,
}
