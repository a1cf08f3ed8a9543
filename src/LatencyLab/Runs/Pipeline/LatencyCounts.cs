using System.Globalization;
using LatencyLab.Captures;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Runs.Pipeline;

/// <summary>
/// latency-counts.csv: how often each latency was seen, which is what all quantiles are made of, in a file that doesn't grow with the session. One row a
/// latency in ticks, and one row each for stimuli without one.
/// </summary>
/// <param name="Latencies">Of the matched stimuli.</param>
/// <param name="Late">Answered after the window.</param>
/// <param name="Missed">Not answered.</param>
/// <param name="Excluded">Of which nothing can be said.</param>
/// <param name="Withheld">Matched, but without a latency since the pairing may be shifted.</param>
public sealed record LatencyCounts(SortedCounts Latencies, long Late, long Missed, long Excluded, long Withheld)
{
    private const string Header = "status,latency_ticks,latency_ns,count";

    /// <summary>Writes the file: UTF-8, line feeds, rising latencies.</summary>
    public void Write(Stream stream, TimeBase timeBase)
    {
        using var writer = new StreamWriter(stream, new System.Text.UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(Header);
        for (var i = 0; i < Latencies.Distinct; i++)
        {
            var ticks = Latencies.Values[i];
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"matched,{ticks},{timeBase.ToNanoseconds(ticks):F3},{Latencies.CountAt(i)}"));
        }

        foreach (var (status, count) in new[] { ("withheld", Withheld), ("late", Late), ("missed", Missed), ("excluded", Excluded) })
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{status},,,{count}"));
        }
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="LatencyLabException">It can't be read, or isn't such a file (kind storage).</exception>
    public static LatencyCounts Read(string path)
    {
        try
        {
            var table = new CountTable();
            var others = new Dictionary<string, long>(StringComparer.Ordinal);
            var number = 0L;
            foreach (var line in File.ReadLines(path))
            {
                number++;
                if (number == 1)
                {
                    if (line.TrimStart('\uFEFF') != Header)
                    {
                        throw new CaptureFormatException($"The file doesn't begin with '{Header}'.", path, 0);
                    }

                    continue;
                }

                Row(line, number, path, table, others);
            }

            return number > 0
                ? new LatencyCounts(table.ToSorted(), others.GetValueOrDefault("late"), others.GetValueOrDefault("missed"), others.GetValueOrDefault("excluded"), others.GetValueOrDefault("withheld"))
                : throw new CaptureFormatException("The file is empty.", path, 0);
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, path, "read");
        }
    }

    private static void Row(string line, long number, string path, CountTable table, Dictionary<string, long> others)
    {
        var cells = line.Split(',', 6);
        if (cells.Length < 4 || !long.TryParse(cells[3], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || table.Count > long.MaxValue - count)
        {
            throw new CaptureFormatException($"Line {number} has no count.", path);
        }

        if (cells[0] != "matched")
        {
            others[cells[0]] = count;
            return;
        }

        if (!long.TryParse(cells[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ticks))
        {
            throw new CaptureFormatException($"Line {number} has no whole number of ticks.", path);
        }

        table.Add(ticks, count);
    }
}
