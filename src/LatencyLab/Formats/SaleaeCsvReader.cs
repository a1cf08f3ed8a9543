using System.Text;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>
/// Reads tables of changes: the raw-data CSV of Saleae Logic 2 and Logic 1 (support.saleae.com, "Data Export"), what DSView exports, and what passed
/// through a spreadsheet. One row at each instant at which a channel changes, negative times before the trigger; X where there are no data. A last row
/// in which nothing changes is the end of the capture.
/// </summary>
internal static class SaleaeCsvReader
{
    private const int LeastDecimals = 9;

    // What floating-point numbers are printed with says nothing about the unit: picoseconds hold any sampler's times.
    private const int LeastScientificDecimals = 12;
    private const int MostDecimals = 15;

    // Fifteen digits of a floating-point number hold a quarter of an hour in picoseconds, and no sample rate up to here needs more.
    private const int MostDecimalsOfSamples = 12;
    private const long MostHzOfPicoseconds = 10_000_000_000;
    private const int SurveyedBytes = 64 * 1024;
    private const int RowsBetweenWords = 256 * 1024;

    public static CaptureFormat Format { get; } = new("Saleae CSV", Recognises, Read);

    public static void Read(InputFile file, ReadOptions options, IEdgeSink sink, CancellationToken cancellationToken)
    {
        var lines = new TextLines(file);
        var comments = new TableComments();
        if (!comments.TrySkip(lines, out var header) || Layout.Of(header) is not { } layout)
        {
            throw lines.Fault("The header row has no channels.", "It looks like: Time [s],Channel 0,Channel 1");
        }

        var selection = ChannelSelection.Resolve(layout.Names, options, file.Path);
        if (!lines.TryNextRow(out var row))
        {
            throw file.Fault("There is no row of data.", file.Length, "The file may be truncated.");
        }

        long? rate = comments.RateHz is null && options.SampleRateHz is null ? null : SampleRates.Choose(comments.RateHz, options, file.Path);
        var decimals = Math.Min(Decimals(file, lines.LineOffset, layout), rate <= MostHzOfPicoseconds ? MostDecimalsOfSamples : MostDecimals);
        var times = new TimeColumn(decimals, Math.Max(layout.Shift, 0), layout.HasDecimalCommas, rate is not null);
        var grid = new TimeGrid((long)Math.Pow(10, decimals), 1, rate);
        var levels = new LineLevels(sink, new TimeBase(grid.TickHz), [.. selection.Select(s => s.Name)], "no data");
        var channels = ChannelOfColumn(layout.Names.Count, selection);
        var rows = 0;
        do
        {
            ReadRow(row, layout, times, decimals, channels, grid, levels, lines);
            if (++rows == RowsBetweenWords)
            {
                rows = 0;
                cancellationToken.ThrowIfCancellationRequested();
                levels.HandOver();
            }
        }
        while (lines.TryNextRow(out row));

        levels.End();
    }

    private static bool Recognises(ReadOnlySpan<byte> head)
    {
        var rest = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        while (TryLine(ref rest, out var line))
        {
            if (line.IsEmpty || TableComments.IsComment(line))
            {
                continue;
            }

            if (Layout.Of(line) is not { } layout)
            {
                // A column of seconds and nothing else is meant to be one too.
                return line.StartsWith("Time [s],"u8);
            }

            // sigrok heads its column "Time" as well and counts in a unit that it doesn't name: whole numbers are left to that reader.
            return layout.Shift >= 0 ||
                (TryLine(ref rest, out var row) && layout.TimeOf(row) is var time && (TimeColumn.IsStamp(time) || time.ContainsAny(".,eE"u8)));
        }

        return false;
    }

