using System.CommandLine;
using System.Text.Json;
using LatencyLab.Captures;
using LatencyLab.Cli.Screen;
using LatencyLab.Formats;
using LatencyLab.Runs.Library;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab export FILE --to vcd</c>: captures for other tools.</summary>
public static class ExportCommand
{
    public static Command Create(Output output)
    {
        var file = new Argument<string>("file") { Description = $"A capture file, or a run: {RunOperands.Description}.", HelpName = "file", CompletionSources = { RunOperands.Proposals } };
        var to = new Option<string[]>("--to")
        {
            Description = $"The format: {string.Join(", ", CaptureExport.FormatNames)}. Given once more with a time, the end of the range.",
            Required = true,
            AllowMultipleArgumentsPerToken = false,
        };
        to.CompletionSources.Add([.. CaptureExport.FormatNames]);
        var from = new Option<Duration?>("--from") { Description = "Begin of the range in the capture's own time, such as 1.5s.", CustomParser = OptionText.SignedDuration };
        var path = new Option<string?>("--out", "-o") { Description = "The file to write; default: the name of the source with the format's ending, here." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace a file that is there already." };
        var channels = new Option<string?>("--channels") { Description = "Only these channels: A,B." };
        var sampleRate = new Option<long?>("--samplerate") { Description = "Samples a second, for files that don't tell: 24MHz, 12000000.", CustomParser = OptionText.Hertz };
        var map = new Option<string?>("--map") { Description = "New names for channels: D0=STIM,D1=RESP." };
        var root = RunOperands.Root();
        var command = new Command("export", "Write a capture in the format of another tool.") { file, to, from, path, overwrite, channels, sampleRate, map, root };
        command.SetAction((parsed, cancellationToken) =>
        {
            var (format, end) = FormatAndEnd(parsed.GetValue(to)!);
            var source = RunOperands.LocateOne(parsed.GetValue(file)!, parsed.GetValue(root)!);
            var target = parsed.GetValue(path) ?? Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(source)) + CaptureExport.ExtensionOf(format);
            if (target == "-")
            {
                throw new LatencyLabException(FaultKind.Usage, "A capture is written to a file, not to stdout.", "--out", $"Name a file, such as -o capture{CaptureExport.ExtensionOf(format)}.");
            }

            if (Path.GetFullPath(target) == Path.GetFullPath(source) || (Path.Exists(target) && !parsed.GetValue(overwrite)))
            {
                throw new LatencyLabException(FaultKind.Usage, "The file is there already.", target, "Name another one with --out, or say --overwrite.");
            }

            var options = new ReadOptions
            {
                Channels = parsed.GetValue(channels)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                SampleRateHz = parsed.GetValue(sampleRate),
                Renames = parsed.GetValue(map) is { } renames ? ReadOptions.ParseRenames(renames) : ReadOptions.Default.Renames,
            };
            var (capture, origin) = Open(source, options);
            OutputFile.MakeFolderOf(target);
            var changes = CaptureExport.Write(capture, target, format, new ExportRange(parsed.GetValue(from), end), origin, cancellationToken);
            Report(output, target, format, changes);
            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static (ICaptureSource Capture, CaptureOrigin Origin) Open(string source, ReadOptions options)
    {
        if (!Directory.Exists(source))
        {
            return (CaptureFile.Open(source, options), new CaptureOrigin(Simulated: SimulatedMark.IsOn(source)));
        }

        var folder = RunFolder.Open(source);
        return (folder.OpenEdges(options), new CaptureOrigin(folder.RunId, folder.Read().Simulated));
    }

    // "--to vcd --from 1s --to 2s" reads like a sentence, so both meanings of "to" are taken.
    private static (string Format, Duration? End) FormatAndEnd(string[] values)
    {
        var formats = values.Where(CaptureExport.FormatNames.Contains).ToArray();
        var others = values.Except(formats).ToArray();
        if (formats.Length != 1 || others.Length > 1)
        {
            throw new LatencyLabException(
                FaultKind.Usage, formats.Length == 0 ? $"'{values[0]}' is no format to write." : "One format at a time, and one end.", "--to",
                $"Choose one of {string.Join(", ", CaptureExport.FormatNames)}.");
        }

        if (others.Length == 0)
        {
            return (formats[0], null);
        }

        return Duration.TryParse(others[0], out var end, out var error)
            ? (formats[0], end)
            : throw new LatencyLabException(FaultKind.Usage, error, "--to", $"Write a time like 1.5s, or one of {string.Join(", ", CaptureExport.FormatNames)}.");
    }

    private static void Report(Output output, string target, string format, IReadOnlyList<string> changes)
    {
        if (!output.Json)
        {
            foreach (var change in changes)
            {
                output.Talk.WriteLine(TerminalText.Clean("note: " + change));
            }

            output.Result.WriteLine(TerminalText.Clean($"{target}: {new FileInfo(target).Length} bytes of {format}{(changes.Count == 0 ? "; nothing was lost" : "")}"));
            return;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", "latencylab.export/1");
            writer.WriteString("file", target);
            writer.WriteString("format", format);
            writer.WriteStartArray("changes");
            foreach (var change in changes)
            {
                writer.WriteStringValue(change);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.Result.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
