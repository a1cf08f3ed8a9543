using System.CommandLine;
using LatencyLab.Analysis;
using LatencyLab.Formats;
using LatencyLab.Reports;
using LatencyLab.Runs;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab analyze FILE --pair A:B</c>: latencies of a capture that any tool recorded, or of a run once more.</summary>
public static class AnalyzeCommand
{
    public static Command Create(Output output)
    {
        var file = new Argument<string>("file") { Description = "A capture file or a run folder." };
        var pair = new Option<string?>("--pair") { Description = "Stimulus and response channel, such as TCK:RTCK." };
        var edge = new Option<string>("--edge") { Description = "Edges of stimulus and response: rising, falling or both, such as rising:both.", DefaultValueFactory = _ => "rising" };
        var window = new Option<Duration?>("--window") { Description = "A later answer is late; default: until the next stimulus.", CustomParser = OptionText.Duration };
        var minLatency = new Option<Duration?>("--min-latency") { Description = "An earlier answer is crosstalk (default 0).", CustomParser = OptionText.Duration };
        var sampleRate = new Option<long?>("--samplerate") { Description = "Samples a second, for files that don't tell: 24MHz, 12000000.", CustomParser = OptionText.Hertz };
        var map = new Option<string?>("--map") { Description = "New names for channels: D0=STIM,D1=RESP." };
        var clockPpm = new Option<double>("--clock-ppm") { Description = "Limit of the recorder's clock error, for the uncertainty.", DefaultValueFactory = _ => 100 };
        var csv = new Option<string?>("--csv") { Description = "Write one row a stimulus to this file." };
        var plots = new Option<string?>("--plots") { Description = "Draw histogram.png and waveform.png into this folder." };
        var noPlots = new Option<bool>("--no-plots") { Description = "Draw nothing, whatever else is asked for." };
        var command = new Command("analyze", "Pair stimulus and response in a capture and print the latencies.")
        {
            file, pair, edge, window, minLatency, sampleRate, map, clockPpm, csv, plots, noPlots,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(file)!;
            var request = new AnalysisRequest(
                parsed.GetValue(pair), parsed.GetValue(edge)!, parsed.GetValue(window), parsed.GetValue(minLatency) ?? Duration.Zero, parsed.GetValue(clockPpm));
            request.Edges();
            var options = new ReadOptions
            {
                SampleRateHz = parsed.GetValue(sampleRate),
                Renames = parsed.GetValue(map) is { } renames ? ReadOptions.ParseRenames(renames) : ReadOptions.Default.Renames,
                Channels = request.Names() is { } names ? [names.Stimulus, names.Response] : null,
            };
            var asRun = Directory.Exists(path) && request.Pair is null;
            using var rows = parsed.GetValue(csv) is { } csvPath ? new LateCsv(csvPath, Path.GetFileName(Path.TrimEndingDirectorySeparator(path))) : null;
            var source = asRun ? null : Directory.Exists(path) ? RunFolder.Open(path).OpenEdges(options) : CaptureFile.Open(path, options);
            var analysis = source is null
                ? FileAnalysis.Run(RunFolder.Open(path), rows is null ? null : rows.Create, cancellationToken)
                : FileAnalysis.Run(source, path, request, rows is null ? null : rows.Create, cancellationToken);
            if (parsed.GetValue(plots) is { } folder && !parsed.GetValue(noPlots))
            {
                RunPlots.Write(folder, analysis, source ?? RunFolder.Open(path).OpenEdges());
            }

            if (output.Json)
            {
                output.Result.Write(System.Text.Encoding.UTF8.GetString(RunJson.ToUtf8(analysis.Document)));
            }
            else
            {
                AnalysisText.Write(analysis.Document, asRun ? null : request, output.Result);
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    /// <summary>A latency.csv that is begun when the time base is known.</summary>
    private sealed class LateCsv(string path, string name) : IDisposable
    {
        private LatencyCsv? _csv;

        public IPairSink Create(TimeBase timeBase) => _csv = LatencyCsv.Create(path, name, timeBase);

        public void Dispose() => _csv?.Dispose();
    }
}
