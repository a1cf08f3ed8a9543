using System.CommandLine;
using System.Reflection;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab schema NAME</c>: the JSON Schemas of what LatencyLab prints and stores.</summary>
public static class SchemaCommand
{
    private const string Folder = "schemas/";
    private const string Ending = ".schema.json";

    private static readonly Assembly Resources = typeof(SchemaCommand).Assembly;

    /// <summary>Names of all schemas, in order.</summary>
    public static string[] Names { get; } =
        [.. Resources.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Ending.Length])
            .Order(StringComparer.Ordinal)];

    public static Command Create(Output output)
    {
        var name = new Argument<string?>("name") { Description = "One of the listed names; none: lists them.", Arity = ArgumentArity.ZeroOrOne };
        name.AcceptOnlyFromAmong(Names);
        var command = new Command("schema", "Print the JSON Schema of a document that LatencyLab prints or stores.") { name };
        command.SetAction((parsed, _) =>
        {
            if (parsed.GetValue(name) is { } wanted)
            {
                using var reader = new StreamReader(Resources.GetManifestResourceStream(Folder + wanted + Ending)!);
                output.Result.Write(reader.ReadToEnd());
            }
            else if (output.Json)
            {
                output.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("schema", "latencylab.schemas/1");
                    json.WriteStartArray("names");
                    Array.ForEach(Names, json.WriteStringValue);
                    json.WriteEndArray();
                    json.WriteEndObject();
                });
            }
            else
            {
                output.Result.Write(string.Concat(Names.Select(known => known + "\n")));
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }
}
