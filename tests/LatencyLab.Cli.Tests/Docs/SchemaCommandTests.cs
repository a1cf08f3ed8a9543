using LatencyLab.Captures;
using LatencyLab.Cli.Commands;
using LatencyLab.Cli.Doctor;
using LatencyLab.Cli.Tests.Commands;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.TestSupport;
using LatencyLab.Units;

namespace LatencyLab.Cli.Tests.Docs;

/// <summary>What the commands print is held to the schemas by Python's jsonschema, a validator that knows nothing of this code.</summary>
public sealed class SchemaCommandTests : IDisposable
{
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
        { "signal", 0, ["analyze", "CAPTURES/keil_mcb2140_idle.sr", "--signal", "TCK"] },
        { "signal", 0, ["analyze", "CAPTURES/keil_mcb2140_idle.sr", "--signal", "TCK", "--nominal", "750ns"] },
        { "export", 0, ["export", "CAPTURES/keil_mcb2140_idle.sr", "--to", "vcd", "-o", "OUT/idle.vcd"] },
        { "plot", 0, ["plot", "CAPTURES/keil_mcb2140_idle.sr", "--pair", "TCK:RTCK", "-o", "OUT/idle.png"] },
        { "doctor", 0, ["doctor", "--sampler", "sim:pico"] },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task What_a_command_prints_fits_its_schema(string name, int exitCode, string[] args)
    {
        var document = _folder.File("document.json");
        string[] words = [.. args.Select(arg => arg.Replace("OUT", _folder.Path, StringComparison.Ordinal).Replace("CAPTURES", Repository.Path("captures"), StringComparison.Ordinal)), "--json"];
        Assert.Equal(exitCode, await PrintAsync(document, words));
        await JsonSchema.AssertFitsAsync((name, document));
    }

    [Fact]
    public async Task What_compare_prints_fits_its_schema()
    {
        var document = _folder.File("document.json");
        foreach (var label in new[] { "a", "b" })
        {
            Assert.Equal(0, await PrintAsync(document, "run", "--pin", "4", "--rig", "sim", "--samples", "30", "--repeat", "4", "--seed", "1", "--label", label, "-o", _folder.File("runs"), "--json"));
        }

        foreach (var more in new string[][] { [], ["--fail-on", "p50 > 1s"], ["--margin", "50%"] })
        {
            Assert.Equal(0, await PrintAsync(document, ["compare", "a", "b", "--runs", _folder.File("runs"), "--json", .. more]));
            await JsonSchema.AssertFitsAsync(("compare", document));
        }
    }

    [Fact]
    public async Task What_is_printed_of_stored_runs_fits_its_schema()
    {
        using var runs = new StoredRuns();
        for (var place = 0; place < 12; place++)
        {
            runs.Add(place < 6 ? "old" : "new", place, shiftTicks: place < 6 ? 0 : 400, version: place < 6 ? "1.26.0" : "1.27.0");
        }

        Directory.CreateDirectory(Path.Combine(runs.Root, "20261123-130000-none"));
        File.WriteAllText(Path.Combine(runs.Root, "20261123-130000-none", "run.json"), "{}");
        var some = Directory.GetDirectories(runs.Root, "*-old*").Order(StringComparer.Ordinal).ToArray();
        (string Name, int Code, string[] Args)[] commands =
        [
            ("runs", 0, ["runs", "list"]),
            ("runs-verify", 6, ["runs", "verify", some[0]]),
            ("history", 0, ["history", runs.Root]),
            ("runs", 0, ["run", "--pin", "4", "--rig", "sim", "--samples", "30", "--repeat", "2", "--seed", "1", "--label", "real", "-o", runs.Root]),
            ("runs-recover", 0, ["runs", "recover", "latest"]),
            ("report", 0, ["report", "real", "--format", "json", "-o", "-", "--root", runs.Root]),
            ("report-files", 0, ["report", "real", "-o", _folder.Path, "--root", runs.Root]),
            ("plot", 0, ["plot", "real", "--kind", "runs", "-o", _folder.File("runs.png"), "--root", runs.Root]),
            ("runs-rm", 0, ["runs", "rm", some[2]]),
        ];
        var documents = new List<(string, string)>();
        foreach (var (name, code, args) in commands)
        {
            var document = _folder.File($"{name}-{documents.Count}.json");
            string[] more = args[0] is "runs" ? ["--root", runs.Root] : [];
            string[] json = name == "report" ? [] : ["--json"];
            Assert.True(code == await PrintAsync(document, [.. args, .. more, .. json]), $"{string.Join(' ', args)}: {File.ReadAllText(document)}");
            documents.Add((name, document));
        }

        await JsonSchema.AssertFitsAsync([.. documents]);
    }

