using System.Runtime.CompilerServices;

namespace LatencyLab.Units;

/// <summary>
/// Ticks per second of a capture: the only converter between ticks and time. All times stay <see cref="long"/> ticks until they are printed.
/// </summary>
/// <param name="TickHz">Nominal ticks per second, 1 to 10^15 (one femtosecond).</param>
/// <param name="CalibrationPpm">
/// Measured deviation of the sampler's clock in parts per million, positive when it runs fast; null when nobody has measured it.
/// Stated beside results, never applied to stamped differences.
/// </param>
public readonly record struct TimeBase(long TickHz, double? CalibrationPpm = null)
{
    public const long MaxTickHz = 1_000_000_000_000_000;

    // Below it a product fits 64 bits. Int128 stays in methods of its own, which aren't inlined: where it is, code can't be compiled ahead of time.
    private const long MostShortTicks = long.MaxValue / 1_000_000_000;

    /// <summary>Length of one tick in nanoseconds.</summary>
    public double TickNs => 1e9 / TickHz;

    /// <summary>
    /// Nanoseconds of a tick count. The product is exact for every <see cref="long"/>; only the last division rounds.
    /// </summary>
    public double ToNanoseconds(long ticks)
    {
        if (ticks is <= -MostShortTicks or >= MostShortTicks)
        {
            return LongToNanoseconds(ticks);
        }

        var (whole, rest) = Math.DivRem(ticks * 1_000_000_000, TickHz);
        return whole + ((double)rest / TickHz);
    }

    /// <inheritdoc cref="ToNanoseconds(long)"/>
    public double ToNanoseconds(Int128 ticks)
    {
        var (whole, rest) = Int128.DivRem(ticks * 1_000_000_000, TickHz);
        return (double)whole + ((double)rest / TickHz);
    }

    /// <summary>Nanoseconds of a fractional tick count, such as a mean.</summary>
    public double ToNanoseconds(double ticks) => ticks * 1e9 / TickHz;

    /// <summary>Picoseconds, rounded half to even: the form in which files print times with three decimals of a nanosecond.</summary>
    public Int128 ToPicoseconds(long ticks)
    {
        var (quotient, rest) = Int128.DivRem((Int128)ticks * 1_000_000_000_000, TickHz);
        var twice = Int128.Abs(rest) * 2;
        if (twice > TickHz || (twice == TickHz && !Int128.IsEvenInteger(quotient)))
        {
            quotient += ticks < 0 ? -1 : 1;
        }

        return quotient;
    }

    /// <summary>The largest tick count that isn't longer than the duration (floor), so that a limit is never widened.</summary>
    public long ToTicks(Duration duration) => duration.Picoseconds >= 0 && duration.Picoseconds <= long.MaxValue / TickHz
        ? duration.Picoseconds * TickHz / 1_000_000_000_000
        : LongToTicks(duration);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private double LongToNanoseconds(long ticks) => ToNanoseconds((Int128)ticks);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long LongToTicks(Duration duration)
    {
        var ticks = (Int128)duration.Picoseconds * TickHz / 1_000_000_000_000;
        return ticks > long.MaxValue ? long.MaxValue : (long)ticks;
    }
}
