using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Docs;

/// <summary>Holds documents to the schemas of docs/schemas by Python's jsonschema, a validator that knows nothing of this code.</summary>
internal static class JsonSchema
{
    private const string Validator = """
        import json, pathlib, sys
        import jsonschema
        for schema, document in zip(sys.argv[1::2], sys.argv[2::2]):
            schema = json.loads(pathlib.Path(schema).read_text("utf-8"))
            jsonschema.Draft202012Validator.check_schema(schema)
            for error in jsonschema.Draft202012Validator(schema).iter_errors(json.loads(pathlib.Path(document).read_text("utf-8"))):
                print(document, list(error.absolute_path), error.message[:300])
        """;

    /// <summary>Fails with every breach, or is skipped where the validator isn't installed.</summary>
    /// <param name="documents">Name of the schema and path of the document.</param>
    public static async Task AssertFitsAsync(params (string Schema, string Document)[] documents)
    {
        // Debian's own interpreter: another one on the PATH doesn't see Debian's packages.
        Tool.RequirePath("/usr/lib/python3/dist-packages/jsonschema", "apt-get install python3-jsonschema");
        var (code, stdout, stderr) = await ToolUnderTest.RunAsync(
            "/usr/bin/python3", ["-c", Validator, .. documents.SelectMany(d => new[] { Repository.Path("docs", "schemas", d.Schema + ".schema.json"), d.Document })],
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(code == 0 && stdout.Length == 0 && stderr.Length == 0, stdout + stderr);
    }
}
