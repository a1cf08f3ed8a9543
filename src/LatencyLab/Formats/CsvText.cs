using System.Text;

namespace LatencyLab.Formats;

/// <summary>Fields of one CSV line (RFC 4180, within a line).</summary>
internal static class CsvText
{
    /// <summary>More columns than this are no capture.</summary>
    public const int MaxFields = 4096;

    /// <summary>All fields of a line, quotes taken off; null where a quote doesn't end or there are more than <see cref="MaxFields"/>.</summary>
    public static List<string>? Split(ReadOnlySpan<byte> line, char separator = ',')
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        var text = Encoding.UTF8.GetString(line);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"' && (quoted || field.Length == 0))
            {
                quoted = !quoted;
            }
            else if (c == separator && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString());
        return quoted || fields.Count > MaxFields ? null : fields;
    }

    /// <summary>A text as one field: quoted where it must be, and with an apostrophe before what a spreadsheet would take for a formula.</summary>
    public static string Field(string text)
    {
        var safe = text is ['=' or '+' or '-' or '@' or '\'', ..] ? "'" + text : text;
        return safe.AsSpan().ContainsAny(",\"\r\n") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    /// <summary>The text that <see cref="Field"/> was given, once <see cref="Split"/> has taken the quotes off.</summary>
    public static string Unfield(string field) => field is ['\'', '=' or '+' or '-' or '@' or '\'', ..] ? field[1..] : field;
}

/// <summary>The fields of one CSV line without quotes, one after the other.</summary>
internal ref struct CsvFields(ReadOnlySpan<byte> line, byte separator = (byte)',')
{
    private readonly ReadOnlySpan<byte> _line = line;
    private int _at;

    /// <summary>All fields were taken.</summary>
    public readonly bool IsAtEnd => _at > _line.Length;

    /// <summary>Takes the next field; false when none is left.</summary>
    public bool TryTake(out ReadOnlySpan<byte> field)
    {
        if (IsAtEnd)
        {
            field = default;
            return false;
        }

        var rest = _line[_at..];
        var end = rest.IndexOf(separator);
        field = end < 0 ? rest : rest[..end];
        _at += field.Length + 1;
        return true;
    }
}
