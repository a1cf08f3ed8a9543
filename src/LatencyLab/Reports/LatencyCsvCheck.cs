using CsvHelper;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Reports;

/// <summary>Holds a latency.csv to the counts of its run.</summary>
public static class LatencyCsvCheck
{
    private static readonly CsvReaderOptions Strict = new()
    {
        HasHeader = true, MalformedData = CsvMalformedDataHandling.Throw, FieldCountMismatch = CsvFieldCountHandling.Throw, MissingField = CsvMissingFieldHandling.Throw,
    };

    /// <summary>What is wrong, one sentence each; nothing where the rows are those that the run counted.</summary>
    public static IEnumerable<string> Problems(string path, RunDocument run)
    {
        if (run.Counts is not { } counts)
        {
            return [];
        }

        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        try
        {
            using var csv = CsvReader.FromFile(path, Strict);
            while (csv.Read())
            {
                if (csv.Parse<long>("seq") >= 0)
                {
                    var status = csv.GetString("status");
                    seen[status] = seen.GetValueOrDefault(status) + 1;
                }
            }
        }
        catch (Exception e) when (e is CsvFormatException or CsvValidationException or IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return [$"latency.csv can't be read: {e.Message}"];
        }

        return from expected in new[] { ("matched", counts.Matched), ("late", counts.Late), ("missed", counts.Missed), ("excluded", counts.Excluded) }
               let rows = seen.GetValueOrDefault(expected.Item1)
               where rows != expected.Item2
               select $"latency.csv has {rows} rows of {expected.Item1} stimuli, run.json says {expected.Item2}.";
    }
}
