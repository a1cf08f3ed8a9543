using System.Text.Json;

namespace LatencyLab.MicroPython;

/// <summary>JSON that a board sent, inside a line or a frame whose checksum is right: even so it may be anything.</summary>
internal static class WireJson
{
    private const int MaxDepth = 64;

    /// <summary>The object; null for what isn't one, or holds text that is no Unicode: reading that later would throw.</summary>
    public static JsonDocument? ParseObject(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            // JsonDocument doesn't look into texts: bytes that are no UTF-8 and halves of surrogate pairs come to light only when one is read.
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    _ = reader.GetString();
                }
            }

            var again = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
            return JsonDocument.TryParseValue(ref again, out var document) ? document : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A HELLO, an END or a line is rare, so this is no hot path, and the caller counts or reports what it didn't understand.
            return null;
        }
    }
}
