using System.CommandLine;
using System.Globalization;
using LatencyLab.Analysis;
using LatencyLab.Cli.Measuring;
using LatencyLab.Cli.Text;
using LatencyLab.Formats;
using LatencyLab.Reports;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab analyze FILE --pair A:B</c>: latencies of a capture that any tool recorded, or of a run once more.</summary>
public static class AnalyzeCommand
{
    // Four digits are a tick of 16 ns in 160 us.
    private const int HdrDigits = 4;

    public static Command Create(Output output)
    {
        var file = new Argument<string>("file") { Description = $"A capture file, or a run: {RunOperands.Description}.", HelpName = "file", CompletionSources = { RunOperands.Proposals } };
        var pair = new Option<string?>("--pair") { Description = "Stimulus and response channel, such as TCK:RTCK." };
        var edge = new Option<string>("--edge") { Description = "Edges of stimulus and response: rising, falling or both, such as rising:both.", DefaultValueFactory = _ => "rising" };
        var window = new Option<Duration?>("--window") { Description = "A later answer is late; default: until the next stimulus.", CustomParser = OptionText.Duration };
        var minLatency = new Option<Duration?>("--min-latency") { Description = "An earlier answer is crosstalk (default 0).", CustomParser = OptionText.Duration };
        var sampleRate = new Option<long?>("--samplerate") { Description = "Samples a second, for files that don't tell: 24MHz, 12000000.", CustomParser = OptionText.Hertz };
        var map = new Option<string?>("--map") { Description = "New names for channels: D0=STIM,D1=RESP." };
        var clockPpm = new Option<double>("--clock-ppm") { Description = "Limit of the recorder's clock error, for the uncertainty.", DefaultValueFactory = _ => 100 };
        var limit = new Option<Duration?>("--limit") { Description = "Count how often this latency is exceeded.", CustomParser = OptionText.Duration };
        var tail = new Option<bool>("--tail") { Description = "Extrapolate the tail (peaks over threshold); a model, not a worst case." };
        var hdr = new Option<string?>("--hdr") { Description = "Write an HdrHistogram V2 log, in nanoseconds, to this file." };
        var signal = new Option<string?>("--signal") { Description = "Report on one channel instead: period, jitter, time error, duty, stability." };
        var nominal = new Option<string?>("--nominal") { Description = "What the period or frequency of --signal should be: 1ms, 32768Hz." };
        var reference = new Option<string>("--reference") { Description = "Clock for the time error of --signal: fit, median, nominal, or another channel.", DefaultValueFactory = _ => "fit" };
        var root = RunOperands.Root();
        var csv = new Option<string?>("--csv") { Description = "Write one row a stimulus to this file." };
        var plots = new Option<string?>("--plots") { Description = "Draw histogram.png and waveform.png into this folder." };
        var noPlots = new Option<bool>("--no-plots") { Description = "Draw nothing, whatever else is asked for." };
        var command = new Command("analyze", "Pair stimulus and response in a capture and print the latencies.")
        {
            file, pair, edge, window, minLatency, sampleRate, map, clockPpm, limit, tail, csv, hdr, plots, noPlots, signal, nominal, reference, root,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var ppm = parsed.GetValue(clockPpm);
            if (ppm is not (>= 0 and <= 1_000_000))
            {
                throw new LatencyLabException(FaultKind.Usage, $"{ppm.ToString(CultureInfo.InvariantCulture)} ppm can't be the limit of a clock error.", "--clock-ppm", "Use 0 to 1000000.");
            }

            var path = RunOperands.LocateOne(parsed.GetValue(file)!, parsed.GetValue(root)!);
            var request = new AnalysisRequest(
                parsed.GetValue(pair), parsed.GetValue(edge)!, parsed.GetValue(window), parsed.GetValue(minLatency) ?? Duration.Zero, ppm,
                parsed.GetValue(limit), parsed.GetValue(tail));
            var (stimulusEdge, responseEdge) = request.Edges();
            if (request.Names() is { } same && same.Stimulus == same.Response && stimulusEdge == responseEdge)
            {
                throw new LatencyLabException(
                    FaultKind.Usage, $"Every edge of '{same.Stimulus}' would answer itself.", "--pair", "Name two channels, or two edges of one: --edge rising:falling measures how long it is high.");
            }

            RefuseMixture(parsed, parsed.GetValue(signal) is null
                ? ("without --signal", [nominal, reference])
                : ("with --signal", [pair, edge, window, minLatency, limit, tail, hdr, csv, plots]));
            var options = new ReadOptions
            {
                SampleRateHz = parsed.GetValue(sampleRate),
                Renames = parsed.GetValue(map) is { } renames ? ReadOptions.ParseRenames(renames) : ReadOptions.Default.Renames,
                Channels = request.Names() is { } names ? [names.Stimulus, names.Response] : null,
            };
            if (parsed.GetValue(signal) is { } channel)
            {
                SignalExecution.Run(path, channel, options, parsed.GetValue(nominal), parsed.GetValue(reference)!, output, cancellationToken);
                return Task.FromResult((int)ExitCode.Done);
            }

            var asRun = Directory.Exists(path) && request.Pair is null;
            using var rows = parsed.GetValue(csv) is { } csvPath ? new LateCsv(csvPath, Path.GetFileName(Path.TrimEndingDirectorySeparator(path))) : null;
            var source = asRun ? null : Directory.Exists(path) ? RunFolder.Open(path).OpenEdges(options) : CaptureFile.Open(path, options);
            var analysis = source is null
                ? FileAnalysis.Run(RunFolder.Open(path), request, rows?.Of(RunFolder.Open(path).Read()), cancellationToken)
                : FileAnalysis.Run(source, path, request, rows is null ? null : rows.Create, cancellationToken);
            if (source is not null)
            {
                analysis = analysis with { Document = analysis.Document with { Simulated = SimulatedMark.IsOn(path) } };
            }

            if (parsed.GetValue(hdr) is { } log)
            {
                // A capture of another program doesn't say when it began.
                WriteHdr(log, analysis.Result, Directory.Exists(path) ? RunFolder.Open(path).Read().CreatedUtc : DateTimeOffset.UnixEpoch);
            }

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

    // Who gives an option expects something of it.
    private static void RefuseMixture(ParseResult parsed, (string Where, Option[] Options) meaningless)
    {
        if (meaningless.Options.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } option)
        {
            throw new LatencyLabException(
                FaultKind.Usage, $"{option.Name} means nothing {meaningless.Where}.", option.Name, "Leave one of the two out: --pair reports latencies between two channels, --signal on one channel.");
        }
    }

    private static void WriteHdr(string path, LatencyResult result, DateTimeOffset begin)
    {
        try
        {
            using var writer = new StreamWriter(path);
            Statistics.HdrLog.Write(writer, result.Latencies, result.TimeBase.TickNs, HdrDigits, begin.ToUnixTimeMilliseconds() / 1e3, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The log can't be written: {e.Message}", path, "Choose another place, or make room.", e);
        }
    }

    /// <summary>A latency.csv that is begun when the time base is known.</summary>
    private sealed class LateCsv(string path, string name) : IDisposable
    {
        private LatencyCsv? _csv;

        public IPairSink Create(TimeBase timeBase) => _csv = LatencyCsv.Create(path, name, timeBase);

        /// <summary>Rows of a stored run.</summary>
        public Func<TimeBase, IPairSink> Of(RunDocument run) => WithheldRows.Of(run) ? timeBase => WithheldRows.In(Create(timeBase)) : Create;

        public void Dispose() => _csv?.Dispose();
    }
}
