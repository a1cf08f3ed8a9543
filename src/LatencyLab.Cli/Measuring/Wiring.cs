using System.Text.Json;
using LatencyLab.Boards;

namespace LatencyLab.Cli.Measuring;

/// <summary>The wires of a rig.</summary>
/// <param name="Target">The target's chip; null for a board with firmware of its own, which can be any.</param>
/// <param name="IrqInput">GPIO that takes the stimulus; null where only its firmware knows.</param>
/// <param name="ResponseOutput">GPIO that answers, or fires where the board times itself; null where only its firmware knows.</param>
/// <param name="Warnings">What the chosen pins cost.</param>
public sealed record Wiring(Chip? Target, int? IrqInput, int? ResponseOutput, IReadOnlyList<string> Warnings)
{
    // The sampler script's pins; the header pins are those of the Raspberry Pi Pico and Pico W (pinout of the Pico datasheet).
    private const string Picture = """
          target {0,-9}                                sampler Raspberry Pi Pico

          {1,-7} interrupt in  <───[220 ohm - 1 kohm]────  GP2 (header pin 4)  stimulus, captured as D0
          {2,-7} response out  ────[220 ohm - 1 kohm]───>  GP3 (header pin 5)  response, captured as D1
          GND                   ──────────────────────────  GND (header pin 3)

        3.3 V only: no 5 V line on any of these pins. The resistors limit the current if two outputs ever meet.
        Each board has its own USB cable to the host. {3}
        """;

    private const string PictureOfOne = """
          one board: {0}

          {2,-7} fires         ────[220 ohm - 1 kohm]───┐
          {1,-7} interrupt in  <────────────────────────┘

        No sampler: the board fires at itself and stamps with its own clock, and its runs are called SELF-TIMED.
        'latencylab run --sampler self' proves the wire before it measures.
        """;

    /// <summary>One board that fires at itself, without a sampler.</summary>
    public bool IsSelfTimed { get; init; }

    public void WriteText(TextWriter text) => text.WriteLine(string.Format(
        System.Globalization.CultureInfo.InvariantCulture, (IsSelfTimed ? PictureOfOne : Picture).ReplaceLineEndings("\n"), Target?.Name ?? "of your own", Gpio(IrqInput), Gpio(ResponseOutput),
        Target is null
            ? "The target needs none: nothing is loaded into it, its firmware\nanswers a rising edge with a pulse. 'latencylab run --target none' asks whether the stimulus line is free, and fires."
            : "'latencylab run' proves every wire before it measures."));

    private static string Gpio(int? number) => number is { } gpio ? $"GPIO{gpio}" : "a pin";

    /// <summary><c>latencylab.wiring/1</c>.</summary>
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("schema", "latencylab.wiring/1");
        writer.WriteString("chip", Target?.Id);
        writer.WriteString("sampler", IsSelfTimed ? "self" : "pico");
        writer.WriteNumber("level_v", 3.3);
        writer.WriteStartArray("series_resistor_ohm");
        writer.WriteNumberValue(220);
        writer.WriteNumberValue(1000);
        writer.WriteEndArray();
        writer.WriteStartArray("wires");
        if (IsSelfTimed)
        {
            WriteWire(writer, "stimulus", null, Gpio(ResponseOutput), Gpio(IrqInput));
        }
        else
        {
            WriteWire(writer, "stimulus", "D0", "GP2", NameOrNull(IrqInput));
            WriteWire(writer, "response", "D1", "GP3", NameOrNull(ResponseOutput));
            WriteWire(writer, "ground", null, "GND", "GND");
        }

        writer.WriteEndArray();
        writer.WriteStartArray("warnings");
        foreach (var warning in Warnings)
        {
            writer.WriteStringValue(warning);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string? NameOrNull(int? number) => number is null ? null : Gpio(number);

    private static void WriteWire(Utf8JsonWriter writer, string signal, string? channel, string sampler, string? target)
    {
        writer.WriteStartObject();
        writer.WriteString("signal", signal);
        writer.WriteString("channel", channel);
        writer.WriteString("sampler", sampler);
        writer.WriteString("target", target);
        writer.WriteEndObject();
    }
}
