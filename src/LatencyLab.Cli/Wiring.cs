using System.Text.Json;
using LatencyLab.Boards;

namespace LatencyLab.Cli;

/// <summary>The wires between a target and a Pico as sampler, for one pair of target pins.</summary>
public sealed record Wiring(Chip Target, int IrqInput, int ResponseOutput, IReadOnlyList<string> Warnings)
{
    // The sampler script's pins; the header pins are those of the Raspberry Pi Pico and Pico W (pinout of the Pico datasheet).
    private const string Picture = """
          target {0,-9}                                sampler Raspberry Pi Pico

          GPIO{1,-2}  interrupt in  <───[220 ohm - 1 kohm]────  GP2 (header pin 4)  stimulus, captured as D0
          GPIO{2,-2}  response out  ────[220 ohm - 1 kohm]───>  GP3 (header pin 5)  response, captured as D1
          GND                   ──────────────────────────  GND (header pin 3)

        3.3 V only: no 5 V line on any of these pins. The resistors limit the current if two outputs ever meet.
        Each board has its own USB cable to the host. 'latencylab run' proves every wire before it measures.
        """;

    public void WriteText(TextWriter text) =>
        text.WriteLine(string.Format(System.Globalization.CultureInfo.InvariantCulture, Picture.ReplaceLineEndings("\n"), Target.Name, IrqInput, ResponseOutput));

    /// <summary><c>latencylab.wiring/1</c>.</summary>
    public void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("schema", "latencylab.wiring/1");
        writer.WriteString("chip", Target.Id);
        writer.WriteString("sampler", "pico");
        writer.WriteNumber("level_v", 3.3);
        writer.WriteStartArray("series_resistor_ohm");
        writer.WriteNumberValue(220);
        writer.WriteNumberValue(1000);
        writer.WriteEndArray();
        writer.WriteStartArray("wires");
        WriteWire(writer, "stimulus", "D0", "GP2", $"GPIO{IrqInput}");
        WriteWire(writer, "response", "D1", "GP3", $"GPIO{ResponseOutput}");
        WriteWire(writer, "ground", null, "GND", "GND");
        writer.WriteEndArray();
        writer.WriteStartArray("warnings");
        foreach (var warning in Warnings)
        {
            writer.WriteStringValue(warning);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteWire(Utf8JsonWriter writer, string signal, string? channel, string sampler, string target)
    {
        writer.WriteStartObject();
        writer.WriteString("signal", signal);
        writer.WriteString("channel", channel);
        writer.WriteString("sampler", sampler);
        writer.WriteString("target", target);
        writer.WriteEndObject();
    }
}
