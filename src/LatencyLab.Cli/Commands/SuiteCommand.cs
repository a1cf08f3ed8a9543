using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LatencyLab.Runs;
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
                output.Result.WriteLine(TerminalText.Clean($"run {string.Join(' ', item.Arguments)} --rig {item.Rig}"));
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
    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var items = suite.Items();
        CreateFolder();
        var state = SuiteState.Load(folder);
        var worst = ExitCode.Done;
        for (var i = 0; i < items.Count; i++)
        {
            if (state.Done.ContainsKey(items[i].Key))
            {
                continue;
            }

            output.Talk.WriteLine(TerminalText.Clean(string.Create(CultureInfo.InvariantCulture, $"{i + 1}/{items.Count}   {items[i].Key}")));
            var (code, runId) = await RunOneAsync(items[i], cancellationToken);
            if (code is ExitCode.Interrupted or ExitCode.Usage or ExitCode.Device || cancellationToken.IsCancellationRequested)
            {
                output.Talk.WriteLine($"stopped after {state.Done.Count} of {items.Count} runs; the same command goes on from here");
                return code == ExitCode.Done ? ExitCode.Interrupted : code;
            }

            worst = code == ExitCode.Done ? worst : code;
            if (code == ExitCode.Done && runId is not null)
            {
                state.Add(suite.Name, items[i].Key, runId);
            }
        }

        WriteSummary(state);
        return await CompareAsync(worst, cancellationToken);
    }

    private async Task<(ExitCode Code, string? RunId)> RunOneAsync(SuiteItem item, CancellationToken cancellationToken)
    {
        using var result = new StringWriter();
        string[] args = ["run", .. Rig(item), "--out", folder, "--json"];
        var code = (ExitCode)await CommandLine.RunAsync(args, result, output.Talk, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(result.ToString());
            if (code != ExitCode.Done && json.RootElement.TryGetProperty("error", out var error))
            {
                output.Talk.WriteLine(TerminalText.Clean($"error: {error.GetString()}"));
            }

            return (code, json.RootElement.TryGetProperty("run_id", out var id) ? id.GetString() : null);
        }
        catch (JsonException)
        {
            return (code == ExitCode.Done ? ExitCode.InternalFault : code, null);
        }
    }

    // What the rig file says about wires stands unless the matrix names a pin.
    private static string[] Rig(SuiteItem item)
    {
        if (!item.Rig.EndsWith(".toml", StringComparison.OrdinalIgnoreCase))
        {
            return [.. item.Arguments, "--rig", item.Rig];
        }

        var rig = RigFile.Read(item.Rig);
        var arguments = new List<string>(item.Arguments) { "--target", rig.Target, "--sampler", rig.Sampler };
        if (!item.Arguments.Contains("--pin") && rig.Pin is { } pin)
        {
            arguments.AddRange(["--pin", pin.ToString(CultureInfo.InvariantCulture)]);
        }

        if (rig.ResponsePin is { } response)
        {
            arguments.AddRange(["--response-pin", response.ToString(CultureInfo.InvariantCulture)]);
        }

        if (rig.FailOn is { } gate)
        {
            arguments.AddRange(["--fail-on", gate]);
        }

        return [.. arguments];
    }

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
            text.Append(CultureInfo.InvariantCulture, $"\"{key.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{id},\"{ComparedRunReader.FirmwareOf(run).Replace("\"", "\"\"", StringComparison.Ordinal)}\",{(run.Simulated ? "true" : "false")},")
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
        return worst == ExitCode.Done ? code : worst;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class SuiteJson : System.Text.Json.Serialization.JsonSerializerContext;
