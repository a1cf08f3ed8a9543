using CsvHelper;

namespace LatencyLab.Reports;

/// <summary>How LatencyLab writes CSV: UTF-8 without byte order mark, line feeds, commas, invariant culture, a header line.</summary>
internal static class CsvText
{
    public static CsvWriterOptions Options { get; } = new() { NewLine = "\n", WriteByteOrderMark = false };

    /// <summary>Text that a spreadsheet would take for a formula gets a leading apostrophe; numbers never go through here.</summary>
    public static string Safe(string text) => text.Length > 0 && text[0] is '=' or '+' or '-' or '@' ? "'" + text : text;
}
