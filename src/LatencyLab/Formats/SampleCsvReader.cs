using System.Text;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>
/// Reads tables with one row a sample and one column of 0 and 1 a channel, with or without a row of names: what sigrok-cli writes with
/// <c>-O csv</c> (whose comments tell names and rate), and what scripts and other analysers write (they need a rate from the user).
/// </summary>
internal static class SampleCsvReader
{
    private const int RowsBetweenWords = 4 * 1024 * 1024;

    public static CaptureFormat Format { get; } = new("sample CSV", Recognises, Read);

    public static void Read(InputFile file, ReadOptions options, IEdgeSink sink, CancellationToken cancellationToken)
    {
        var lines = new TextLines(file);
        var comments = new Comments();
        ReadOnlySpan<byte> row;
        do
        {
            if (!lines.TryNext(out row))
            {
                throw file.Fault("There is no row of samples.", file.Length, "The file may be truncated.");
            }
        }
        while (comments.Take(row) || row.IsEmpty);

        var separator = Separator(row);
        var first = CsvText.Split(row, (char)separator) ?? throw lines.Fault("The first row can't be split into columns.");
        var hasNames = !IsSamples(row, separator);
        var names = Names(hasNames ? first : null, first.Count, comments.Names);
        var rate = SampleRates.Choose(comments.RateHz, options, file.Path);
        var selection = ChannelSelection.Resolve(names, options, file.Path);
        var levels = new LineLevels(sink, new TimeBase(rate), [.. selection.Select(s => s.Name)], "");
        if (hasNames && !lines.TryNext(out row))
        {
            throw file.Fault("There is no row of samples.", file.Length, "The file may be truncated.");
        }

        var tick = 0L;
        var previous = Array.Empty<byte>();
        do
        {
            levels.MoveTo(tick++);
            if (row.SequenceEqual(previous))
            {
                if (tick % RowsBetweenWords == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    levels.HandOver();
                }

                continue;
            }

            if (row.Length != (2 * names.Count) - 1 || !IsSamples(row, separator))
            {
                throw lines.Fault($"The row doesn't hold {names.Count} samples of 0 or 1.");
            }

            for (var channel = 0; channel < selection.Count; channel++)
            {
                levels.Set(channel, row[2 * selection[channel].Source] == (byte)'1' ? LineState.High : LineState.Low);
            }

            previous = row.ToArray();
        }
        while (lines.TryNext(out row));

        levels.MoveTo(tick);
        levels.End();
    }

    private static bool Recognises(ReadOnlySpan<byte> head)
    {
        // The first two rows decide: samples, or names and then samples.
        var rest = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        var rows = 0;
        while (rows < 2 && !rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            var row = (end < 0 ? rest : rest[..end]).TrimEnd((byte)'\r');
            rest = end < 0 ? default : rest[(end + 1)..];
            if (row.IsEmpty || row[0] is (byte)';' or (byte)'#')
            {
                continue;
            }

            if (IsSamples(row, Separator(row)))
            {
                return true;
            }

            rows++;
        }

        return false;
    }

    private static byte Separator(ReadOnlySpan<byte> row) => row.Contains((byte)',') ? (byte)',' : row.Contains((byte)';') ? (byte)';' : (byte)'\t';

    /// <summary>Only 0 and 1 with one separator between.</summary>
    private static bool IsSamples(ReadOnlySpan<byte> row, byte separator)
    {
        for (var i = 0; i < row.Length; i++)
        {
            if ((i & 1) == 0 ? row[i] is not ((byte)'0' or (byte)'1') : row[i] != separator)
            {
                return false;
            }
        }

        return (row.Length & 1) == 1;
    }

    private static List<string> Names(List<string>? header, int columns, List<string>? fromComment)
    {
        if (fromComment?.Count == columns)
        {
            return fromComment;
        }

        // sigrok calls every digital column "logic".
        return header is null || header.TrueForAll(n => n == "logic")
            ? [.. Enumerable.Range(0, columns).Select(i => $"D{i}")]
            : [.. header.Select(n => CsvText.Unfield(n.Trim()))];
    }

    /// <summary>What the comments of sigrok's CSV tell: "; Channels (2/8): TCK, RTCK" and "; Samplerate: 4 MHz".</summary>
    private sealed class Comments
    {
        public List<string>? Names { get; private set; }

        public long? RateHz { get; private set; }

        public bool Take(ReadOnlySpan<byte> line)
        {
            if (line is not [(byte)';' or (byte)'#', ..])
            {
                return false;
            }

            var text = Encoding.UTF8.GetString(line[1..]).Trim();
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (text.StartsWith("Channels (", StringComparison.Ordinal) && colon > 0)
            {
                Names = [.. text[(colon + 1)..].Split(',', StringSplitOptions.TrimEntries)];
            }
            else if (text.StartsWith("Samplerate:", StringComparison.Ordinal))
            {
                RateHz = UnitText.ParseHertz(text[(colon + 1)..]);
            }

            return true;
        }
    }
}