    private static bool TryLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOf((byte)'\n');
        line = (end < 0 ? rest : rest[..end]).TrimEnd(" \t\r"u8);
        var isThere = !rest.IsEmpty;
        rest = end < 0 ? default : rest[(end + 1)..];
        return isThere;
    }

    /// <summary>The channel of each column behind the time; -1 where it isn't wanted.</summary>
    private static int[] ChannelOfColumn(int columns, IReadOnlyList<ChosenChannel> selection)
    {
        var channels = new int[columns];
        Array.Fill(channels, -1);
        for (var channel = 0; channel < selection.Count; channel++)
        {
            channels[selection[channel].Source] = channel;
        }

        return channels;
    }

    private static void ReadRow(
        ReadOnlySpan<byte> row, Layout layout, TimeColumn times, int decimals, int[] channels, TimeGrid grid, LineLevels levels, TextLines lines)
    {
        var time = layout.TimeOf(row);
        if (!times.TryParse(time, out var units))
        {
            throw lines.Fault(
                $"'{Encoding.UTF8.GetString(time[..Math.Min(time.Length, 40)])}' is no time in seconds with {decimals} decimals.",
                TimeColumn.IsStamp(time) ? "Export again without ISO 8601 time stamps." : "If the times are finer, say at which rate they were sampled: --samplerate 24MHz.");
        }

        var tick = grid.ToTick(units) ?? throw lines.Fault(
            $"The time doesn't fall on a sample of {UnitText.Frequency(grid.TickHz)}.", "Leave --samplerate away to keep the times as they are.");
        if (levels.HasTime && tick <= levels.Tick)
        {
            throw lines.Fault("The time isn't later than that of the row before.");
        }

        levels.MoveTo(tick);
        var fields = new CsvFields(row, layout.Separator);
        fields.TryTake(out _);
        foreach (var channel in channels)
        {
            if (!fields.TryTake(out var value) || CsvText.Bare(value) is not [(byte)'0' or (byte)'1' or (byte)'X' or (byte)'x'] state)
            {
                throw lines.Fault($"The row doesn't hold {channels.Length} values of 0, 1 or X.", "Only digital channels are read: export without the analog ones.");
            }

            if (channel >= 0)
            {
                levels.Set(channel, state[0] switch { (byte)'0' => LineState.Low, (byte)'1' => LineState.High, _ => LineState.Unknown });
            }
        }

        if (!fields.IsAtEnd)
        {
            throw lines.Fault($"The row holds more than {channels.Length} values.", "A name with a comma needs quotes, and so does a number with a decimal comma where commas separate.");
        }
    }

    /// <summary>As many decimals as the first rows print, so that a tick is the unit of the file.</summary>
    private static int Decimals(InputFile file, long offset, Layout layout)
    {
        var bytes = new byte[(int)Math.Min(SurveyedBytes, file.Length - offset)];
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, file.Read(offset, bytes));
        var most = LeastDecimals;
        while (rest.Contains((byte)'\n') && TryLine(ref rest, out var row))
        {
            var time = layout.TimeOf(row);
            var exponentAt = TimeColumn.IsStamp(time) ? -1 : time.IndexOfAny((byte)'e', (byte)'E');
            var number = exponentAt < 0 ? time : time[..exponentAt].TrimEnd((byte)'0');
            var point = number.LastIndexOfAny((byte)'.', layout.HasDecimalCommas ? (byte)',' : (byte)'.');
            var fraction = point < 0 ? default : number[(point + 1)..];
            var end = fraction.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            var decimals = end < 0 ? fraction.Length : end;
            if (exponentAt >= 0 && DecimalText.TryParseExponent(time[(exponentAt + 1)..], out var exponent))
            {
                decimals = Math.Max(decimals - Math.Clamp(exponent, -MostDecimals, MostDecimals), LeastScientificDecimals);
            }

            most = Math.Max(most, decimals + Math.Max(layout.Shift, 0));
        }

        return Math.Min(most, MostDecimals);
    }

    /// <summary>What the header row says.</summary>
    /// <param name="Separator">Between the columns.</param>
    /// <param name="Shift">Of <see cref="TimeColumn.UnitOf"/>.</param>
    /// <param name="Names">Of the channels.</param>
    private sealed record Layout(byte Separator, int Shift, IReadOnlyList<string> Names)
    {
        /// <summary>Spreadsheets of countries with a decimal comma separate columns by semicolons.</summary>
        public bool HasDecimalCommas => Separator != (byte)',';

        public static Layout? Of(ReadOnlySpan<byte> header)
        {
            foreach (var separator in ",;\t"u8)
            {
                if (header.Contains(separator) && CsvText.Split(header, (char)separator, trims: true) is { Count: > 1 } fields && TimeColumn.UnitOf(fields[0]) is { } shift)
                {
                    return new Layout(separator, shift, [.. fields.Skip(1).Select(CsvText.Unfield)]);
                }
            }

            return null;
        }

        public ReadOnlySpan<byte> TimeOf(ReadOnlySpan<byte> row)
        {
            var end = row.IndexOf(Separator);
            return CsvText.Bare(end < 0 ? row : row[..end]);
        }
    }
}
