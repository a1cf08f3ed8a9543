using System.Text;
using System.Text.Json;
using LatencyLab.Boards;

namespace LatencyLab.Targets;

/// <summary>Arguments of a call as JSON text.</summary>
internal static class CallJson
{
    /// <summary>An object of whole numbers, doubles, words, lists of whole numbers, and null.</summary>
    public static string Text(params ReadOnlySpan<(string Name, object? Value)> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in members)
            {
                writer.WritePropertyName(name);
                Write(writer, value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    public static string Word(Enum choice) => choice.ToString().ToLowerInvariant();

    public static long[]? Register(SetRegister? register) => register is { } set ? [set.Address, set.Mask] : null;

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case long[] list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    writer.WriteNumberValue(item);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }
}
