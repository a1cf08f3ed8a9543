using LatencyLab.Signals;

namespace LatencyLab.Formats;

/// <summary>What a format couldn't hold and how it was written instead; nothing is bent without a word here.</summary>
internal sealed class ExportNotes
{
    private readonly List<string> _changes = [];

    public IReadOnlyList<string> Changes => _changes;

    public void Add(string change) => _changes.Add(change);

    /// <summary>For formats that know levels only.</summary>
    public static LatencyLabException RefuseGap(Gap gap, CaptureHeader header, string format)
    {
        var timeBase = header.TimeBase;
        var line = gap.Channel is { } channel ? $"channel '{header.Channels[channel].Name}'" : "all channels";
        return new LatencyLabException(
            FaultKind.Usage,
            $"{format} can't hold the gap of {line} from {timeBase.ToPicoseconds(gap.FromTick)} ps to {timeBase.ToPicoseconds(gap.ToTick)} ps ({gap.Reason}).",
            null,
            "Export a range without a gap (--from, --to), or to csv or parquet, which hold gaps.");
    }

    /// <summary>The level before the first edge, where the format has no word for "unknown".</summary>
    public bool KnownLevel(Channel channel)
    {
        if (channel.InitialLevel is { } level)
        {
            return level;
        }

        Add($"Nobody knows the level of channel '{channel.Name}', which has no edge: it is written as low.");
        return false;
    }

    /// <summary>For formats that tell channels apart by their names: each one has its own and none is empty.</summary>
    /// <param name="channels">The channels.</param>
    /// <param name="written">How the format writes a name.</param>
    public string[] UniqueNames(IReadOnlyList<Channel> channels, Func<string, string> written)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var names = new string[channels.Count];
        foreach (var channel in channels)
        {
            var name = written(channel.Name);
            name = name.Length == 0 ? "_" : name;
            var unique = name;
            for (var n = 2; !taken.Add(unique); n++)
            {
                unique = $"{name}_{n}";
            }

            if (unique != channel.Name)
            {
                Add($"Channel '{channel.Name}' is called '{unique}'.");
            }

            names[channel.Index] = unique;
        }

        return names;
    }

    /// <summary>For formats that begin at 0.</summary>
    public void Shifted(CaptureHeader header)
    {
        if (header.StartTick != 0)
        {
            Add($"Times begin at 0 where the capture begins at {header.TimeBase.ToPicoseconds(header.StartTick)} ps.");
        }
    }
}
