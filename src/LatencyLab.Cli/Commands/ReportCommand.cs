using System.CommandLine;
using System.Text;
using System.Text.Json;
using LatencyLab.Cli.Pictures;
using LatencyLab.Cli.Screen;
using LatencyLab.Plots;
using LatencyLab.Reports;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab report RUN… --format html,md,csv,json,junit</c>: what a maintainer who wasn't there can judge.</summary>
public static class ReportCommand
{
    private static readonly (string Format, string File)[] Formats = [("html", "report.html"), ("md", "report.md"), ("csv", "report.csv"), ("json", "report.json"), ("junit", "junit.xml")];

    public static Command Create(Output output)
    {
        var inputs = new Argument<string[]>("run") { Description = $"Capture files, or runs, each {RunOperands.Description}.", Arity = ArgumentArity.OneOrMore, HelpName = "run", CompletionSources = { RunOperands.Proposals } };
        var format = new Option<string>("--format", "-f") { Description = $"One or more of {string.Join(",", Formats.Select(f => f.Format))}.", DefaultValueFactory = _ => "html" };
        format.CompletionSources.Add([.. Formats.Select(f => f.Format)]);
        var folder = new Option<string?>("--out", "-o") { Description = "Folder to write to, a file where one format is asked for (report.md), or - for stdout (default: the run folder, or here for several runs)." };
        var capture = new CaptureOptions();
        var command = new Command("report", "Write a report of one or more runs.") { inputs, format, folder };
        capture.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var formats = Parse(parsed.GetValue(format)!);
            var opened = capture.Open(parsed, parsed.GetValue(inputs)!);
            var runs = opened.Select((input, i) => ReportContent.Of(input, formats.Contains("html"), $"r{i}", cancellationToken)).ToList();
            var target = parsed.GetValue(folder) ?? (opened is [{ Run: not null } only] ? only.Path : ".");
            if (target == "-" && output.Json && formats is not ["json"])
            {
                throw new LatencyLabException(FaultKind.Usage, "stdout can't be one JSON document and a report in another format.", "--json, --out", "Use --format json, name a file with -o, or leave out --json.");
            }

            var written = formats.Select(one => (Format: one, Path: PathOf(target, one, formats.Count))).ToList();
            foreach (var (one, path) in written)
            {
                Write(output, target, path, Text(one, runs));
            }

            if (output.Json && target != "-")
            {
                output.Result.WriteLine(FilesJson(written));
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static List<string> Parse(string text)
    {
        var formats = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToList();
        var unknown = formats.Find(f => !Formats.Any(k => k.Format == f));
        return unknown is null && formats.Count > 0
            ? formats
            : throw new LatencyLabException(FaultKind.Usage, $"There is no report format '{unknown ?? text}'.", "--format", $"Use one or more of {string.Join(",", Formats.Select(f => f.Format))}.");
    }

    private static string Text(string format, List<(ReportRun Report, PlotSeries? Series)> runs)
    {
        ReportRun[] reports = [.. runs.Select(r => r.Report)];
        return format switch
        {
            "html" => HtmlReport.Write(reports, runs.Count > 1 ? ReportContent.Together(runs) : [], ReportContent.Colours),
            "md" => MarkdownReport.Write(reports),
            "csv" => Csv(reports),
            "json" => Json(reports),
            _ => JUnitReport.Write([.. JUnitReport.Validity(reports.Select(r => r.Run))], reports[0].Run.CreatedUtc),
        };
    }

    // One table: the head of the first run stands for all.
    private static string Csv(ReportRun[] reports)
    {
        using var table = new MemoryStream();
        foreach (var report in reports)
        {
            using var one = new MemoryStream();
            SummaryCsv.Write(report.Run, one);
            var rows = one.GetBuffer().AsSpan(0, (int)one.Length);
            table.Write(table.Length == 0 ? rows : rows[(rows.IndexOf((byte)'\n') + 1)..]);
        }

        return Encoding.UTF8.GetString(table.GetBuffer(), 0, (int)table.Length);
    }

    private static string Json(ReportRun[] reports)
    {
        if (reports is [var only])
        {
            return Encoding.UTF8.GetString(RunJson.ToUtf8(only.Run));
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", "latencylab.report/1");
            writer.WriteStartArray("runs");
            foreach (var report in reports)
            {
                writer.WriteRawValue(RunJson.ToUtf8(report.Run));
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    // Who writes "-o latency.md" means a file, unless there is a folder of that name.
    private static string PathOf(string target, string format, int formats)
    {
        var usual = Formats.First(f => f.Format == format).File;
        return formats == 1 && !Directory.Exists(target) && Path.GetExtension(target).Equals(Path.GetExtension(usual), StringComparison.OrdinalIgnoreCase) ? target : Path.Combine(target, usual);
    }

    private static void Write(Output output, string target, string path, string text)
    {
        if (target == "-")
        {
            output.Result.Write(text);
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            RunFolder.Replace(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The report can't be written: {e.Message}", path, "Choose another folder with -o.", e);
        }

        if (!output.Json)
        {
            output.Result.WriteLine(TerminalText.Clean(path));
        }
    }

    private static string FilesJson(List<(string Format, string Path)> written)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", "latencylab.report-files/1");
            writer.WriteStartArray("files");
            foreach (var (format, path) in written)
            {
                writer.WriteStartObject();
                writer.WriteString("format", format);
                writer.WriteString("file", path);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
