using CsCheck;
using LatencyLab.Runs.Suites;

namespace LatencyLab.Tests.Runs.Suites;

public sealed class SuiteFileTests
{
    private const string Example = """
        name = "esp32-irq"
        rig = "bench.toml"
        repeat = 3
        samples = 500
        gap = "10ms+10ms"

        [matrix]
        pin = [4, 18]
        handler = ["bytecode", "viper"]

        [[firmware]]
        label = "v1.26"

        [[firmware]]
        label = "v1.27"
        rig = "sim:esp32?slow=10"

        [compare]
        fail_on = "p50 > +5%"
        """;

    [Fact]
    public void The_matrix_is_crossed_and_firmwares_take_turns()
    {
        var suite = Read(Example);
        var items = suite.Items();
        Assert.Equal(2 * 2 * 2 * 3, items.Count);
        Assert.Equal(items.Count, items.Select(i => i.Key).Distinct().Count());
        Assert.Equal(items.Count, items.Select(i => i.Arguments[^1]).Distinct().Count());
        Assert.Equal(["--pin", "4", "--handler", "bytecode", "--samples", "500", "--gap", "10ms+10ms", "--label", "v1.26"], items[0].Arguments.Take(10));
        Assert.EndsWith("bench.toml", items[0].Rig, StringComparison.Ordinal);
        Assert.True(Path.IsPathRooted(items[0].Rig));
        Assert.Equal("sim:esp32?slow=10", items[1].Rig);

        // ABBA: the second round turns round.
        Assert.StartsWith("v1.26 4 bytecode 1", items[0].Key, StringComparison.Ordinal);
        Assert.StartsWith("v1.27 4 bytecode 2", items[8].Key, StringComparison.Ordinal);
        Assert.Equal(items.Select(i => i.Key), Read(Example).Items().Select(i => i.Key));
    }

    [Fact]
    public void Tests_with_stimuli_are_an_axis()
    {
        var items = Read("[matrix]\ntest = [\"irq\", \"poll\"]\npin = [4]\n").Items();
        Assert.Equal(["irq", "poll"], items.Select(i => i.Arguments[1]).Distinct());
        Assert.All(items, i => Assert.Equal(["--test", "--pin"], [i.Arguments[0], i.Arguments[2]]));
        Assert.Throws<LatencyLabException>(() => Read("[matrix]\ntest = [\"toggle\"]\npin = [4]\n"));
    }

    [Fact]
    public void Random_blocks_hold_every_run_once_and_follow_from_the_seed()
    {
        var abba = Read(Example).Items().Select(i => i.Key).Order(StringComparer.Ordinal);
        var blocks = Read("order = \"blocks\"\n" + Example);
        Assert.Equal(abba, blocks.Items().Select(i => i.Key).Order(StringComparer.Ordinal));
        Assert.Equal(blocks.Items(), blocks.Items(), (a, b) => a!.Key == b!.Key && a.Arguments.SequenceEqual(b.Arguments));
    }

