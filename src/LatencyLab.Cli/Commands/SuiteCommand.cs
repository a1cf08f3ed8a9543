using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LatencyLab.Cli.Screen;
using LatencyLab.Formats;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Suites;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab suite run FILE.toml</c>: a matrix of runs, interleaved, resumed after a stop, and compared at the end.</summary>
public static class SuiteCommand
{
    public static Command Create(Output output)
    {
        var command = new Command("suite", "Make a matrix of runs on bench rigs.") { Run(output), Plan(output) };
        return command;
    }

    private static Command Run(Output output)
    {
        var file = FileArgument();
        var folder = new Option<string?>("--out", "-o") { Description = "Folder of the suite (default: captures/NAME)." };
        var rig = new Option<string?>("--rig") { Description = "Another rig for all firmwares that name none: sim, sim:…, or a rig file." };
        var command = new Command("run", "Make the runs of a suite that aren't made yet.") { file, folder, rig };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var suite = SuiteFile.Read(parsed.GetValue(file)!);
            suite = parsed.GetValue(rig) is { } other ? suite with { Rig = other } : suite;
            var target = parsed.GetValue(folder) ?? Path.Combine("captures", string.Concat(suite.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_')));
            return (int)await new SuiteExecution(suite, target, output).RunAsync(cancellationToken);
        });
        return command;
    }

