using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LatencyLab.Units;

/// <summary>A span of physical time as the user writes and reads it. Range: about 106 days either way, resolution one picosecond.</summary>
public readonly record struct Duration(long Picoseconds) : IComparable<Duration>
{
    private static readonly (string Suffix, decimal Picoseconds)[] Suffixes =
    [
        ("ps", 1m), ("ns", 1_000m), ("us", 1_000_000m), ("µs", 1_000_000m), ("μs", 1_000_000m), ("ms", 1_000_000_000m),
        ("min", 60_000_000_000_000m), ("s", 1_000_000_000_000m), ("m", 60_000_000_000_000m), ("h", 3_600_000_000_000_000m),
    ];

    public static Duration Zero => default;

    public static Duration FromMicroseconds(long microseconds) => new(checked(microseconds * 1_000_000));

    public static Duration FromMilliseconds(long milliseconds) => new(checked(milliseconds * 1_000_000_000));

    public static Duration FromSeconds(double seconds) => new(checked((long)(seconds * 1e12)));

    public double Seconds => Picoseconds / 1e12;

    public double Nanoseconds => Picoseconds / 1e3;

    public TimeSpan ToTimeSpan() => TimeSpan.FromMicroseconds(Picoseconds / 1e6);

    public static bool operator <(Duration left, Duration right) => left.Picoseconds < right.Picoseconds;

    public static bool operator >(Duration left, Duration right) => left.Picoseconds > right.Picoseconds;

    public static bool operator <=(Duration left, Duration right) => left.Picoseconds <= right.Picoseconds;

    public static bool operator >=(Duration left, Duration right) => left.Picoseconds >= right.Picoseconds;

    public static Duration operator +(Duration left, Duration right) => new(checked(left.Picoseconds + right.Picoseconds));

    public static Duration operator -(Duration left, Duration right) => new(checked(left.Picoseconds - right.Picoseconds));

    public int CompareTo(Duration other) => Picoseconds.CompareTo(other.Picoseconds);

    /// <summary>Reads "250us", "2 ms", "1.5s", "5min", "2h". A number without a unit is refused: nobody can know which was meant.</summary>
    /// <param name="text">The text as the user wrote it.</param>
    /// <param name="duration">The value, when the answer is true.</param>
    /// <param name="error">One sentence for the user, when the answer is false.</param>
    public static bool TryParse(string text, out Duration duration, [NotNullWhen(false)] out string? error)
    {
        duration = default;
        error = null;
        var trimmed = text.Trim();
        foreach (var (suffix, picoseconds) in Suffixes)
        {
            if (!trimmed.EndsWith(suffix, StringComparison.Ordinal))
            {
                continue;
            }

            var number = trimmed[..^suffix.Length].TrimEnd();
            if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            {
                continue;
            }

            if (Math.Abs(value) > long.MaxValue / picoseconds)
            {
                error = $"'{text}' is longer than a capture can be.";
                return false;
            }

            duration = new Duration((long)(value * picoseconds));
            return true;
        }

        error = decimal.TryParse(trimmed, NumberStyles.Number, CultureInfo.InvariantCulture, out _)
            ? $"'{text}' has no unit; write {trimmed}us, {trimmed}ms or {trimmed}s."
            : $"'{text}' is not a time; write a number and a unit, such as 250us, 2ms or 1s.";
        return false;
    }

    /// <inheritdoc cref="TryParse"/>
    /// <exception cref="LatencyLabException">The text is not a time (kind usage).</exception>
    public static Duration Parse(string text) =>
        TryParse(text, out var duration, out var error) ? duration : throw new LatencyLabException(FaultKind.Usage, error);

    /// <summary>The shortest exact text that <see cref="Parse"/> reads back: "10ms", "50us", "16ns".</summary>
    public override string ToString()
    {
        ReadOnlySpan<(string Suffix, long Picoseconds)> units =
            [("s", 1_000_000_000_000), ("ms", 1_000_000_000), ("us", 1_000_000), ("ns", 1_000)];
        foreach (var (suffix, picoseconds) in units)
        {
            if (Picoseconds != 0 && Picoseconds % picoseconds == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{Picoseconds / picoseconds}{suffix}");
            }
        }

        return Picoseconds == 0 ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{Picoseconds}ps");
    }
}
