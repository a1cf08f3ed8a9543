using System.Globalization;

namespace LatencyLab.Simulation;

/// <summary>Loads and clock that a call of the target's script asks for.</summary>
internal sealed record RunConditions(IReadOnlyList<string> Loads, long? CpuHz)
{
    private static readonly string[] KnownLoads = ["gc", "cpu", "uart", "flash", "wifi"];

    /// <summary>What the call asks for, refused as the board refuses it.</summary>
    /// <exception cref="PythonException">The part for it isn't loaded, or this chip has no such clock or load.</exception>
    public static RunConditions Read(CallArguments arguments, SimulatedChip chip, IReadOnlySet<string> parts)
    {
        var hz = arguments.OptionalInteger("cpu_hz", 1, 1_000_000_000);
        if (hz is not null && !parts.Contains("target/clock"))
        {
            throw new PythonException("NameError: name 'LLClock' isn't defined");
        }

        if (hz is { } clock && chip.ClockFault(clock) is { } refused)
        {
            throw new PythonException("ValueError: cpu_hz: " + refused);
        }

        var text = arguments.AnyText("load") ?? "none";
        var loads = text == "none" ? [] : text.Split(',');
        if (loads.FirstOrDefault(load => !KnownLoads.Contains(load, StringComparer.Ordinal) || !parts.Contains("target/load_" + load)) is { } unknown)
        {
            throw new PythonException("ValueError: unknown load " + unknown);
        }

        return loads.Contains("wifi") && chip.WifiFault is { } wifi ? throw new PythonException("ValueError: load wifi: " + wifi) : new RunConditions(loads, hz);
    }

    /// <summary>How much longer everything takes than with the chip's usual clock.</summary>
    public double Slowness(SimulatedChip chip) => CpuHz is { } hz ? (double)chip.ClockHz / hz : 1;

    /// <summary>What the selector puts on the board comes on top of what the script is asked for; the same load twice is one.</summary>
    public LoadPause[] Pauses(SimulatedChip chip, string onTheBoard) =>
        [.. Loads.Append(onTheBoard).Where(load => load != "none").Distinct(StringComparer.Ordinal).Select(load => LoadPause.For(chip, load))];

    /// <summary>Members of DONE, as much work as the scripts would do: one round of the main loop in 10 ms; files are written at most 200 times.</summary>
    public string Done(long elapsedUs)
    {
        var rounds = elapsedUs / 10_000;
        var work = Loads.Select(load => string.Create(CultureInfo.InvariantCulture, $"\"{load}\": {(load == "flash" ? Math.Min(200, 1 + rounds) : rounds)}"));
        return Loads.Count == 0 ? "" : $", \"load\": {{{string.Join(", ", work)}}}, \"load_fault\": null";
    }
}
