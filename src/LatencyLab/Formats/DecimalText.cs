namespace LatencyLab.Formats;

/// <summary>Decimal numbers in files as whole numbers of a small unit, without rounding.</summary>
internal static class DecimalText
{
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
}
