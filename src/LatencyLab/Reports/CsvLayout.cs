using CsvHelper;

namespace LatencyLab.Reports;

/// <summary>How LatencyLab writes CSV: UTF-8 without byte order mark, line feeds, commas, invariant culture, a header line.</summary>
internal static class CsvLayout
{
    public static CsvWriterOptions Options { get; } = new() { NewLine = "\n", WriteByteOrderMark = false };
}
