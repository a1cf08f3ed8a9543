using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LatencyLab.Cli.Screen;
using LatencyLab.Comparison;
using LatencyLab.Formats;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab history</c>: one statistic of all runs over time, and where it changed.</summary>
public static class HistoryCommand
{
    private static readonly string[] Statistics = ["p50", "p90", "p99", "p99_9", "max", "mean", "missed"];

    public static Command Create(Output output)
    {
        var folder = new Argument<string>("folder") { Description = "Folder with run folders.", DefaultValueFactory = _ => "captures" };
        var statistic = new Option<string>("--statistic") { Description = "What to follow.", DefaultValueFactory = _ => "p50" };
        statistic.AcceptOnlyFromAmong(Statistics);
        var seed = new Option<ulong>("--seed") { Description = "Seed of the shuffles that judge a change.", DefaultValueFactory = _ => 1 };
        var csv = new Option<string?>("--csv") { Description = "Also write the series to this file." };
        var command = new Command("history", "Follow a statistic over runs and firmware versions, and find where it changed.") { folder, statistic, seed, csv };
        command.SetAction((parsed, _) =>
        {
            var library = new RunLibrary(parsed.GetValue(folder)!);
            if (!Directory.Exists(library.Root) && parsed.GetResult(folder) is { Implicit: false })
            {
                throw new LatencyLabException(FaultKind.Usage, "There is no such folder.", library.Root, "Name a folder with run folders.");
            }

            var name = parsed.GetValue(statistic)!;
            var histories = library.Runs.Where(r => r.Document.Status == RunStatus.Complete && ValueOf(r.Document, name) is not null)
                .GroupBy(r => RigOf(r.Document), StringComparer.Ordinal)
                .Select(g => RunHistory.Of(g.Key, name, [.. g.Select(r => new HistoryPoint(
                    r.Document.RunId, ComparedRunReader.FirmwareOf(r.Document), r.Document.CreatedUtc, ValueOf(r.Document, name)!.Value))], parsed.GetValue(seed)))
                .ToArray();
            if (parsed.GetValue(csv) is { } path)
            {
                WriteCsv(path, histories);
            }

            if (output.Json)
            {
                output.Result.WriteLine(Json(histories));
            }
            else
            {
                WriteText(output.Result, histories);
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    // Boards are part of a rig: two of one kind may differ as much as two firmwares.
    private static string RigOf(RunDocument run) =>
        string.Join(", ", ComparedRunReader.Conditions(run).Select(c => $"{c.Key} {c.Value}").Append(run.Target?.Uid is { } uid ? $"target {uid}" : null).OfType<string>());

    private static double? ValueOf(RunDocument run, string statistic) => statistic == "missed"
        ? run.Counts is { } c && c.Matched + c.Late + c.Missed is > 0 and var n ? (double)(c.Late + c.Missed) / n : null
        : run.LatencyNs?.Statistics().FirstOrDefault(s => s.Name == statistic)?.ValueNs;

    private static string Size(string statistic, double value) => statistic == "missed"
        ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:G4} %")
        : UnitText.Time(value);

    private static void WriteText(TextWriter writer, IReadOnlyList<RunHistory> histories)
    {
        if (histories.Count == 0)
        {
            writer.WriteLine("There are no complete runs here. Record one: latencylab run --pin 4 --irq rising --rig sim");
        }

        foreach (var history in histories)
        {
            writer.WriteLine(TerminalText.Clean($"{history.Statistic}   {history.Rig}"));
            foreach (var point in history.Points)
            {
                if (history.Changes.FirstOrDefault(c => c.After == point) is { } change)
                {
                    writer.WriteLine(TerminalText.Clean(string.Create(CultureInfo.InvariantCulture,
                        $"  ---- changed from {Size(history.Statistic, change.MedianBefore)} to {Size(history.Statistic, change.MedianAfter)} between {change.Before.Firmware} and {change.After.Firmware} (p {change.P:0.###})")));
                }

                writer.WriteLine(TerminalText.Clean($"  {point.CreatedUtc:yyyy-MM-dd HH:mm}   {point.Firmware,-20} {Size(history.Statistic, point.Value),12}   {point.RunId}"));
            }

            if (history.Points.Count < 10)
            {
                writer.WriteLine($"  {(history.Points.Count == 1 ? "1 run" : $"{history.Points.Count} runs")}; a change needs 5 runs before it and 5 after it to be seen");
            }
        }
    }

    private static void WriteCsv(string path, IReadOnlyList<RunHistory> histories)
    {
        var text = new StringBuilder("rig,run_id,firmware,created_utc,statistic,value,unit,change_p\n");
        foreach (var history in histories)
        {
            foreach (var point in history.Points)
            {
                var change = history.Changes.FirstOrDefault(c => c.After == point)?.P;
                text.Append(CultureInfo.InvariantCulture, $"{CsvText.Field(history.Rig)},{CsvText.Field(point.RunId)},{CsvText.Field(point.Firmware)},{point.CreatedUtc.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'},")
                    .Append(CultureInfo.InvariantCulture, $"{history.Statistic},{point.Value:R},{(history.Statistic == "missed" ? "share" : "ns")},{change}\n");
            }
        }

        try
        {
            File.WriteAllText(path, text.ToString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The file can't be written: {e.Message}", path, "Choose another place, or make room.", e);
        }
    }

    private static string Json(IReadOnlyList<RunHistory> histories)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", "latencylab.history/1");
            writer.WriteStartArray("histories");
            foreach (var history in histories)
            {
                writer.WriteStartObject();
                writer.WriteString("rig", history.Rig);
                writer.WriteString("statistic", history.Statistic);
                writer.WriteString("unit", history.Statistic == "missed" ? "share" : "ns");
                writer.WriteStartArray("points");
                foreach (var point in history.Points)
                {
                    writer.WriteStartObject();
                    writer.WriteString("run_id", point.RunId);
                    writer.WriteString("firmware", point.Firmware);
                    writer.WriteString("created_utc", point.CreatedUtc.UtcDateTime);
                    writer.WriteNumber("value", point.Value);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteStartArray("changes");
                foreach (var change in history.Changes)
                {
                    writer.WriteStartObject();
                    writer.WriteString("last_before", change.Before.RunId);
                    writer.WriteString("first_after", change.After.RunId);
                    writer.WriteNumber("median_before", change.MedianBefore);
                    writer.WriteNumber("median_after", change.MedianAfter);
                    writer.WriteNumber("p", change.P);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
