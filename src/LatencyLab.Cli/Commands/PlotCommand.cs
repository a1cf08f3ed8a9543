using System.CommandLine;
using LatencyLab.Cli.Pictures;
using LatencyLab.Formats;
using LatencyLab.Plots;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab plot RUN|FILE --kind …</c>: one picture of a run or of a capture file.</summary>
public static class PlotCommand
{
    private static readonly string[] Kinds = ["histogram", "ccdf", "percentile", "timeline", "heatmap", "runs", "shift", "waveform", "worst", "period", "tie"];

    public static Command Create(Output output)
    {
        var inputs = new Argument<string[]>("input") { Description = $"Capture files, or runs, each {RunOperands.Description}; two for ccdf and percentile, several for runs and shift.", Arity = ArgumentArity.OneOrMore, HelpName = "input", CompletionSources = { RunOperands.Proposals } };
        var kind = new Option<string>("--kind", "-k") { Description = "What to draw: " + string.Join(", ", Kinds) + ".", DefaultValueFactory = _ => "histogram" };
        kind.AcceptOnlyFromAmong(Kinds);
        var from = new Option<Duration?>("--from") { Description = "Begin of the window, in the time of the capture: 1.5s.", CustomParser = OptionText.SignedDuration };
        var to = new Option<Duration?>("--to") { Description = "End of the window.", CustomParser = OptionText.SignedDuration };
        var cursor = new Option<Duration[]>("--cursor") { Description = "Cursors in a waveform, each --cursor TIME.", CustomParser = OptionText.Durations };
        var file = new Option<string?>("--out", "-o") { Description = "The file to write; .svg or .png (default: KIND.png beside the run)." };
        var theme = new Option<string>("--theme") { Description = "light or dark.", DefaultValueFactory = _ => "light" };
        theme.AcceptOnlyFromAmong("light", "dark");
        var log = new Option<bool>("--log") { Description = "Counts of a histogram on a log axis." };
        var limit = new Option<Duration?>("--limit") { Description = "Draw a limit, such as 200us.", CustomParser = OptionText.Duration };
        var statistic = new Option<string>("--metric") { Description = "Statistic of --kind runs.", DefaultValueFactory = _ => "p50" };
        statistic.AcceptOnlyFromAmong([.. LatencyNumbers.Names]);
        var count = new Option<int>("--count") { Description = $"Events of --kind worst, at most {WorstSamples.Usual}.", DefaultValueFactory = _ => 5 };
        var channel = new Option<string?>("--channel") { Description = "Channel of --kind period and tie." };
        var capture = new CaptureOptions();
        var command = new Command("plot", "Draw a picture of a run or of a capture file.") { inputs, kind, from, to, cursor, file, theme, log, limit, statistic, count, channel };
        capture.AddTo(command);
        (Option Option, string[] Kinds)[] bound =
        [
            (cursor, ["waveform"]), (log, ["histogram", "period"]), (limit, ["histogram", "timeline", "period"]), (statistic, ["runs"]), (count, ["worst"]),
            (channel, ["period", "tie"]),
        ];
        command.SetAction((parsed, cancellationToken) =>
        {
            RefuseMeaningless(parsed, parsed.GetValue(kind)!, bound);
            if (parsed.GetValue(file) is { } wanted)
            {
                PictureFiles.OfKnownFormat(wanted);
            }

            var events = parsed.GetValue(count);
            if (events is < 1 or > WorstSamples.Usual)
            {
                throw new LatencyLabException(FaultKind.Usage, $"{events} events can't be drawn.", "--count", $"Use 1 to {WorstSamples.Usual}.");
            }

            var request = new PictureRequest(
                parsed.GetValue(kind)!, parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(cursor) ?? [], parsed.GetValue(limit), parsed.GetValue(log),
                parsed.GetValue(statistic)!, parsed.GetValue(count), parsed.GetValue(channel), parsed.GetValue(theme) == "dark" ? PlotTheme.Dark : PlotTheme.Light);
            var opened = capture.Open(parsed, parsed.GetValue(inputs)!);
            var pictures = request.Draw(opened, cancellationToken);
            if (pictures.Count == 0)
            {
                throw new LatencyLabException(FaultKind.Measurement, "There is no answered stimulus, so there is no worst one to draw.", opened[0].Path);
            }

            PictureFiles.Write(output, request.Kind, pictures, parsed.GetValue(file), opened);
            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    // A picture without what was asked for would pass for one with it.
    private static void RefuseMeaningless(ParseResult parsed, string kind, (Option Option, string[] Kinds)[] bound)
    {
        foreach (var (option, kinds) in bound)
        {
            if (parsed.GetResult(option) is { Implicit: false } && !kinds.Contains(kind))
            {
                throw new LatencyLabException(FaultKind.Usage, $"{option.Name} means nothing for a picture of kind {kind}", null, $"Leave it out, or draw --kind {string.Join(" or ", kinds)}.");
            }
        }
    }
}

/// <summary>Options about how a capture file is read and paired, as <c>analyze</c> has them.</summary>
internal sealed class CaptureOptions
{
    private readonly Option<string?> _pair = new("--pair") { Description = "Stimulus and response channel of a capture file, such as TCK:RTCK." };
    private readonly Option<string> _edge = new("--edge") { Description = "Edges of stimulus and response: rising, falling or both, such as rising:both.", DefaultValueFactory = _ => "rising" };
    private readonly Option<Duration?> _window = new("--window") { Description = "A later answer is late (default: until the next stimulus).", CustomParser = OptionText.Duration };
    private readonly Option<Duration?> _minLatency = new("--min-latency") { Description = "An earlier answer is crosstalk (default 0).", CustomParser = OptionText.Duration };
    private readonly Option<long?> _sampleRate = new("--samplerate") { Description = "Samples a second, for files that don't tell.", CustomParser = OptionText.Hertz };
    private readonly Option<string> _root = RunOperands.Root();
    private readonly Option<string?> _map = new("--map") { Description = "New names for channels: D0=STIM,D1=RESP." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _pair, _edge, _window, _minLatency, _sampleRate, _map, _root })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Opens what the user named: capture files and runs; a label stands for all of its runs.</summary>
    public List<PictureInput> Open(ParseResult parsed, string[] names) =>
        [.. names.SelectMany(name => RunOperands.Locate(name, parsed.GetValue(_root)!)).Distinct(StringComparer.Ordinal)
            .Select(path => PictureInput.Open(path, Request(parsed), Read(parsed)))];

    private AnalysisRequest Request(ParseResult parsed) =>
        new(parsed.GetValue(_pair), parsed.GetValue(_edge)!, parsed.GetValue(_window), parsed.GetValue(_minLatency) ?? Duration.Zero, 100);

    private ReadOptions Read(ParseResult parsed) => new()
    {
        SampleRateHz = parsed.GetValue(_sampleRate),
        Renames = parsed.GetValue(_map) is { } renames ? ReadOptions.ParseRenames(renames) : ReadOptions.Default.Renames,
    };
}
