using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using LatencyLab.Boards;
using LatencyLab.Runs.Documents;
using LatencyLab.TestSupport;

namespace LatencyLab.Tests.Docs;

/// <summary>Schemas of documents that types write are made from these types.</summary>
public sealed class SchemaTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Schema_of_runs_is_current() => AssertCurrent("run", "run.json in a run folder; run --json", RunJsonContext.Default.RunDocument, RunDocument.SchemaName);

    [Fact]
    public void Schema_of_analyses_is_current() =>
        AssertCurrent("analysis", "latencylab analyze --json", RunJsonContext.Default.AnalysisDocument, AnalysisDocument.SchemaName);

    [Fact]
    public void Schema_of_chips_is_current() => AssertCurrent("chip", "A chip's data file", BoardJson.Default.Chip, "latencylab.chip/1");

    private static void AssertCurrent(string name, string title, JsonTypeInfo type, string schemaName)
    {
        var exported = type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Name }).AsObject();
        exported["properties"]!["schema"] = new JsonObject { ["const"] = schemaName };
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title };
        foreach (var (key, value) in exported.ToArray())
        {
            exported.Remove(key);
            schema[key] = value;
        }

        GeneratedFile.AssertCurrent($"docs/schemas/{name}.schema.json", schema.ToJsonString(Indented) + "\n");
    }

    // The exporter can't look into converters: what they write is named here.
    private static JsonNode Name(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var nullable = type != context.TypeInfo.Type;
        return type switch
        {
            _ when type == typeof(double) => new JsonObject { ["type"] = Kinds("number", nullable) },
            _ when type == typeof(DateTimeOffset) => new JsonObject { ["type"] = Kinds("string", nullable), ["format"] = "date-time" },
            _ when type == typeof(RunStatus) => new JsonObject { ["enum"] = new JsonArray([.. Enum.GetValues<RunStatus>().Select(s => (JsonNode)JsonNamingPolicy.SnakeCaseLower.ConvertName(s.ToString()))]) },
            _ when type == typeof(Interval) => new JsonObject
            {
                ["type"] = Kinds("array", nullable),
                ["items"] = new JsonObject { ["type"] = Kinds("number", nullable: true) },
                ["minItems"] = 2,
                ["maxItems"] = 2,
            },
            _ => schema,
        };
    }

    private static JsonNode Kinds(string kind, bool nullable) => nullable ? new JsonArray(kind, "null") : JsonValue.Create(kind);
}
