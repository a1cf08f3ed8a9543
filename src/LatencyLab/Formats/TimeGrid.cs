namespace LatencyLab.Formats;

/// <summary>
/// Ticks for the times of a file: times the file's own unit, or samples of a recorder whose rate is known. On the grid of samples a time may be off by
/// one unit, since files round.
/// </summary>
internal sealed class TimeGrid
{
    private readonly long _unitsPerSecond;
    private readonly long _unitMultiple;
    private readonly bool _snaps;

    /// <param name="unitsPerSecond">Of the file's times.</param>
    /// <param name="unitMultiple">By how much the file's times are multiplied first; for units longer than a second.</param>
    /// <param name="sampleRateHz">The rate of the recorder; null when the file's unit is the tick.</param>
    public TimeGrid(long unitsPerSecond, long unitMultiple, long? sampleRateHz)
    {
        _unitsPerSecond = unitsPerSecond;
        _unitMultiple = unitMultiple;
        _snaps = sampleRateHz is { } rate && rate != unitsPerSecond;
        TickHz = sampleRateHz ?? unitsPerSecond;
    }

    public long TickHz { get; }

    /// <summary>The tick of a time; null where there is none: out of range, or between two samples.</summary>
    public long? ToTick(long units)
    {
        var time = (Int128)units * _unitMultiple;
        if (_snaps)
        {
            // Rounded to the nearest sample; exact in 128 bits.
            var (whole, rest) = Int128.DivRem(time * TickHz, _unitsPerSecond);
            if (Int128.Abs(rest) * 2 >= _unitsPerSecond)
            {
                whole += rest < 0 ? -1 : 1;
            }

            if (Int128.Abs((whole * _unitsPerSecond) - (time * TickHz)) > Int128.Min(TickHz, _unitsPerSecond / 4))
            {
                return null;
            }

            time = whole;
        }

        // One tick short of the end, so that the tick after the last one still exists.
        return time >= long.MinValue + 1 && time < long.MaxValue ? (long)time : null;
    }
}
