using System.CommandLine;
using LatencyLab.Formats;
using LatencyLab.Runs;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab analyze FILE --pair A:B</c>: latencies of a capture that any tool recorded.</summary>
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
        var command = new Command("analyze", "Pair stimulus and response in a capture and print the latencies.") { file, pair, edge, window, minLatency, sampleRate, map, clockPpm, csv };
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = new ReadOptions
            {
                SampleRateHz = parsed.GetValue(sampleRate),
                Renames = parsed.GetValue(map) is { } renames ? ReadOptions.ParseRenames(renames) : ReadOptions.Default.Renames,
            };
            var request = new AnalysisRequest(
                parsed.GetValue(pair), parsed.GetValue(edge)!, parsed.GetValue(window), parsed.GetValue(minLatency) ?? Duration.Zero, parsed.GetValue(clockPpm));
            var path = parsed.GetValue(file)!;
            if (request.Names() is { } names)
            {
                options = options with { Channels = [names.Stimulus, names.Response] };
            }

            request.Edges();
            var document = FileAnalysis.Run(CaptureFile.Open(path, options), path, request, null, cancellationToken);
            if (output.Json)
            {
                output.Result.Write(System.Text.Encoding.UTF8.GetString(RunJson.ToUtf8(document)));
            }
            else
            {
                AnalysisText.Write(document, request, output.Result);
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }
}
