using System.Buffers;
using System.Globalization;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>
/// A first column that numbers the samples or gives their times. The rows are the samples and the rate is their time; this column only has to show that
/// none is left out. Its numbers aren't used: sigrok 0.5 counts in whole nanoseconds, by 41 at 24 MHz.
/// </summary>
internal sealed class CountColumn
{
    // From here on one more or less is rounding: a left-out row would double the step.
    private const long LeastRoundedStep = 8;
    private const int Decimals = 9;
    private const long UnitsPerOne = 1_000_000_000;

    private static readonly SearchValues<byte> OfNumbers = SearchValues.Create("0123456789.+-eE"u8);

    private readonly long _rateHz;
    private readonly string _unit;
    private readonly long _unitsPerSecond;
    private readonly bool _mayBeShortened;
    private long _previous;
    private Int128 _step;
    private long _rows;
    private bool _hasRepeats;

    /// <param name="header">Name of the column; empty where it has none.</param>
    /// <param name="rateHz">Samples a second.</param>
    /// <param name="isOfSigrok">A comment says that sigrok wrote the table.</param>
    public CountColumn(string header, long rateHz, bool isOfSigrok)
    {
        _rateHz = rateHz;
        _unit = header.Trim();
        _unitsPerSecond = _unit switch
        {
            "seconds" => 1,
            "milliseconds" => 1_000,
            "microseconds" => 1_000_000,
            "nanoseconds" => 1_000_000_000,
            "picoseconds" => 1_000_000_000_000,
            "femtoseconds" => 1_000_000_000_000_000,
            _ => 0,
        };
        _mayBeShortened = isOfSigrok || _unitsPerSecond > 0 || _unit == "Time";
    }

    /// <summary>Whether a field is a number by its looks, be it too large for this column: a row that begins with one is no header.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> text)
    {
        var number = CsvText.Bare(text);
        return number.ContainsAnyInRange((byte)'0', (byte)'9') && !number.ContainsAnyExcept(OfNumbers);
    }

    /// <summary>Goes on to a row.</summary>
    /// <exception cref="CaptureFormatException">The column doesn't go on evenly, or not at the rate.</exception>
    public void Take(ReadOnlySpan<byte> row, byte separator, bool isRepeated, TextLines lines)
    {
        var end = row.IndexOf(separator);
        if (end < 0 || !DecimalText.TryParseScientific(CsvText.Bare(row[..end]), Decimals, true, out var value))
        {
            throw lines.Fault("The first column holds what is no number, or one beyond nine billion.");
        }

        _hasRepeats |= isRepeated;
        if (_rows == 1)
        {
            _step = (Int128)value - _previous;
            RequireRate(lines);
        }
        else if (_rows > 1)
        {
            var whole = _step % UnitsPerOne == 0;
            var slack = _step >= LeastRoundedStep * (whole ? UnitsPerOne : 1) ? (whole ? UnitsPerOne : 1) : 0;
            if (Int128.Abs((Int128)value - _previous - _step) > slack)
            {
                throw lines.Fault(
                    "The first column doesn't go on evenly: rows are left out, as in a table of changes, or lost.",
                    "Export every sample (sigrok-cli: without dedup=true), or a session file (.sr). If it is a time, call its column 'Time [s]', or [ms], [us], [ns].");
            }
        }

        _previous = value;
        _rows++;
    }

    /// <summary>The end of the table.</summary>
    /// <exception cref="CaptureFormatException">No row is like the one before in a table that sigrok may have shortened.</exception>
    public void End(TextLines lines)
    {
        // Later versions of sigrok number only the rows that dedup=true leaves, as evenly as all of them.
        if (_mayBeShortened && _rows > 2 && !_hasRepeats)
        {
            throw lines.Fault(
                "No row is like the one before: sigrok may have left out the repeated ones, and then its times are wrong.",
                "Export without dedup=true and without time=true, or a session file (.sr).");
        }
    }

    private void RequireRate(TextLines lines)
    {
        var fits = _unitsPerSecond > 0 ? Fits(_unitsPerSecond) : _step == UnitsPerOne || AnyFits();
        if (!fits)
        {
            throw lines.Fault(
                string.Create(CultureInfo.InvariantCulture, $"The first column goes on by {(double)_step / UnitsPerOne:0.#########}{(_unitsPerSecond > 0 ? " " + _unit : "")}: not by one sample of {UnitText.Frequency(_rateHz)}."),
                "Either rows are left out (export every sample, in sigrok-cli without dedup=true), or --samplerate isn't that of the file.");
        }
    }

    private bool Fits(long unitsPerSecond)
    {
        // Whole numbers are rounded to whole ones, others to the last decimal that is looked at.
        var expected = (Int128)unitsPerSecond * UnitsPerOne / _rateHz;
        var slack = _step % UnitsPerOne != 0 ? 1 : expected % UnitsPerOne == 0 || expected < UnitsPerOne ? 0 : UnitsPerOne - 1;
        return _step > 0 && Int128.Abs(_step - expected) <= slack;
    }

    private bool AnyFits()
    {
        for (var unitsPerSecond = 1L; unitsPerSecond <= TimeBase.MaxTickHz; unitsPerSecond *= 1000)
        {
            if (Fits(unitsPerSecond))
            {
                return true;
            }
        }

        return false;
    }
}
