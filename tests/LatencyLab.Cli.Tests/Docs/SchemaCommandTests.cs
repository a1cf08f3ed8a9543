using LatencyLab.Cli.Commands;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Docs;

/// <summary>What the commands print is held to the schemas by Python's jsonschema, a validator that knows nothing of this code.</summary>
public sealed class SchemaCommandTests : IDisposable
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

    private readonly TempFolder _folder = new();

    public static TheoryData<string, int, string[]> Documents => new()
    {
        { "pins", 0, ["pins"] },
        { "pins", 0, ["pins", "esp32"] },
        { "pins", 0, ["pins", "esp8266", "--explain", "16"] },
        { "pins", 0, ["pins", "esp32s3", "--explain", "27"] },
        { "wiring", 0, ["wiring", "esp32", "--pin", "12"] },
        { "wiring", 0, ["wiring", "esp32", "--sampler", "self"] },
        { "wiring", 0, ["wiring", "--target", "none"] },
        { "devices", 0, ["devices"] },
        { "version", 0, ["--version"] },
        { "completion", 0, ["completion", "zsh"] },
        { "schemas", 0, ["schema"] },
        { "udev", 0, ["doctor", "--udev"] },
        { "error", 2, ["pins", "esp33"] },
        { "error", 6, ["analyze", "nothing.sr"] },
        { "run", 0, ["run", "--pin", "4", "--rig", "sim", "--samples", "50", "--seed", "1", "-o", "OUT"] },
        { "run", 0, ["run", "--pin", "4", "--irq", "both", "--rig", "sim:esp8266", "--samples", "50", "--seed", "1", "-o", "OUT"] },
        { "analysis", 0, ["analyze", "CAPTURES/keil_mcb2140_idle.sr", "--pair", "TCK:RTCK"] },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task What_a_command_prints_fits_its_schema(string name, int exitCode, string[] args)
    {
        var python = RequireJsonSchema();
        var (schema, document) = (_folder.File("schema.json"), _folder.File("document.json"));
        string[] words = [.. args.Select(arg => arg == "OUT" ? _folder.Path : arg.Replace("CAPTURES", Repository.Path("captures"), StringComparison.Ordinal)), "--json"];
        Assert.Equal(0, await PrintAsync(schema, "schema", name));
        Assert.Equal(exitCode, await PrintAsync(document, words));
        var (code, stdout, stderr) = await ToolUnderTest.RunAsync(python, ["-c", Validator, schema, document], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((0, "", ""), (code, stdout, stderr));
    }

    [Fact]
    public async Task What_compare_prints_fits_its_schema()
    {
        var python = RequireJsonSchema();
        var (schema, document) = (_folder.File("schema.json"), _folder.File("document.json"));
        foreach (var label in new[] { "a", "b" })
        {
            Assert.Equal(0, await PrintAsync(document, "run", "--pin", "4", "--rig", "sim", "--samples", "30", "--repeat", "4", "--seed", "1", "--label", label, "-o", _folder.File("runs"), "--json"));
        }

        Assert.Equal(0, await PrintAsync(schema, "schema", "compare"));
        foreach (var more in new string[][] { [], ["--fail-on", "p50 > 1s"], ["--margin", "50%"] })
        {
            Assert.Equal(0, await PrintAsync(document, ["compare", "a", "b", "--runs", _folder.File("runs"), "--json", .. more]));
            var (code, stdout, stderr) = await ToolUnderTest.RunAsync(python, ["-c", Validator, schema, document], cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal((0, "", ""), (code, stdout, stderr));
        }
    }

    [Fact]
    public async Task Every_chip_file_fits_its_schema()
    {
        var python = RequireJsonSchema();
        var schema = Repository.Path("docs", "schemas", "chip.schema.json");
        var files = Directory.GetFiles(Repository.Path("src", "LatencyLab", "Boards", "Data"), "*.json");
        var (code, stdout, _) = await ToolUnderTest.RunAsync(
            python, ["-c", Validator, .. files.SelectMany(file => new[] { schema, file })], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (code, stdout));
    }

    [Fact]
    public async Task Without_a_name_the_schemas_are_listed_and_the_page_knows_them_all()
    {
        Assert.Equal(0, await PrintAsync(_folder.File("names.txt"), "schema"));
        Assert.Equal(SchemaCommand.Names, File.ReadAllLines(_folder.File("names.txt")));
        var page = File.ReadAllText(Repository.Path("docs", "schemas", "README.md"));
        Assert.All(SchemaCommand.Names, name => Assert.Contains($"| {name} | `latencylab.{name}/1` |", page, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    // Debian's own interpreter: another one on the PATH doesn't see Debian's packages.
    private static string RequireJsonSchema()
    {
        Tool.RequirePath("/usr/lib/python3/dist-packages/jsonschema", "apt-get install python3-jsonschema");
        return "/usr/bin/python3";
    }

    private static async Task<int> PrintAsync(string file, params string[] args)
    {
        using var stdout = new StringWriter();
        var code = await CommandLine.RunAsync(args, stdout, TextWriter.Null, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, stdout.ToString(), TestContext.Current.CancellationToken);
        return code;
    }
}