    [Theory]
    [InlineData("smaples = 5", "samples", 1)]
    [InlineData("repeat = 2\n[matrix]\nhandlr = [\"viper\"]", "matrix.handler", 3)]
    [InlineData("[[firmware]]\nlabel = \"a\"\n[[firmware]]\nlable = \"b\"\nlabel = \"c\"", "firmware.label", 4)]
    public void A_misspelt_key_names_the_nearest_and_its_line(string text, string nearest, int line)
    {
        var fault = Assert.Throws<LatencyLabException>(() => Read(text));
        Assert.Equal(FaultKind.Usage, fault.Kind);
        Assert.Contains($"'{nearest}'", fault.Try, StringComparison.Ordinal);
        Assert.Contains($"line {line},", fault.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("repeat = 0")]
    [InlineData("repeat = \"many\"")]
    [InlineData("order = \"random\"")]
    [InlineData("[matrix]\nirq = [\"sideways\"]")]
    [InlineData("[matrix]\npin = []")]
    [InlineData("[matrix]\npin = [4, 4]")]
    [InlineData("repeat = 2\nrepeat = 3")]
    [InlineData("[matrix]\npin = 4\n[matrix]\nirq = \"both\"")]
    [InlineData("[compare]\nfail_on = \"p99 > 5\"")]
    [InlineData("[[firmware]]\nlabel = \"a\"\n[[firmware]]\nlabel = \"a\"")]
    [InlineData("samples = ")]
    [InlineData("samples = 1979-05-27")]
    [InlineData("samples = [500]")]
    [InlineData("repeat = 1.5")]
    [InlineData("repeat = true")]
    [InlineData("repeat = false")]
    [InlineData("name = [\"a\", \"b\"]")]
    [InlineData("name = []")]
    [InlineData("repeat = 99999999999")]
    [InlineData("[[firmware]]\nlabel = [\"a\", \"b\"]")]
    [InlineData("[[matrix]]\npin = [4]")]
    [InlineData("samples = [[1]]")]
    [InlineData("a.b.c = 1")]
    [InlineData("matrix = { pin = 4 }")]
    public void What_cannot_be_is_a_mistake_of_usage(string text) =>
        Assert.Equal(FaultKind.Usage, Assert.Throws<LatencyLabException>(() => Read(text)).Kind);

    [Fact]
    public void Any_text_is_read_or_refused_and_nothing_else() =>
        Gen.OneOf(Gen.String[0, 60], Gen.String[Gen.Char["[]=\"',.\n abmatrixpin019#{}\\"], 0, 60], Gen.Int[0, Example.Length - 1].Select(i => Example.Remove(i, 1))).Sample(text =>
        {
            try
            {
                return TomlFile.Parse(text, "suite.toml") is not null;
            }
            catch (LatencyLabException e)
            {
                return e.Kind == FaultKind.Usage;
            }
        });

    [Fact]
    public void A_file_that_is_not_there_or_too_long_is_said_to_be_that()
    {
        var folder = Directory.CreateTempSubdirectory();
        Assert.Equal((FaultKind.Storage, "There is no such file."), Fault(Path.Combine(folder.FullName, "bench.toml")));
        Assert.Equal((FaultKind.Storage, "There is no such file."), Fault(Path.Combine(folder.FullName, "none", "bench.toml")));
        var path = Path.Combine(folder.FullName, "long.toml");
        File.WriteAllText(path, new string('#', (1 << 20) + 1));
        Assert.Equal((FaultKind.Usage, "The file has more than 1048576 bytes."), Fault(path));
        folder.Delete(recursive: true);

        static (FaultKind Kind, string Message) Fault(string path) => Assert.Throws<LatencyLabException>(() => RigFile.Read(path)) is { } fault ? (fault.Kind, fault.Message) : default;
    }

    [Fact]
    public void A_rig_file_names_boards_wires_and_limits()
    {
        var folder = Directory.CreateTempSubdirectory();
        var path = Path.Combine(folder.FullName, "bench.toml");
        File.WriteAllText(path, "name = \"bench-1\"\ntarget = \"uid:a1b2\"\nsampler = \"a0\"\n[wires]\npin = 4\nresponse_pin = 5\n[limits]\nfail_on = \"p99 > 200us\"\n");
        Assert.Equal(new RigFile("bench-1", "uid:a1b2", "a0", 4, 5, "p99 > 200us"), RigFile.Read(path));
        File.WriteAllText(path, "traget = \"a0\"\n");
        Assert.Contains("'target'", Assert.Throws<LatencyLabException>(() => RigFile.Read(path)).Try, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void The_state_remembers_what_is_done_while_its_run_is_there()
    {
        var folder = Directory.CreateTempSubdirectory();
        var state = SuiteState.Load(folder.FullName);
        Assert.Empty(state.Done);
        Directory.CreateDirectory(Path.Combine(folder.FullName, "run-1"));
        File.WriteAllText(Path.Combine(folder.FullName, "run-1", "run.json"), "{}");
        state.Add("suite", "a 4 1", "run-1");
        state.Add("suite", "a 4 2", "run-2");
        Assert.Equal(["a 4 1"], SuiteState.Load(folder.FullName).Done.Keys);
        File.WriteAllText(Path.Combine(folder.FullName, "suite.json"), "{");
        Assert.Throws<CaptureFormatException>(() => SuiteState.Load(folder.FullName));
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("""{"done":{"k":"run-1"},"codes":{"k":5}}""", "k", 5)]
    [InlineData("""{"done":{"k":"run-1"},"codes":{"other":5}}""", "k", null)]
    [InlineData("""{"done":{"k":"run-1"},"codes":{"k":5.5}}""", "k", null)]
    [InlineData("""{"done":{"k":"run-1"}}""", "k", null)]
    [InlineData("""{"done":{"k":null}}""", null, null)]
    [InlineData("""{"done":{"k":"run-2"},"codes":{"k":5}}""", null, null)]
    [InlineData("""{"done":{"k":"run-1"},"codes":{"k":"5"}}""", "refused", null)]
    [InlineData("""{"done":{"k":"run-1"},"codes":7}""", "refused", null)]
    [InlineData("""{"done":{"k":7}}""", "refused", null)]
    [InlineData("""{"done":[]}""", "refused", null)]
    [InlineData("""{"doen":{}}""", "refused", null)]
    [InlineData("[]", "refused", null)]
    [InlineData("[[[[[[[[[[1]]]]]]]]]]", "refused", null)]
    public void A_state_that_somebody_changed_is_read_as_far_as_it_can_be(string json, string? key, int? code)
    {
        var folder = Directory.CreateTempSubdirectory();
        Directory.CreateDirectory(Path.Combine(folder.FullName, "run-1"));
        File.WriteAllText(Path.Combine(folder.FullName, "run-1", "run.json"), "{}");
        File.WriteAllText(Path.Combine(folder.FullName, "suite.json"), json);
        if (key == "refused")
        {
            var fault = Assert.Throws<CaptureFormatException>(() => SuiteState.Load(folder.FullName));
            Assert.Contains("suite.json", fault.Where, StringComparison.Ordinal);
        }
        else
        {
            var state = SuiteState.Load(folder.FullName);
            Assert.Equal(key is null ? [] : [key], state.Done.Keys);
            Assert.Equal(code is { } number ? [number] : [], state.Codes.Values);
            state.Add("suite", "k2", "run-1", 7);
            state.Add("suite", "k2", "run-1");
            state.Add("suite", "k3", "run-1", 5);
            Assert.Equal(code is null ? ["k3"] : ["k", "k3"], SuiteState.Load(folder.FullName).Codes.Keys);
        }

        folder.Delete(recursive: true);
    }

    private static SuiteFile Read(string text)
    {
        var folder = Directory.CreateTempSubdirectory();
        var path = Path.Combine(folder.FullName, "suite.toml");
        File.WriteAllText(path, text);
        try
        {
            return SuiteFile.Read(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