    [Fact]
    public async Task What_is_stored_beside_runs_fits_its_schema()
    {
        using var runs = new StoredRuns();
        runs.Add("old", 0);
        var document = _folder.File("document.json");
        Assert.Equal(0, await PrintAsync(document, "baseline", "set", "best", "old", "--root", runs.Root));
        Assert.Equal(0, await PrintAsync(document, "baseline", "list", "--root", runs.Root, "--json"));
        var calibration = new CalibrationStore(_folder.Path).Write("aabb", new ClockCalibration(-12.3456, 0.4, 60.2, DateTimeOffset.UnixEpoch, null));
        var header = new CaptureHeader(new TimeBase(62_500_000, 1.5), [new Channel(0, "D0", true), new Channel(1, "D1", null)]);
        await File.WriteAllBytesAsync(
            _folder.File("edges.json"),
            new CaptureMetadata(header, new CaptureOrigin("run", Simulated: true), 99, [new Gap(1, 2, null, null, "lost"), new Gap(5, 5, 1, 3, "lost")]).ToUtf8(),
            TestContext.Current.CancellationToken);
        File.WriteAllText(_folder.File("suite.toml"), "name = \"two\"\nrig = \"sim\"\nrepeat = 1\nsamples = 20\n[matrix]\npin = 4\nirq = [\"rising\"]\n[[firmware]]\nlabel = \"old\"\n[[firmware]]\nlabel = \"new\"\n");
        Assert.True(await PrintAsync(_folder.File("suite.txt"), "suite", "run", _folder.File("suite.toml"), "-o", _folder.File("out")) == 0, File.ReadAllText(_folder.File("suite.txt")));
        await JsonSchema.AssertFitsAsync(
            ("baselines", document), ("baselines", Path.Combine(runs.Root, "baselines.json")), ("calibration", calibration), ("edges", _folder.File("edges.json")),
            ("suite", _folder.File(Path.Combine("out", "suite.json"))));
    }

    [Fact]
    public async Task Every_chip_file_fits_its_schema() =>
        await JsonSchema.AssertFitsAsync([.. Directory.GetFiles(Repository.Path("src", "LatencyLab", "Boards", "Data"), "*.json").Select(file => ("chip", file))]);

    [Fact]
    public async Task Without_a_name_the_schemas_are_listed_and_the_page_knows_them_all()
    {
        Assert.Equal(0, await PrintAsync(_folder.File("names.txt"), "schema"));
        Assert.Equal(SchemaCommand.Names, File.ReadAllLines(_folder.File("names.txt")));
        var page = File.ReadAllText(Repository.Path("docs", "schemas", "README.md"));
        Assert.All(SchemaCommand.Names, name => Assert.Contains($"| {name} | `latencylab.{name}/1` |", page, StringComparison.Ordinal));
        foreach (var name in SchemaCommand.Names)
        {
            Assert.Equal(0, await PrintAsync(_folder.File("schema.json"), "schema", name));
            Assert.Equal(File.ReadAllText(Repository.Path("docs", "schemas", name + ".schema.json")), File.ReadAllText(_folder.File("schema.json")));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<int> PrintAsync(string file, params string[] args)
    {
        using var stdout = new StringWriter();
        var code = await CommandLine.RunAsync(args, stdout, TextWriter.Null, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, stdout.ToString(), TestContext.Current.CancellationToken);
        return code;
    }
}
