namespace LatencyLab.Targets;

/// <summary>What a target can be kept busy with while it is measured; docs/loads.md says what each does and how it is undone.</summary>
public static class TargetLoads
{
    /// <summary>No load.</summary>
    public const string None = "none";

    /// <summary>The loads that there are a script part for, in the order in which they run.</summary>
    public static IReadOnlyList<string> Names { get; } = ["gc", "cpu", "uart", "flash", "wifi"];

    /// <summary>Reads "none", "gc" or "gc,uart" and returns it with each load once and in order, so that equal loads are equal text.</summary>
    /// <exception cref="LatencyLabException">There is no such load (kind usage).</exception>
    public static string Parse(string text)
    {
        var wanted = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in wanted)
        {
            if (name != None && !Names.Contains(name, StringComparer.Ordinal))
            {
                throw new LatencyLabException(FaultKind.Usage, $"There is no load '{name}'.", "--load", $"Use none, or some of {string.Join(',', Names)}.");
            }
        }

        var loads = Names.Where(name => wanted.Contains(name, StringComparer.Ordinal)).ToArray();
        return loads.Length > 0 && wanted.Contains(None, StringComparer.Ordinal)
            ? throw new LatencyLabException(FaultKind.Usage, $"'{text}' asks for a load and for none.", "--load", "Leave out none.")
            : loads.Length == 0 ? None : string.Join(',', loads);
    }

    /// <summary>The loads in a text that <see cref="Parse"/> has made.</summary>
    public static string[] Split(string loads) => loads == None ? [] : loads.Split(',');

    /// <summary>The script parts that they need.</summary>
    public static IEnumerable<string> Parts(string loads) =>
        Split(loads) is { Length: > 0 } names ? ["target/load", .. names.Select(name => "target/load_" + name)] : [];
}