    private static Command Plan(Output output)
    {
        var file = FileArgument();
        var command = new Command("plan", "Print the runs of a suite in their order.") { file };
        command.SetAction((parsed, _) =>
        {
            foreach (var item in SuiteFile.Read(parsed.GetValue(file)!).Items())
            {
                output.Result.WriteLine(TerminalText.Clean($"run {string.Join(' ', SuiteExecution.Arguments(item))}"));
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static Argument<string> FileArgument() => new("file") { Description = "Suite file (TOML)." };
}

/// <summary>Carries out one suite: each run by the run command itself, in this process, as if it were typed.</summary>
internal sealed class SuiteExecution(SuiteFile suite, string folder, Output output)
{
    // One could be missed under load; five in a row aren't.
    private const string CheckSamples = "5";

    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var items = suite.Items();
        CreateFolder();
        var state = SuiteState.Load(folder);
        if (await CheckRigsAsync(items.Where(i => !state.Done.ContainsKey(i.Key)), cancellationToken) is not ExitCode.Done and var fault)
        {
            return fault;
        }

        var worst = state.Codes.Values.Aggregate(ExitCode.Done, (code, done) => Worse(code, (ExitCode)done));
        for (var i = 0; i < items.Count; i++)
        {
            if (state.Done.ContainsKey(items[i].Key))
            {
                continue;
            }

            output.Talk.WriteLine(TerminalText.Clean(string.Create(CultureInfo.InvariantCulture, $"{i + 1}/{items.Count}   {items[i].Key}")));
            var (code, runId) = await RunOneAsync(Arguments(items[i]), folder, output.Talk, cancellationToken);
            if (code is ExitCode.Interrupted or ExitCode.Usage or ExitCode.Device || cancellationToken.IsCancellationRequested)
            {
                output.Talk.WriteLine($"stopped after {state.Done.Count} of {items.Count} runs; the same command goes on from here");
                return code == ExitCode.Done ? ExitCode.Interrupted : code;
            }

            worst = Worse(worst, code);

            // A run that breaks the limits of its rig is measured all the same.
            if (code is ExitCode.Done or ExitCode.GateFailed or ExitCode.GateInconclusive && runId is not null)
            {
                state.Add(suite.Name, items[i].Key, runId, (int)code);
            }
        }

        WriteSummary(state);
        return await CompareAsync(worst, cancellationToken);
    }

    private static async Task<(ExitCode Code, string? RunId)> RunOneAsync(IReadOnlyList<string> arguments, string root, TextWriter talk, CancellationToken cancellationToken)
    {
        using var result = new StringWriter();
        string[] args = ["run", .. arguments, "--out", root, "--json"];
        var code = (ExitCode)await CommandLine.RunAsync(args, result, talk, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(result.ToString());
            if (code != ExitCode.Done && json.RootElement.TryGetProperty("error", out var error))
            {
                talk.WriteLine(TerminalText.Clean($"error: {error.GetString()}{(json.RootElement.TryGetProperty("try", out var remedy) && remedy.GetString() is { } text ? $" Try: {text}" : "")}"));
            }

            return (code, json.RootElement.TryGetProperty("run_id", out var id) ? id.GetString() : null);
        }
        catch (JsonException)
        {
            return (code == ExitCode.Done ? ExitCode.InternalFault : code, null);
        }
    }

    /// <summary>What the run command is given: the pin that the rig's wire leads to unless the matrix names one, and the rig.</summary>
    internal static IReadOnlyList<string> Arguments(SuiteItem item)
    {
        var pin = item.Arguments.Contains("--pin") || !item.Rig.EndsWith(".toml", StringComparison.OrdinalIgnoreCase) ? null : RigFile.Read(item.Rig).Pin;
        return [.. item.Arguments, .. pin is { } wired ? new[] { "--pin", wired.ToString(CultureInfo.InvariantCulture) } : [], "--rig", item.Rig];
    }

    // A wire in the wrong hole is found before the first run of the suite, not when a firmware's turn comes: the run command checks wires, and then a few
    // stimuli have to be answered. That short run is thrown away.
    private async Task<ExitCode> CheckRigsAsync(IEnumerable<SuiteItem> items, CancellationToken cancellationToken)
    {
        foreach (var item in items.DistinctBy(i => i.Rig))
        {
            output.Talk.WriteLine(TerminalText.Clean($"checking rig {item.Rig}"));
            var thrownAway = Directory.CreateTempSubdirectory("latencylab-check-");
            try
            {
                using var talk = new StringWriter();
                string[] samples = ["--samples", CheckSamples, "--warmup", "0"];
                var (code, _) = await RunOneAsync([.. WithoutCounts(Arguments(item)), .. samples], thrownAway.FullName, talk, cancellationToken);
                if (code is not (ExitCode.Done or ExitCode.GateFailed or ExitCode.GateInconclusive))
                {
                    output.Talk.Write(talk.ToString());
                    output.Talk.WriteLine(TerminalText.Clean($"error: The rig {item.Rig} doesn't measure, so no run was made. Try: mend what stands above, then give the same command."));
                    return code;
                }
            }
            finally
            {
                thrownAway.Delete(recursive: true);
            }
        }

        return ExitCode.Done;
    }

    private static IEnumerable<string> WithoutCounts(IReadOnlyList<string> arguments) =>
        arguments.Where((a, i) => a is not ("--samples" or "--warmup") && (i == 0 || arguments[i - 1] is not ("--samples" or "--warmup")));

    private void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The folder can't be made: {e.Message}", folder, null, e);
        }
    }

    private void WriteSummary(SuiteState state)
    {
        var text = new StringBuilder("item,run_id,firmware,simulated,n,missed,late,p50_ns,p90_ns,p99_ns,max_ns\n");
        foreach (var (key, id) in state.Done)
        {
            var run = ComparedRunReader.ReadDocument(Path.Combine(folder, id));
            text.Append(CultureInfo.InvariantCulture, $"{CsvText.Field(key)},{id},{CsvText.Field(ComparedRunReader.FirmwareOf(run))},{(run.Simulated ? "true" : "false")},")
                .Append(CultureInfo.InvariantCulture, $"{run.LatencyNs?.N},{run.Counts?.Missed},{run.Counts?.Late},{run.LatencyNs?.P50},{run.LatencyNs?.P90},{run.LatencyNs?.P99},{run.LatencyNs?.Max}\n");
        }

        try
        {
            File.WriteAllText(Path.Combine(folder, "suite-summary.csv"), text.ToString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The summary can't be written: {e.Message}", folder, null, e);
        }
    }

    private async Task<ExitCode> CompareAsync(ExitCode worst, CancellationToken cancellationToken)
    {
        if (suite.Firmwares.Count < 2)
        {
            output.Result.WriteLine(output.Json ? $"{{\"schema\": \"latencylab.suite/1\", \"folder\": {JsonSerializer.Serialize(folder, SuiteJson.Default.String)}}}" : $"runs in {folder}");
            return worst;
        }

        List<string> args = ["compare", folder, "--group-by", "label", "--runs", folder, "--markdown", Path.Combine(folder, "compare.md"), "--junit", Path.Combine(folder, "junit.xml")];
        if (suite.FailOn is { } gate)
        {
            args.AddRange(["--fail-on", gate]);
        }

        if (suite.Margin is { } margin)
        {
            args.AddRange(["--margin", margin]);
        }

        if (output.Json)
        {
            args.Add("--json");
        }

        var code = (ExitCode)await CommandLine.RunAsync([.. args], output.Result, output.Talk, cancellationToken);
        return Worse(worst, code);
    }

    // As for gates: what wasn't measured goes before what failed, failed before undecided.
    private static ExitCode Worse(ExitCode left, ExitCode right)
    {
        ExitCode[] fromWorst = [ExitCode.InternalFault, ExitCode.Storage, ExitCode.MeasurementInvalid, ExitCode.GateFailed, ExitCode.GateInconclusive];
        return Array.Find(fromWorst, c => c == left || c == right) is not ExitCode.Done and var worst ? worst : left == ExitCode.Done ? right : left;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class SuiteJson : System.Text.Json.Serialization.JsonSerializerContext;
