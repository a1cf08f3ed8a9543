using LatencyLab.Plots;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Cli.Text;

/// <summary>A histogram of text: one bin a line, with eighths of a block, or in plain ASCII.</summary>
public static class TextHistogram
{
    private const string Eighths = " ▏▎▍▌▋▊▉█";

    /// <summary>
    /// Lines no longer than the width, bars to scale. What would be shorter than half a column gets dots on a log scale, so that single events
    /// of the tail don't vanish beside the body; the last line says so.
    /// </summary>
    /// <param name="values">Matched latencies; may be empty.</param>
    /// <param name="timeBase">Length of a tick.</param>
    /// <param name="widthColumns">Columns of the terminal; at least 30 are used.</param>
    /// <param name="mostRows">Bins at most; overflow, late and missed take lines of their own.</param>
    /// <param name="ascii">No blocks and no arrows: for terminals and logs that show question marks.</param>
    /// <param name="late">Answers after their window.</param>
    /// <param name="missed">Stimuli without an answer.</param>
    public static IReadOnlyList<string> Lines(
        SortedCounts values, TimeBase timeBase, int widthColumns, int mostRows = 12, bool ascii = false, long late = 0, long missed = 0)
    {
        var rows = new List<(string Label, long Count, string Remark)>();
        if (values.Distinct > 0)
        {
            var bins = HistogramBins.Choose(values, mostRows);
            for (var i = 0; i < bins.Counts.Length; i++)
            {
                rows.Add((Time(bins.FirstTick + (i * bins.WidthTicks), timeBase), bins.Counts[i], ""));
            }

            TrimEmptyEnds(rows);
            if (bins.Overflow > 0)
            {
                rows.Add(("> " + Time(bins.EndTick - 1, timeBase), bins.Overflow, $"max {Time(bins.MaxTicks, timeBase)}"));
            }
        }

        if (late > 0)
        {
            rows.Add(("late", late, ""));
        }

        if (missed > 0)
        {
            rows.Add(("missed", missed, ""));
        }

        return rows.Count == 0 ? ["no latencies"] : Draw(rows, Math.Max(30, widthColumns), ascii);
    }

    private static List<string> Draw(List<(string Label, long Count, string Remark)> rows, int width, bool ascii)
    {
        var labelWidth = rows.Max(r => r.Label.Length);
        var countWidth = rows.Max(r => r.Count.ToString().Length + (r.Remark.Length == 0 ? 0 : r.Remark.Length + 2));
        var room = Math.Max(4, width - labelWidth - countWidth - 4);
        var tallest = rows.Max(r => r.Count);
        var lines = new List<string>();
        var dotted = false;
        foreach (var (label, count, remark) in rows)
        {
            var small = count > 0 && (double)count / tallest * room < 0.5;
            dotted |= small;
            var bar = small ? new string(ascii ? '.' : '·', Math.Min(room, 1 + (int)Math.Log2(count))) : Bar((double)count / tallest * room, ascii);
            lines.Add($"{label.PadLeft(labelWidth)} {(ascii ? '|' : '▕')}{bar} {count}{(remark.Length == 0 ? "" : "  " + remark)}");
        }

        if (dotted)
        {
            lines.Add($"{new string(' ', labelWidth)}  (dots: log scale)");
        }

        return lines;
    }

    private static string Bar(double columns, bool ascii)
    {
        var eighths = (int)Math.Round(columns * 8);
        return ascii
            ? new string('#', (int)Math.Round(columns, MidpointRounding.AwayFromZero))
            : new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : Eighths[eighths % 8].ToString());
    }

    private static void TrimEmptyEnds(List<(string Label, long Count, string Remark)> rows)
    {
        while (rows.Count > 1 && rows[^1].Count == 0)
        {
            rows.RemoveAt(rows.Count - 1);
        }

        while (rows.Count > 1 && rows[0].Count == 0)
        {
            rows.RemoveAt(0);
        }
    }

    private static string Time(long ticks, TimeBase timeBase) => UnitText.Time(timeBase.ToNanoseconds(ticks), timeBase.TickNs);
}
