using System.Text;

namespace LatencyLab.Formats;

/// <summary>Fields of one CSV line (RFC 4180, within a line).</summary>
public static class CsvText
{
    /// <summary>More columns than this are no capture.</summary>
    internal const int MaxFields = 4096;

    /// <summary>All fields of a line, quotes taken off; null where a quote doesn't end or there are more than <see cref="MaxFields"/>.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="separator">Between the fields.</param>
    /// <param name="trims">Blanks around what isn't quoted are none of the field's.</param>
    internal static List<string>? Split(ReadOnlySpan<byte> line, char separator = ',', bool trims = false)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var (quoted, wasQuoted) = (false, false);
        var text = Encoding.UTF8.GetString(line);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"' && (quoted || field.ToString().AsSpan().IsWhiteSpace()))
            {
                field.Length = quoted ? field.Length : 0;
                (quoted, wasQuoted) = (!quoted, true);
            }
            else if (c == separator && !quoted)
            {
                EndField();
            }
            else
            {
                field.Append(c);
            }
        }

        EndField();
        return quoted || fields.Count > MaxFields ? null : fields;

        void EndField()
        {
            fields.Add(trims && !wasQuoted ? field.ToString().Trim() : field.ToString());
            field.Clear();
            wasQuoted = false;
        }
    }

    /// <summary>A text with an apostrophe before what a spreadsheet would take for a formula; one that begins with an apostrophe gets another, so that <see cref="Unfield"/> gives it back.</summary>
    public static string Safe(string text) => text is ['=' or '+' or '-' or '@' or '\'', ..] ? "'" + text : text;

    /// <summary>A text as one field: <see cref="Safe"/>, and quoted where it must be.</summary>
    public static string Field(string text)
    {
        var safe = Safe(text);
        return safe.AsSpan().ContainsAny(",\"\r\n") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    /// <summary>A value without the blanks and the quotes around it.</summary>
    internal static ReadOnlySpan<byte> Bare(ReadOnlySpan<byte> field)
    {
        field = field.Trim(" \t"u8);
        return field is [(byte)'"', .., (byte)'"'] ? field[1..^1].Trim((byte)' ') : field;
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
