namespace LatencyLab.Formats;

/// <summary>What the user says about a file beyond what stands in it.</summary>
public sealed record ReadOptions
{
    public static ReadOptions Default { get; } = new();

    /// <summary>Samples a second, for files that don't tell; refused where the file tells another rate.</summary>
    public long? SampleRateHz { get; init; }

    /// <summary>
    /// The channels that are wanted, by their names in the file or by those that <see cref="Renames"/> gives them; null for all. Only these are
    /// decoded.
    /// </summary>
    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>New names by the names in the file: D0=STIM calls the file's D0 STIM.</summary>
    public IReadOnlyDictionary<string, string> Renames { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Spans of ticks in which edges are wanted; null for the whole capture. Formats with an index skip the rest and say so by a gap "not read";
    /// the others read everything.
    /// </summary>
    public IReadOnlyList<(long FromTick, long ToTick)>? Spans { get; init; }

    /// <summary>Reads <c>D0=STIM,D1=RESP</c>.</summary>
    /// <exception cref="LatencyLabException">The text isn't a list of OLD=NEW, or names a channel twice.</exception>
    public static IReadOnlyDictionary<string, string> ParseRenames(string text)
    {
        var renames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var (old, name) = equals > 0 ? (part[..equals].TrimEnd(), part[(equals + 1)..].TrimStart()) : ("", "");
            if (old.Length == 0 || name.Length == 0 || !renames.TryAdd(old, name))
            {
                throw new LatencyLabException(FaultKind.Usage, $"'{part}' isn't OLD=NEW with each name used once.", "--map", "Write it like --map D0=STIM,D1=RESP.");
            }
        }

        var twice = renames.Values.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            throw new LatencyLabException(FaultKind.Usage, $"Two channels would both be called '{twice.Key}'.", "--map", "Give each a name of its own: --map D0=STIM,D1=RESP.");
        }

        return renames;
    }
}
