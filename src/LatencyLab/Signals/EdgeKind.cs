namespace LatencyLab.Signals;

/// <summary>Which edges of a channel count.</summary>
public enum EdgeKind : byte
{
    Rising,
    Falling,
    Both,
}

/// <summary>Edge kinds as files and command lines write them.</summary>
public static class EdgeWords
{
    /// <summary>Reads "rising", "falling" or "both"; the kind means nothing where the answer is false.</summary>
    public static bool TryParse(string text, out EdgeKind kind)
    {
        kind = text switch { "falling" => EdgeKind.Falling, "both" => EdgeKind.Both, _ => EdgeKind.Rising };
        return text is "rising" or "falling" or "both";
    }

    public static string Of(EdgeKind kind) => kind switch { EdgeKind.Falling => "falling", EdgeKind.Both => "both", _ => "rising" };
}
