using System.Buffers.Text;

namespace LatencyLab.Formats;

/// <summary>Decimal numbers in files as whole numbers of a small unit, without rounding.</summary>
internal static class DecimalText
{
    private const int MaxExponent = 30;

    /// <summary>Reads "-0.000012500" as a number of 10^-<paramref name="decimals"/>; false where it isn't one, is finer, or doesn't fit.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, int decimals, out long value)
    {
        value = 0;
        var negative = text is [(byte)'-', ..];
        var digits = negative ? text[1..] : text;
        var missing = decimals;
        var (hasPoint, hasDigit) = (false, false);
        foreach (var c in digits)
        {
            if (c == (byte)'.' && !hasPoint)
            {
                hasPoint = true;
                continue;
            }

            var digit = c - '0';
            if (digit is < 0 or > 9)
            {
                return false;
            }

            hasDigit = true;
            if (hasPoint && missing == 0)
            {
                if (digit != 0)
                {
                    return false;
                }

                continue;
            }

            missing -= hasPoint ? 1 : 0;
            if (value > (long.MaxValue - 9) / 10)
            {
                return false;
            }

            value = (value * 10) + digit;
        }

        for (; missing > 0; missing--)
        {
            if (value > long.MaxValue / 10)
            {
                return false;
            }

            value *= 10;
        }

        value = negative ? -value : value;
        return hasDigit;
    }

    /// <summary>
    /// As <see cref="TryParse"/>, also with a plus sign and an exponent ("-2.5E-6"), as programs print floating-point numbers; with
    /// <paramref name="rounds"/>, finer digits are rounded to the nearest instead of refused.
    /// </summary>
    public static bool TryParseScientific(ReadOnlySpan<byte> text, int decimals, bool rounds, out long value)
    {
        value = 0;
        var at = text.IndexOfAny((byte)'e', (byte)'E');
        var exponent = 0;
        if (at >= 0 && (!TryParseExponent(text[(at + 1)..], out exponent) || Math.Abs(exponent) > MaxExponent))
        {
            return false;
        }

        var mantissa = at < 0 ? text : text[..at];
        mantissa = mantissa is [(byte)'+', not (byte)'-', ..] ? mantissa[1..] : mantissa;
        var kept = decimals + exponent;
        if (kept >= 0 && TryParse(mantissa, kept, out value))
        {
            return true;
        }

        // Finer than asked for: with 18 decimals the digits that matter to rounding are there.
        if (!rounds || !TryCut(mantissa, 18, out var cut) || kept > 18)
        {
            return false;
        }

        if (kept < -18)
        {
            // Smaller than half a unit, whatever its 36 digits are.
            return true;
        }

        var divisor = (Int128)1;
        for (var i = kept; i < 18; i++)
        {
            divisor *= 10;
        }

        var half = cut < 0 ? -divisor / 2 : divisor / 2;
        var rounded = (cut + half) / divisor;
        var fits = rounded > long.MinValue && rounded <= long.MaxValue;
        value = fits ? (long)rounded : 0;
        return fits;
    }

    /// <summary>What stands behind the e of a number.</summary>
    public static bool TryParseExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        var digits = text is [(byte)'+', >= (byte)'0', ..] ? text[1..] : text;
        return Utf8Parser.TryParse(digits, out exponent, out var used) && used == digits.Length;
    }

    // What lies behind the last decimal is cut off; 20 digits before the point are more than any time has.
    private static bool TryCut(ReadOnlySpan<byte> text, int decimals, out Int128 value)
    {
        var point = text.IndexOf((byte)'.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? default : text[(point + 1)..];
        var negative = whole is [(byte)'-', ..];
        whole = negative ? whole[1..] : whole;
        value = 0;
        if (whole.Length + fraction.Length == 0 || whole.Length > 18 || whole.ContainsAnyExceptInRange((byte)'0', (byte)'9') || fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        foreach (var c in whole)
        {
            value = (value * 10) + (c - '0');
        }

        for (var i = 0; i < decimals; i++)
        {
            value = (value * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
        }

        value = negative ? -value : value;
        return true;
    }
}
