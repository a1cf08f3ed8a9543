using System.Text;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>
/// Reads the raw-data CSV of Saleae Logic 2 (support.saleae.com, "Data Export"): one row at each instant at which a channel changes, times in
/// seconds, negative ones before the trigger; X where there are no data. The last row, in which nothing changes, is the end of the capture.
/// </summary>
internal static class SaleaeCsvReader
{
    private const int LeastDecimals = 9;
    private const int MostDecimals = 15;
    private const int RowsBetweenWords = 256 * 1024;

    public static CaptureFormat Format { get; } = new("Saleae CSV", Recognises, Read);

    public static void Read(InputFile file, ReadOptions options, IEdgeSink sink, CancellationToken cancellationToken)
    {
        var lines = new TextLines(file);
        if (!lines.TryNext(out var header) || CsvText.Split(header) is not { Count: > 1 } names)
        {
            throw lines.Fault("The header row has no channels.");
        }

        names = [.. names.Skip(1).Select(CsvText.Unfield)];
        var selection = ChannelSelection.Resolve(names, options, file.Path);
        if (!lines.TryNext(out var row))
        {
            throw file.Fault("There is no row of data.", file.Length, "The file may be truncated.");
        }

        var decimals = Decimals(row);
        var unitsPerSecond = (long)Math.Pow(10, decimals);
        var grid = new TimeGrid(unitsPerSecond, 1, options.SampleRateHz is null ? null : SampleRates.Choose(null, options, file.Path));
        var levels = new LineLevels(sink, new TimeBase(grid.TickHz), [.. selection.Select(s => s.Name)], "no data");
        var channels = ChannelOfColumn(names.Count, selection);
        var rows = 0;
        do
        {
            ReadRow(row, decimals, channels, grid, levels, lines);
            if (++rows == RowsBetweenWords)
            {
                rows = 0;
                cancellationToken.ThrowIfCancellationRequested();
                levels.HandOver();
            }
        }
        while (lines.TryNext(out row));

        levels.End();
    }

    private static bool Recognises(ReadOnlySpan<byte> head)
    {
        var text = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        return text.StartsWith("Time [s],"u8) || text.StartsWith("\"Time [s]\","u8);
    }

    /// <summary>The channel of each column behind the time; -1 where it isn't wanted.</summary>
    private static int[] ChannelOfColumn(int columns, IReadOnlyList<(int Source, string Name)> selection)
    {
        var channels = new int[columns];
        Array.Fill(channels, -1);
        for (var channel = 0; channel < selection.Count; channel++)
        {
            channels[selection[channel].Source] = channel;
        }

        return channels;
    }

    private static void ReadRow(ReadOnlySpan<byte> row, int decimals, int[] channels, TimeGrid grid, LineLevels levels, TextLines lines)
    {
        var fields = new CsvFields(row);
        fields.TryTake(out var time);
        if (!DecimalText.TryParse(time, decimals, out var units))
        {
            throw lines.Fault(
                $"'{Encoding.UTF8.GetString(time[..Math.Min(time.Length, 40)])}' is no time in seconds with {decimals} decimals.",
                time.Contains((byte)'T') ? "Export again without ISO 8601 time stamps." : null);
        }

        var tick = grid.ToTick(units) ?? throw lines.Fault(
            $"The time doesn't fall on a sample of {UnitText.Frequency(grid.TickHz)}.", "Leave --samplerate away to keep the times as they are.");
        if (levels.HasTime && tick <= levels.Tick)
        {
            throw lines.Fault("The time isn't later than that of the row before.");
        }

        levels.MoveTo(tick);
        foreach (var channel in channels)
        {
            if (!fields.TryTake(out var value) || value.Length != 1 || value[0] is not ((byte)'0' or (byte)'1' or (byte)'X'))
            {
                throw lines.Fault($"The row doesn't hold {channels.Length} values of 0, 1 or X.");
            }

            if (channel >= 0)
            {
                levels.Set(channel, value[0] switch { (byte)'0' => LineState.Low, (byte)'1' => LineState.High, _ => LineState.Unknown });
            }
        }

        if (!fields.IsAtEnd)
        {
            throw lines.Fault($"The row holds more than {channels.Length} values.");
        }
    }

    private static int Decimals(ReadOnlySpan<byte> row)
    {
        var point = row.IndexOf((byte)'.');
        var end = row.IndexOf((byte)',');
        return point < 0 || end < point ? LeastDecimals : Math.Clamp(end - point - 1, LeastDecimals, MostDecimals);
    }
}
