using System.Text.Json;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;

namespace LatencyLab.Cli.Tests.Commands;

public sealed class CompareCommandTests
{
    [Fact]
    public async Task Two_labels_are_compared_and_the_answer_can_be_quoted()
    {
        using var runs = new StoredRuns().With(5, 200);
        var (code, text, _) = await Run("compare", "v1.26", "v1.27", "--runs", runs.Root);
        Assert.Equal(0, code);
        Assert.Contains("SIMULATED: v1.27 against v1.26 (5 runs each): regressed, p50 +3.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Junit_of_simulated_runs_says_so_in_each_case()
    {
        using var runs = new StoredRuns().With(5, 200);
        var path = Path.Combine(runs.Root, "cases.xml");
        await Run("compare", "v1.26", "v1.27", "--runs", runs.Root, "--fail-on", "p50 > +5% or missed > 50%", "--junit", path);
        var cases = System.Xml.Linq.XElement.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Descendants("testcase").ToList();
        Assert.Equal(3, cases.Count);
        Assert.All(cases, c => Assert.StartsWith("SIMULATED. ", c.Elements().Single() is { Name.LocalName: "system-out" } said ? said.Value : (string?)c.Elements().Single().Attribute("message"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sides_of_one_name_are_told_apart_by_their_runs()
    {
        using var runs = new StoredRuns();
        var (first, second) = (runs.Add("same", 1), runs.Add("same", 2));
        var (_, text, _) = await Run("compare", first, second, "--runs", runs.Root);
        Assert.Contains($"same of {second} against same of {first} (1 run each)", text, StringComparison.Ordinal);
        Assert.Contains($"base  same of {first}: 1 run", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_condition_of_a_run_may_be_ignored_by_its_name()
    {
        var run = new RunDocument
        {
            RunId = "1",
            Status = RunStatus.Complete,
            Simulated = true,
            CreatedUtc = DateTimeOffset.UnixEpoch,
            Tool = new ToolDocument { Version = "test" },
            Plan = new PlanDocument { Test = "irq", Pin = 4, Irq = "rising", ResponsePin = 5, Handler = "bytecode", Idle = "sleep", Load = "none", GapMinNs = 1, WindowNs = 1, Script = "own.py" },
            Target = new TargetDocument { Chip = "esp32", Port = "sim:esp32", CpuHz = 160_000_000 },
            Sampler = new SamplerDocument { Kind = "pico", TickHz = 62_500_000 },
        };
        Assert.Equal(ComparedRunReader.Conditions(run).Keys, ComparedRunReader.ConditionNames);
    }

    [Theory]
    [InlineData(5, 200, "p50 > +5%", 5, "regressed")]
    [InlineData(5, 0, "p50 > +5%", 0, "equivalent")]
    [InlineData(3, 0, "p50 > +5%", 7, "inconclusive")]
    [InlineData(3, 0, "p50 > 100us or missed > 0", 7, "inconclusive")]
    [InlineData(5, 200, "p50 > 17us and missed > 0", 0, "regressed")]
    public async Task A_gate_decides_the_exit_code(int count, long shift, string gate, int expected, string verdict)
    {
        using var runs = new StoredRuns().With(count, shift);
        var (code, text, _) = await Run("compare", "v1.26", "v1.27", "--runs", runs.Root, "--fail-on", gate, "--json", "--margin", "2%");
        Assert.Equal(expected, code);
        using var json = JsonDocument.Parse(text);
        Assert.Equal("latencylab.compare/1", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal(verdict == "equivalent" ? "inconclusive" : verdict, json.RootElement.GetProperty("verdict").GetString());
        var p50 = json.RootElement.GetProperty("metrics")[0];
        Assert.Equal("p50", p50.GetProperty("name").GetString());
        Assert.Equal(p50.GetProperty("new").GetDouble() - p50.GetProperty("base").GetDouble(), p50.GetProperty("diff").GetDouble(), 6);
        Assert.Equal(2, p50.GetProperty("ci95").GetArrayLength());
    }

    [Fact]
    public async Task Other_conditions_are_exit_four_under_a_gate_and_zero_without()
    {
        using var runs = new StoredRuns();
        for (var i = 0; i < 4; i++)
        {
            runs.Add("a", 2 * i);
            runs.Add("b", (2 * i) + 1, handler: "viper");
        }

        Assert.Equal(4, (await Run("compare", "a", "b", "--runs", runs.Root, "--fail-on", "missed > 0")).Code);
        var (code, text, _) = await Run("compare", "a", "b", "--runs", runs.Root);
        Assert.Equal(0, code);
        Assert.Contains("handler differs: bytecode against viper", text, StringComparison.Ordinal);
        Assert.Equal(0, (await Run("compare", "--group-by", "handler", runs.Root, "--runs", runs.Root)).Code);
    }

    [Fact]
    public async Task Groups_of_a_folder_are_compared_condition_by_condition()
    {
        using var runs = new StoredRuns();
        for (var i = 0; i < 4; i++)
        {
            runs.Add("a", 4 * i);
            runs.Add("b", (4 * i) + 1, 100);
            runs.Add("a", (4 * i) + 2, handler: "viper");
            runs.Add("b", (4 * i) + 3, handler: "viper");
        }

        var (code, text, _) = await Run("compare", "--group-by", "label", runs.Root, "--json");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(text);
        Assert.Equal("regressed", json.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(2, json.RootElement.GetProperty("comparisons").GetArrayLength());
    }

    [Fact]
    public async Task A_gate_that_does_not_parse_names_the_column()
    {
        var (code, _, talk) = await Run("compare", "a", "b", "--fail-on", "p99 > 5");
        Assert.Equal(2, code);
        Assert.Contains("column 7", talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Operands_are_found_in_the_order_of_the_contract()
    {
        using var runs = new StoredRuns();
        var ids = Enumerable.Range(0, 4).Select(i => runs.Add("a", i)).ToArray();
        var library = new RunLibrary(runs.Root);
        Assert.Equal(ids[3], Assert.Single(library.Resolve("latest")).Document.RunId);
        Assert.Equal(ids[1], Assert.Single(library.Resolve(ids[1])).Document.RunId);
        Assert.Equal(4, library.Resolve("a").Count);
        Assert.Equal(4, library.Resolve("v1.27").Count);
        Assert.Equal(4, library.Resolve(runs.Root).Count);
        Assert.Single(library.Resolve(Path.Combine(runs.Root, ids[0])));
        var ambiguous = Assert.Throws<LatencyLabException>(() => library.Resolve("20261123"));
        Assert.Equal(FaultKind.Usage, ambiguous.Kind);
        Assert.Contains(ids[0], ambiguous.Try, StringComparison.Ordinal);
        Assert.Equal(FaultKind.Usage, Assert.Throws<LatencyLabException>(() => library.Resolve("v1.2")).Kind);
        Assert.Equal("v1.27", Assert.Single(WithOneLabelled(runs).Resolve("v1.27")).Document.Plan.Label);
    }

    [Fact]
    public async Task Baselines_are_set_shown_compared_and_forgotten()
    {
        using var runs = new StoredRuns().With(5, 200);
        Assert.Equal(0, (await Run("baseline", "set", "old", "v1.26", "--runs", runs.Root)).Code);
        Assert.Contains("old   5 runs", (await Run("baseline", "list", "--runs", runs.Root)).Text, StringComparison.Ordinal);
        Assert.Contains("regressed", (await Run("compare", "baseline:old", "v1.27", "--runs", runs.Root)).Text, StringComparison.Ordinal);
        Assert.Contains("inconclusive", (await Run("compare", "baseline:old", "latest", "--runs", runs.Root)).Text, StringComparison.Ordinal);
        Directory.Delete(Directory.GetDirectories(runs.Root).Order(StringComparer.Ordinal).First(), recursive: true);
        var gone = await Run("compare", "baseline:old", "v1.27", "--runs", runs.Root);
        Assert.Equal(6, gone.Code);
        Assert.Contains("is gone", gone.Talk, StringComparison.Ordinal);
        Assert.Equal(0, (await Run("baseline", "rm", "old", "--runs", runs.Root)).Code);
        Assert.Equal(2, (await Run("baseline", "show", "old", "--runs", runs.Root)).Code);
    }

    [Fact]
    public async Task A_history_shows_where_it_changed()
    {
        using var runs = new StoredRuns();
        for (var i = 0; i < 20; i++)
        {
            runs.Add(i < 10 ? "v1.26" : "v1.27", i, i < 10 ? 0 : 50);
        }

        var csv = Path.Combine(runs.Root, "history.csv");
        var (code, text, _) = await Run("history", runs.Root, "--csv", csv);
        Assert.Equal(0, code);
        Assert.Contains("between v1.26 and v1.27", text, StringComparison.Ordinal);
        Assert.Equal(21, File.ReadAllLines(csv).Length);
        using var json = JsonDocument.Parse((await Run("history", runs.Root, "--json")).Text);
        Assert.Equal(1, json.RootElement.GetProperty("histories")[0].GetProperty("changes").GetArrayLength());
    }

    [Fact]
    public async Task A_history_without_runs_says_how_to_make_one()
    {
        using var none = new StoredRuns();
        var (code, text, talk) = await Run("history", none.Root);
        Assert.Equal((0, "There are no complete runs here. Record one: latencylab run --pin 4 --irq rising --rig sim\n", ""), (code, text, talk));
    }

    [Fact]
    public async Task A_label_is_no_formula_in_a_history()
    {
        using var runs = new StoredRuns();
        runs.Add("=1+1", 1, 0);
        runs.Add("'2", 2, 0);
        var csv = Path.Combine(runs.Root, "history.csv");
        Assert.Equal(0, (await Run("history", runs.Root, "--csv", csv)).Code);
        var text = File.ReadAllText(csv);
        Assert.Contains(",'=1+1,", text, StringComparison.Ordinal);
        Assert.Contains(",''2,", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("seq,status\n1,matched\n")]
    [InlineData("seq,stimulus_ticks,response_ticks,status\n1,5,x,matched\n")]
    [InlineData("seq,stimulus_ticks,response_ticks,status\n1,5\n")]
    public async Task Damaged_latencies_are_a_storage_fault(string csv)
    {
        using var runs = new StoredRuns().With(4, 0);
        File.WriteAllText(Path.Combine(Directory.GetDirectories(runs.Root).Order().First(), "latency.csv"), csv);
        var (code, _, talk) = await Run("compare", "v1.26", "v1.27", "--runs", runs.Root);
        Assert.Equal(6, code);
        Assert.Contains("latency.csv", talk, StringComparison.Ordinal);
    }

    private static RunLibrary WithOneLabelled(StoredRuns runs)
    {
        runs.Add("v1.27", 50);
        return new RunLibrary(runs.Root);
    }

    private static async Task<(int Code, string Text, string Talk)> Run(params string[] args)
    {
        using var result = new StringWriter();
        using var talk = new StringWriter();
        var code = await CommandLine.RunAsync(args, result, talk);
        return (code, result.ToString(), talk.ToString());
    }
}
