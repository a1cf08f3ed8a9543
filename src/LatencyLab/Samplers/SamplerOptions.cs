using LatencyLab.Units;

namespace LatencyLab.Samplers;

/// <summary>Options of a sampler as they stand behind its selector, <c>?name=value&amp;name=value</c>.</summary>
public static class SamplerOptions
{
    /// <summary>Refuses names that mean nothing here.</summary>
    /// <exception cref="LatencyLabException">There is one (kind usage).</exception>
    public static void RefuseUnknown(IReadOnlyDictionary<string, string> options, string kind, IReadOnlyList<string> known)
    {
        if (options.Keys.FirstOrDefault(k => !known.Contains(k)) is { } unknown)
        {
            throw new LatencyLabException(FaultKind.Usage, $"'{unknown}' is no option of {kind}.", "--sampler", $"Its options are {string.Join(", ", known)}.");
        }
    }

    /// <summary>A sample rate; null where none stands there.</summary>
    /// <exception cref="LatencyLabException">It is none (kind usage).</exception>
    public static long? Hertz(IReadOnlyDictionary<string, string> options, string name) => !options.TryGetValue(name, out var text) ? null
        : UnitText.ParseHertz(text) ?? throw new LatencyLabException(FaultKind.Usage, $"'{text}' is no sample rate.", "--sampler", $"Write {name}=1M or {name}=24MHz: a whole number of hertz.");

    /// <summary>on or off; off where it doesn't stand there.</summary>
    /// <exception cref="LatencyLabException">It is neither (kind usage).</exception>
    public static bool Switch(IReadOnlyDictionary<string, string> options, string name) => options.GetValueOrDefault(name, "off") switch
    {
        "on" => true,
        "off" => false,
        var text => throw new LatencyLabException(FaultKind.Usage, $"'{text}' is neither on nor off.", "--sampler", $"Write {name}=on or {name}=off."),
    };
}
