using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace LatencyLab.MicroPython;

/// <summary>
/// A line that a LatencyLab script prints: <c>@LL1 {json}*crc</c> (docs/protocol.md section 2). Anything else on the same link is talk of the
/// interpreter.
/// </summary>
public static class BoardLine
{
    public const int MaxBytes = 1024;

    private const string Prefix = "@LL1 ";
    private const int CrcDigits = 8;

    /// <summary>The JSON object of a line; null when the text isn't such a line, or is damaged.</summary>
    public static JsonElement? Parse(string line)
    {
        var text = line.TrimEnd('\r', '\n');
        if (text.Length > MaxBytes || !text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length < Prefix.Length + CrcDigits + 3 || text[^(CrcDigits + 1)] != '*')
        {
            return null;
        }

        var json = Encoding.UTF8.GetBytes(text[Prefix.Length..^(CrcDigits + 1)]);
        if (!uint.TryParse(text[^CrcDigits..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var crc) || Crc32.HashToUInt32(json) != crc)
        {
            return null;
        }

        // A right CRC around broken JSON: a fault of the script, told as if the line weren't there. Lines are rare.
        using var document = WireJson.ParseObject(json);
        return document?.RootElement.Clone();
    }

    /// <summary>The member "t", the kind of the line; empty when there is none.</summary>
    public static string KindOf(JsonElement line) => Text(line, "t") ?? "";

    public static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static long? Number(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    public static bool IsTrue(JsonElement line, string name) => line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
