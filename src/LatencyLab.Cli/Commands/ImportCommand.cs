using System.CommandLine;
using System.Text;
using LatencyLab.Cli.Screen;
using LatencyLab.Formats;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab import FILE</c>: a run folder of a capture that another tool recorded.</summary>
public static class ImportCommand
{
    public static Command Create(Output output)
    {
        var file = new Argument<string>("file") { Description = "A capture file; its format is recognised by content." };
        var root = new Option<string>("--out", "-o") { Description = "Root in which the run folder is made.", DefaultValueFactory = _ => "captures" };
        var channels = new Option<string?>("--channels") { Description = "Only these channels: A,B." };
        var sampleRate = new Option<long?>("--samplerate") { Description = "Samples a second, for files that don't tell: 24MHz, 12000000.", CustomParser = OptionText.Hertz };
        var map = new Option<string?>("--map") { Description = "New names for channels: D0=STIM,D1=RESP." };
        var label = new Option<string?>("--label") { Description = "Name of what was recorded, for compare.", CustomParser = OptionText.Label };
        var command = new Command("import", "Make a run folder of a capture that another tool recorded.") { file, root, channels, sampleRate, map, label };
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = new ReadOptions
            {
                Channels = parsed.GetValue(channels)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                SampleRateHz = parsed.GetValue(sampleRate),
                Renames = parsed.GetValue(map) is { } renames ? ReadOptions.ParseRenames(renames) : ReadOptions.Default.Renames,
            };
            var path = parsed.GetValue(file)!;
            var run = CaptureImport.Run(
                CaptureFile.Open(path, options), path, parsed.GetValue(root)!, runId => Draft(runId, parsed, parsed.GetValue(label), SimulatedMark.IsOn(path)), cancellationToken);
            Print(run, output);
            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static RunDocument Draft(string runId, ParseResult parsed, string? label, bool simulated) => new()
    {
        RunId = runId,
        Status = RunStatus.Partial,
        Simulated = simulated,
        CreatedUtc = default,
        Argv = ["latencylab", .. parsed.Tokens.Select(t => t.Value)],
        Tool = ToolVersion.Document,
        Plan = new PlanDocument { Test = "capture", Label = label },
    };

    private static void Print(RunDocument run, Output output)
    {
        if (output.Json)
        {
            output.Result.Write(Encoding.UTF8.GetString(RunJson.ToUtf8(run)));
            return;
        }

        if (run.Simulated)
        {
            output.Result.WriteLine("SIMULATED: synthetic edges, nothing was measured.");
        }

        var source = run.Source!;
        var edges = string.Join(", ", source.Channels.Take(16).Select(c => $"{c.Name} {c.Edges}")) + (source.Channels.Count > 16 ? ", …" : "");
        output.Result.WriteLine(TerminalText.Clean($"{source.Format}, edges: {edges}{(run.Gaps.Count == 0 ? "" : $"; {run.Gaps.Count} gaps")}"));
        output.Result.WriteLine(TerminalText.Clean($"{run.Folder}   next: latencylab analyze {run.Folder} --pair A:B"));
    }
}
