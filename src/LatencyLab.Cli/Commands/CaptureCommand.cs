using System.CommandLine;
using System.Globalization;
using LatencyLab.Cli.Devices;
using LatencyLab.Cli.Measuring;
using LatencyLab.Samplers;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab capture --channels 2,3 --duration 2s</c>: records edges with the sampler, without stimuli and without analysing.</summary>
public static class CaptureCommand
{
    public static Command Create(Output output)
    {
        var channels = new Option<string>("--channels") { Description = "GPIOs of the Pico, one to four, or channels of another sampler, with names if wanted: 2,3 or 2=TCK,3=RTCK.", Required = true };
        var duration = new Option<Duration?>("--duration") { Description = "Record for so long.", HelpName = "TIME", CustomParser = OptionText.Duration };
        var edges = new Option<long?>("--edges") { Description = "Record until so many edges were seen." };
        var untilStop = new Option<bool>("--until-stop") { Description = "Record until Ctrl-C." };
        var rig = new Option<string?>("--rig") { Description = "sim for the simulated sampler." };
        var sampler = new Option<string?>("--sampler") { Description = RunOptions.SamplerWords };
        var timeout = new Option<string?>("--timeout") { Description = "Stretches every time limit: 10x, or the limit of one step such as 30s." };
        var root = new Option<string>("--out", "-o") { Description = "Root in which the run folder is made.", DefaultValueFactory = _ => "captures" };
        var label = new Option<string?>("--label") { Description = "Your name for the recording.", CustomParser = OptionText.Label };
        var keepLog = new Option<bool>("--keep-log") { Description = "Keep edges.llc beside edges.parquet." };
        var command = new Command("capture", "Record edges with the sampler, without analysing them.") { channels, duration, edges, untilStop, rig, sampler, timeout, root, label, keepLog };
        command.Validators.Add(parsed =>
        {
            var ends = (parsed.GetValue(duration) is null ? 0 : 1) + (parsed.GetValue(edges) is null ? 0 : 1) + (parsed.GetValue(untilStop) ? 1 : 0);
            var mayBeOpen = parsed.GetValue(sampler) is { } text && SamplerSelection.KnowsItsEnd(text);
            if (ends != 1 && !(ends == 0 && mayBeOpen))
            {
                parsed.AddError("Say how the recording ends: one of --duration, --edges and --until-stop.");
            }

            if (parsed.GetValue(edges) is < 1 || parsed.GetValue(duration) is { Picoseconds: 0 })
            {
                parsed.AddError("A recording has at least one edge and some duration.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(rig) is { } both && parsed.GetValue(sampler) is { } named)
            {
                throw new LatencyLabException(FaultKind.Usage, $"Two samplers are named: --rig {both} and --sampler {named}.", "--rig", "Leave one of them out.");
            }

            var wanted = parsed.GetValue(rig) switch
            {
                null => parsed.GetValue(sampler) ?? "auto",
                "sim" => "sim:pico",
                var other => throw new LatencyLabException(FaultKind.Usage, $"'{other}' is not a simulated rig.", "--rig", "Write --rig sim, or name the board with --sampler."),
            };
            var request = new RecordingOptions(
                SampledLines.Parse(parsed.GetValue(channels)!, SamplerSelection.Parse(wanted).OnlyListens), parsed.GetValue(duration), parsed.GetValue(edges), wanted, parsed.GetValue(timeout), parsed.GetValue(root)!,
                parsed.GetValue(label), parsed.GetValue(keepLog));
            return (int)await new CaptureExecution(request, ["latencylab", .. parsed.Tokens.Select(t => t.Value)], output).RunAsync(cancellationToken);
        });
        return command;
    }
}

/// <summary>What the user asked of <c>capture</c>.</summary>
/// <param name="Lines">What to listen to.</param>
/// <param name="Duration">Ends the recording; null where something else does.</param>
/// <param name="Edges">Ends the recording; null where something else does.</param>
/// <param name="Sampler">Which board.</param>
/// <param name="Timeout">Stretches time limits.</param>
/// <param name="Root">Where the run folder is made.</param>
/// <param name="Label">Name for the recording.</param>
/// <param name="KeepLog">Whether the log stays.</param>
internal sealed record RecordingOptions(
    IReadOnlyList<SampledLine> Lines, Duration? Duration, long? Edges, string Sampler, string? Timeout, string Root, string? Label, bool KeepLog);

/// <summary>The option --channels.</summary>
internal static class SampledLines
{
    private const int MaxLines = 4;

    /// <summary>Reads "2,3", "GP2,GP3" or "2=TCK,3=RTCK".</summary>
    /// <exception cref="LatencyLabException">It isn't such a list, or names something twice (kind usage).</exception>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="anyInput">True for a sampler whose channels have names of their own: they are judged when it is open.</param>
    public static IReadOnlyList<SampledLine> Parse(string text, bool anyInput)
    {
        if (anyInput)
        {
            return ParseAny(text);
        }

        var lines = new List<SampledLine>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var (gpio, name) = part.Split('=', 2, StringSplitOptions.TrimEntries) is [var before, var after] ? (before, after) : (part, $"D{lines.Count}");
            gpio = gpio.StartsWith("GP", StringComparison.OrdinalIgnoreCase) ? gpio[2..] : gpio;
            if (!int.TryParse(gpio, NumberStyles.None, null, out var number) || number > PicoSampler.LargestGpio || name.Length == 0
                || lines.Exists(l => l.Input == number.ToString(CultureInfo.InvariantCulture) || l.Name == name))
            {
                throw Refuse($"'{part}' is not a GPIO of the sampler with a name of its own.");
            }

            lines.Add(new SampledLine(number.ToString(CultureInfo.InvariantCulture), name));
        }

        return lines.Count <= MaxLines ? lines : throw Refuse($"The sampler captures at most {MaxLines} channels.");
    }

    private static List<SampledLine> ParseAny(string text)
    {
        var lines = new List<SampledLine>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var (input, name) = part.Split('=', 2, StringSplitOptions.TrimEntries) is [var before, var after] ? (before, after) : (part, part.All(char.IsAsciiDigit) ? "D" + part : part);
            if (input.Length == 0 || name.Length == 0 || lines.Exists(l => l.Input == input || l.Name == name))
            {
                throw Refuse($"'{part}' is not a channel of the sampler with a name of its own.");
            }

            lines.Add(new SampledLine(input, name));
        }

        return lines;
    }

    private static LatencyLabException Refuse(string what) => new(FaultKind.Usage, what, "--channels", "Write --channels 2,3 or --channels 2=TCK,3=RTCK.");
}
