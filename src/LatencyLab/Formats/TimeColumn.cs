using System.Buffers.Text;

namespace LatencyLab.Formats;

/// <summary>
/// The times in the first column of a table of changes: seconds or a part of one, with or without an exponent, or ISO 8601 time stamps, which become
/// offsets from the first. Never rounded, unless the caller has a grid of samples on which they must fall.
/// </summary>
/// <param name="decimals">Decimals of a second that one unit stands for.</param>
/// <param name="shift">Decimals by which the column's unit is smaller than a second: 3 for milliseconds.</param>
/// <param name="hasCommas">Numbers have a decimal comma.</param>
/// <param name="rounds">Finer digits are rounded.</param>
internal sealed class TimeColumn(int decimals, int shift, bool hasCommas, bool rounds)
{
    private readonly byte[] _text = new byte[64];
    private DateTime? _firstDay;
    private bool _hasNumbers;
    private Int128 _firstUnits;

    /// <summary>The unit that a header names, as a number of decimals: 0 for "Time [s]", 6 for "time (us)"; null for no time; -1 for a time without a unit.</summary>
    public static int? UnitOf(string header)
    {
        var text = header.Trim().ToLowerInvariant();
        foreach (var word in (ReadOnlySpan<string>)["timestamp", "time"])
        {
            if (text.StartsWith(word, StringComparison.Ordinal))
            {
                return text[word.Length..].Trim(' ', '[', ']', '(', ')', '_', ':') switch
                {
                    "" => -1,
                    "s" or "sec" or "seconds" => 0,
                    "ms" => 3,
                    "us" or "\u00B5s" or "\u03BCs" => 6,
                    "ns" => 9,
                    _ => null,
                };
            }
        }

        return null;
    }

    /// <summary>ISO 8601: "2026-01-31T23:59:59.123456789+01:00".</summary>
    public static bool IsStamp(ReadOnlySpan<byte> text) => text.Length >= 19 && text[4] == (byte)'-' && text[7] == (byte)'-' && text[10] is (byte)'T' or (byte)' ';

    /// <summary>Reads one time; false where it is none, is finer than the unit, or doesn't fit.</summary>
    public bool TryParse(ReadOnlySpan<byte> text, out long units)
    {
        if (IsStamp(text))
        {
            return TryParseStamp(text, out units);
        }

        if (hasCommas && text.Length <= _text.Length && text.Contains((byte)','))
        {
            text.CopyTo(_text);
            _text.AsSpan(0, text.Length).Replace((byte)',', (byte)'.');
            text = _text.AsSpan(0, text.Length);
        }

        units = 0;
        _hasNumbers = true;
        return _firstDay is null && DecimalText.TryParseScientific(text, decimals - shift, rounds, out units);
    }

    private bool TryParseStamp(ReadOnlySpan<byte> text, out long units)
    {
        units = 0;
        var zone = text[19..].IndexOfAny("Zz+-"u8);
        var seconds = zone < 0 ? text[17..] : text[17..(19 + zone)];
        if (_hasNumbers || shift != 0 ||
            !TryNumber(text[..4], out var year) || !TryNumber(text[5..7], out var month) || !TryNumber(text[8..10], out var day) ||
            !TryNumber(text[11..13], out var hour) || !TryNumber(text[14..16], out var minute) || text[13] != (byte)':' || text[16] != (byte)':' ||
            year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 ||
            !TryZone(zone < 0 ? default : text[(19 + zone)..], out var zoneMinutes) ||
            !DecimalText.TryParse(seconds, decimals, out var unitsOfMinute))
        {
            return false;
        }

        var unitsPerSecond = (Int128)Math.Pow(10, decimals);
        if (unitsOfMinute < 0 || unitsOfMinute >= 60 * unitsPerSecond)
        {
            return false;
        }

        var date = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified);
        var isFirst = _firstDay is null;
        _firstDay ??= date;
        var minutes = ((date - _firstDay.Value).Days * 1440L) + (hour * 60) + minute - zoneMinutes;
        var sinceFirstDay = (minutes * 60 * unitsPerSecond) + unitsOfMinute;
        if (isFirst)
        {
            _firstUnits = sinceFirstDay;
        }

        var offset = sinceFirstDay - _firstUnits;
        var fits = offset > long.MinValue && offset <= long.MaxValue;
        units = fits ? (long)offset : 0;
        return fits;
    }

    private static bool TryZone(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.IsEmpty || text is [(byte)'Z' or (byte)'z'])
        {
            return true;
        }

        var rest = text[1..];
        if (!TryNumber(rest[..Math.Min(2, rest.Length)], out var hours) || rest.Length is not (2 or 4 or 5) || (rest.Length == 5 && rest[2] != (byte)':'))
        {
            return false;
        }

        var ofHour = 0;
        if (rest.Length > 2 && !TryNumber(rest[^2..], out ofHour))
        {
            return false;
        }

        minutes = ((hours * 60) + ofHour) * (text[0] == (byte)'-' ? -1 : 1);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        return !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') && Utf8Parser.TryParse(digits, out value, out var used) && used == digits.Length;
    }
}
