using System.CommandLine;
using LatencyLab.Cli.Screen;
using LatencyLab.Cli.Text;
using LatencyLab.Reports;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab runs list|show|verify|recover|rm</c>: what stands in run folders.</summary>
public static class RunsCommand
{
    private static Option<string> Root => RunOperands.Root();

    private static Argument<string[]> Names => new("run")
    {
        Description = $"Runs, each {RunOperands.Description}.", Arity = ArgumentArity.OneOrMore, HelpName = "run", CompletionSources = { RunOperands.Proposals },
    };

    public static Command Create(Output output) => new("runs", "List, show, check, recover and remove recorded runs.")
    {
        List(output), Show(output), Verify(output), Recover(output), Remove(output),
    };

    private static Command List(Output output)
    {
        var root = Root;
        var last = new Option<int?>("--last", "-n") { Description = "Only so many of the latest." };
        var command = new Command("list", "The recorded runs, oldest first.") { root, last };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(last) is { } few and < 1)
            {
                throw new LatencyLabException(FaultKind.Usage, $"{few} runs can't be listed.", "--last", "Use 1 or more.");
            }

            var entries = RunListing.List(parsed.GetValue(root)!, parsed.GetValue(last));
            if (output.Json)
            {
                output.WriteJson(writer => RunsText.WriteList(entries, writer));
            }
            else
            {
                RunsText.WriteList(entries, output.Result);
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Output output)
    {
        var (root, name) = (Root, new Argument<string>("run") { Description = $"The run: {RunOperands.Description}.", HelpName = "run", CompletionSources = { RunOperands.Proposals } });
        var command = new Command("show", "What a run measured.") { name, root };
        command.SetAction(parsed =>
        {
            var run = new RunLibrary(parsed.GetValue(root)!).Find(parsed.GetValue(name)!).Read();
            if (output.Json)
            {
                output.Result.Write(System.Text.Encoding.UTF8.GetString(RunJson.ToUtf8(run)));
            }
            else
            {
                RunsText.WriteRun(run, output.Result);
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Verify(Output output)
    {
        var (root, names) = (Root, Names);
        var command = new Command("verify", "Check that documents, edges and tables of runs are undamaged and agree.") { names, root };
        command.SetAction((parsed, cancellationToken) =>
        {
            var checks = Folders(parsed.GetValue(names)!, parsed.GetValue(root)!).Select(f => (Folder: f, Problems: Check(f, cancellationToken))).ToArray();
            if (output.Json)
            {
                output.WriteJson(writer => RunsText.WriteChecks(checks, writer));
            }
            else
            {
                RunsText.WriteChecks(checks, output.Result);
            }

            return Task.FromResult((int)(Array.TrueForAll(checks, c => c.Problems.Count == 0) ? ExitCode.Done : ExitCode.Storage));
        });
        return command;
    }

    private static Command Recover(Output output)
    {
        var (root, names) = (Root, Names);
        var command = new Command("recover", "Bring back what a killed process recorded, as a partial run.") { names, root };
        command.SetAction((parsed, cancellationToken) =>
        {
            var version = typeof(RunsCommand).Assembly.GetName().Version?.ToString(3) ?? "";
            var recovered = Folders(parsed.GetValue(names)!, parsed.GetValue(root)!)
                .Select(f => RunRecovery.Recover(f, TimeProvider.System.GetUtcNow(), version, cancellationToken))
                .ToArray();
            if (output.Json)
            {
                output.WriteJson(writer => RunsText.WriteRecovered(recovered, writer));
            }
            else
            {
                RunsText.WriteRecovered(recovered, output.Result);
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static Command Remove(Output output)
    {
        var (root, names) = (Root, Names);
        var command = new Command("rm", "Remove runs for good.") { names, root };
        command.SetAction(parsed =>
        {
            // All names first: a misspelt one must not leave half of the work done.
            var folders = parsed.GetValue(names)!.Select(new RunLibrary(parsed.GetValue(root)!).Find).ToArray();
            Array.ForEach(folders, RunRemoval.Remove);
            if (output.Json)
            {
                output.WriteJson(writer => RunsText.WriteRemoved(folders, writer));
            }
            else
            {
                Array.ForEach(folders, f => output.Result.WriteLine(TerminalText.Clean($"removed {f.Path}")));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    // A label stands for all of its runs, except where they are removed: there each run is named by itself.
    private static IEnumerable<RunFolder> Folders(string[] operands, string root)
    {
        var library = new RunLibrary(root);
        return operands.SelectMany(library.Folders).Distinct(StringComparer.Ordinal).Select(RunFolder.Open);
    }

    private static IReadOnlyList<string> Check(RunFolder folder, CancellationToken cancellationToken)
    {
        var problems = RunVerification.Problems(folder, cancellationToken);
        return problems.Count == 0 && File.Exists(folder.LatencyCsvPath) ? [.. LatencyCsvCheck.Problems(folder.LatencyCsvPath, folder.Read())] : problems;
    }
}
