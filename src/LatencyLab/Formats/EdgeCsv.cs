namespace LatencyLab.Formats;

/// <summary>
/// The columns of LatencyLab's own edge CSV: one row an edge, and rows that say what a table of edges can't. Readable without an option by data frames and
/// databases; rows with <c>event = 'edge'</c> are the edges.
/// </summary>
internal static class EdgeCsv
{
    /// <summary>Tick, the same in nanoseconds with three decimals (rounded), channel, level after the edge, kind of row, remarks.</summary>
    public const string Header = "t_ticks,t_ns,channel,level,event,note";

    /// <summary>First row: time of the first tick; the note holds <c>tick_hz=…;calibration_ppm=…;SIMULATED=true</c>, the latter two where they apply.</summary>
    public const string Begin = "begin";

    /// <summary>One row a channel, in their order: its level at the first tick, empty where unknown.</summary>
    public const string Channel = "channel";

    /// <summary>An edge.</summary>
    public const string Edge = "edge";

    /// <summary>A gap from here on; no channel means all; the note holds <c>to_tick=…;lost_edges=…;reason=…</c>.</summary>
    public const string Gap = "gap";

    /// <summary>Last row: the first tick about which nothing is known.</summary>
    public const string End = "end";
}
