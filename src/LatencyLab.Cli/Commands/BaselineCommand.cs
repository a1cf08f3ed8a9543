using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LatencyLab.Cli.Screen;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab baseline set|list|show|rm</c>: named runs to compare with.</summary>
public static class BaselineCommand
{
    public static Command Create(Output output)
    {
        var root = RunOperands.Root(recursive: true);
        var command = new Command("baseline", "Name runs to compare with.") { Set(output, root), List(output, root), Show(output, root), Remove(output, root) };
        command.Options.Add(root);
        return command;
    }

    private static Command Set(Output output, Option<string> root)
    {
        var name = NameOf();
        var runs = new Argument<string[]>("runs") { Description = $"Runs, each {RunOperands.Description}.", Arity = ArgumentArity.OneOrMore, HelpName = "runs", CompletionSources = { RunOperands.Proposals } };
        var command = new Command("set", "Name runs, in place of those that had the name.") { name, runs };
        command.SetAction((parsed, _) =>
        {
            var library = new RunLibrary(parsed.GetValue(root)!);
            var chosen = parsed.GetValue(runs)!.SelectMany(library.Resolve).DistinctBy(r => r.Document.RunId).ToArray();
            if (chosen.FirstOrDefault(r => r.Document.Status != RunStatus.Complete) is { } bad)
            {
                throw new LatencyLabException(FaultKind.Measurement, $"The run {bad.Document.RunId} isn't complete.", bad.Folder, "Take complete runs only.");
            }

            if (chosen.FirstOrDefault(r => !File.Exists(Path.Combine(library.Root, r.Document.RunId, "run.json"))) is { } foreign)
            {
                throw new LatencyLabException(FaultKind.Usage, $"The run {foreign.Document.RunId} isn't below {library.Root}.", foreign.Folder, "Name its root with --runs.");
            }

            var baselines = Baselines.Load(library.Root);
            baselines.Set(parsed.GetValue(name)!, [.. chosen.Select(r => r.Document.RunId)]);
            Write(output, library, [parsed.GetValue(name)!], baselines);
            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static Command List(Output output, Option<string> root)
    {
        var command = new Command("list", "All baselines.");
        command.SetAction((parsed, _) =>
        {
            var library = new RunLibrary(parsed.GetValue(root)!);
            var baselines = Baselines.Load(library.Root);
            if (baselines.All.Count == 0 && !output.Json)
            {
                output.Result.WriteLine("There are no baselines here. Name one: latencylab baseline set NAME RUN");
            }
            else
            {
                Write(output, library, [.. baselines.All.Keys], baselines);
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static Command Show(Output output, Option<string> root)
    {
        var name = Known();
        var command = new Command("show", "The runs of a baseline.") { name };
        command.SetAction((parsed, _) =>
        {
            var library = new RunLibrary(parsed.GetValue(root)!);
            var baselines = Baselines.Load(library.Root);
            baselines.Find(parsed.GetValue(name)!);
            Write(output, library, [parsed.GetValue(name)!], baselines);
            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static Command Remove(Output output, Option<string> root)
    {
        var name = Known();
        var command = new Command("rm", "Forget a baseline; its runs stay.") { name };
        command.SetAction((parsed, _) =>
        {
            var library = new RunLibrary(parsed.GetValue(root)!);
            var baselines = Baselines.Load(library.Root);
            baselines.Remove(parsed.GetValue(name)!);
            Write(output, library, [.. baselines.All.Keys], baselines);
            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static Argument<string> Known()
    {
        var name = NameOf();
        name.HelpName = name.Name;
        name.CompletionSources.Add(context => Baselines.Load(context.ParseResult.GetValue<string>("--runs")!).All.Keys.Select(known => new CompletionItem(known)));
        return name;
    }

    private static Argument<string> NameOf() => new("name") { Description = "Name of the baseline, such as v1.26." };

    private static void Write(Output output, RunLibrary library, string[] names, Baselines baselines)
    {
        if (output.Json)
        {
            output.Result.WriteLine(Json(names, baselines));
            return;
        }

        foreach (var name in names)
        {
            var runs = baselines.All[name];
            output.Result.WriteLine(TerminalText.Clean(string.Create(CultureInfo.InvariantCulture, $"{name}   {runs.Count} run{(runs.Count == 1 ? "" : "s")}")));
            foreach (var id in runs)
            {
                var run = library.Runs.FirstOrDefault(r => r.Document.RunId == id)?.Document;
                output.Result.WriteLine(TerminalText.Clean($"  {id}   {(run is null ? "GONE" : ComparedRunReader.FirmwareOf(run) + (run.Simulated ? "   SIMULATED" : ""))}"));
            }
        }
    }

    private static string Json(string[] names, Baselines baselines)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", "latencylab.baselines/1");
            writer.WriteStartObject("baselines");
            foreach (var name in names)
            {
                writer.WriteStartArray(name);
                foreach (var id in baselines.All[name])
                {
                    writer.WriteStringValue(id);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
