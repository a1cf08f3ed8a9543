using System.Globalization;

namespace LatencyLab.Units;

/// <summary>Numbers with units for people. Files never use this: they have one fixed unit a column.</summary>
public static class UnitText
{
    /// <summary>
    /// A time with the unit that leaves one to three digits before the point, to at most four significant digits and never finer
    /// than <paramref name="resolutionNs"/>, since digits below a tick are fiction: "31.20 us", "1.930 ms", "250 ns".
    /// </summary>
    public static string Time(double nanoseconds, double resolutionNs = 0)
    {
        var magnitude = Math.Abs(nanoseconds);
        var (scale, unit) = magnitude switch
        {
            >= 999.95e6 => (1e9, "s"),
            >= 999.95e3 => (1e6, "ms"),
            >= 999.95 => (1e3, "us"),
            0 or >= 0.99995 => (1.0, "ns"),
            _ => (1e-3, "ps"),
        };
        var value = nanoseconds / scale;
        var wholeDigits = Math.Abs(value) switch { >= 99.995 => 3, >= 9.9995 => 2, _ => 1 };
        var decimals = Math.Max(0, 4 - wholeDigits);
        if (unit == "ns" && value == Math.Floor(value))
        {
            decimals = 0;
        }

        while (decimals > 0 && scale * Math.Pow(10, -decimals) < resolutionNs / 10)
        {
            decimals--;
        }

        return value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + " " + unit;
    }

    /// <summary>"62.5 MHz", "24 MHz", "333.333 kHz".</summary>
    /// <param name="hz">The frequency.</param>
    /// <param name="significantDigits">For a measured one: as many digits as it is good for; 0 for a nominal one, which is given as it is.</param>
    public static string Frequency(double hz, int significantDigits = 0)
    {
        var (scale, unit) = Math.Abs(hz) switch { >= 1e9 => (1e9, "GHz"), >= 1e6 => (1e6, "MHz"), >= 1e3 => (1e3, "kHz"), _ => (1.0, "Hz") };
        var format = significantDigits == 0 ? "0.######" : "G" + significantDigits.ToString(CultureInfo.InvariantCulture);
        return (hz / scale).ToString(format, CultureInfo.InvariantCulture) + " " + unit;
    }

    /// <summary>Reads "24MHz", "1 MHz", "333.333k", "12000000"; null when it isn't a whole number of hertz from 1 to 10^15.</summary>
    public static long? ParseHertz(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.EndsWith("Hz", StringComparison.OrdinalIgnoreCase))
        {
            trimmed = trimmed[..^2].TrimEnd();
        }

        var scale = 1m;
        if (trimmed.Length > 0)
        {
            scale = char.ToLowerInvariant(trimmed[^1]) switch { 'k' => 1e3m, 'm' => 1e6m, 'g' => 1e9m, _ => 1m };
            if (scale != 1m)
            {
                trimmed = trimmed[..^1].TrimEnd();
            }
        }

        if (!decimal.TryParse(trimmed, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value > TimeBase.MaxTickHz)
        {
            return null;
        }

        var hz = value * scale;
        return hz >= 1 && hz <= TimeBase.MaxTickHz && hz == decimal.Truncate(hz) ? (long)hz : null;
    }
}
