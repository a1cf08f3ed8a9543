using System.Globalization;
using System.Text.Json;

namespace LatencyLab.Targets;

/// <summary>Under what a test runs on the target: docs/loads.md.</summary>
/// <param name="Load">Loads as <see cref="TargetLoads.Parse"/> writes them.</param>
/// <param name="Uarts">UARTs that the load "uart" may use.</param>
/// <param name="CpuHz">Clock for the time of the test; null leaves it alone.</param>
public sealed record TargetConditions(string Load, IReadOnlyList<UartPins> Uarts, long? CpuHz)
{
    /// <summary>The board as it is.</summary>
    public static TargetConditions AsFound { get; } = new(TargetLoads.None, [], null);

    /// <summary>The script parts that they need.</summary>
    internal IEnumerable<string> Parts => [.. CpuHz is null ? Array.Empty<string>() : ["target/clock"], .. TargetLoads.Parts(Load)];

    /// <summary>Arguments of the call with those that these conditions add.</summary>
    internal string AddTo(string json)
    {
        var more = Load == TargetLoads.None ? "" : $",\"load\":\"{JsonEncodedText.Encode(Load)}\"";
        more += Uarts.Count > 0 ? $",\"uart\":[{string.Join(',', Uarts.Select(uart => uart.ToJson()))}]" : "";
        more += CpuHz is { } hz ? string.Create(CultureInfo.InvariantCulture, $",\"cpu_hz\":{hz}") : "";
        return json[..^1] + more + "}";
    }
}
