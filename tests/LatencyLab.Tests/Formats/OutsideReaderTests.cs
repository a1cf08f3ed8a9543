using System.Globalization;
using System.Text.RegularExpressions;
using LatencyLab.Formats;
using LatencyLab.Signals;
using LatencyLab.TestSupport;
using Capture = LatencyLab.Signals.Capture;

namespace LatencyLab.Tests.Formats;

/// <summary>What LatencyLab writes, as the programs read it that it is written for; and what they write, as LatencyLab reads it.</summary>
public sealed partial class OutsideReaderTests
{
    private const string SigrokHint = "apt-get install sigrok-cli";

    private static readonly string[] SampleNames =
        ["keil_mcb2140_idle.sr", "smoothieware_snippet.sr", "pwmtest_snippet.sr", "am2301_1mhz.sr", "1mhz_clock_9channels.sr"];

    public static TheoryData<string> Captures => [.. SampleNames];

    /// <summary>Sigrok expands a dump to one sample a unit of its timescale; rates that need picoseconds would take hours.</summary>
    public static TheoryData<string> CapturesWithCoarseTimescale => ["keil_mcb2140_idle.sr", "am2301_1mhz.sr"];

    /// <summary>A table has one row a sample.</summary>
    public static TheoryData<string> ShortCaptures => ["smoothieware_snippet.sr", "pwmtest_snippet.sr", "am2301_1mhz.sr"];

    [Theory]
    [MemberData(nameof(Captures))]
    public async Task Sigrok_finds_the_same_edges_in_our_session_as_in_its_own(string name)
    {
        using var folder = new TempFolder();
        var ours = folder.File("ours.sr");
        CaptureExport.Write(CaptureFile.Open(Repository.Path("captures", name)), ours, "sr", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(await SigrokVcd(Repository.Path("captures", name)), await SigrokVcd(ours));
    }

    [Theory]
    [MemberData(nameof(CapturesWithCoarseTimescale))]
    public async Task Sigrok_reads_our_dump_with_the_same_edges(string name)
    {
        using var folder = new TempFolder();
        var ours = folder.File("ours.vcd");
        CaptureExport.Write(CaptureFile.Open(Repository.Path("captures", name)), ours, "vcd", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(await SigrokVcd(Repository.Path("captures", name)), await SigrokVcd(ours));
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public async Task We_read_the_dump_that_sigrok_writes_like_the_session_itself(string name)
    {
        using var folder = new TempFolder();
        var theirs = folder.File("theirs.vcd");
        var (code, _, error) = await ToolUnderTest.RunAsync(
            Tool.Require("sigrok-cli", SigrokHint), ["-i", Repository.Path("captures", name), "-O", "vcd", "-o", theirs], cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(code == 0, error);

        var expected = Collect(CaptureFile.Open(Repository.Path("captures", name)));
        var actual = Collect(CaptureFile.Open(theirs, new ReadOptions { SampleRateHz = expected.TimeBase.TickHz }));
        Assert.Equal(expected.TimeBase.TickHz, actual.TimeBase.TickHz);
        foreach (var (a, b) in expected.Traces.Zip(actual.Traces))
        {
            Assert.Equal((a.Channel.Name, a.Channel.InitialLevel), (b.Channel.Name, b.Channel.InitialLevel));
            Assert.True(a.Ticks.AsSpan().SequenceEqual(b.Ticks));
        }
    }

    [Theory]
    [MemberData(nameof(ShortCaptures))]
    public async Task We_read_the_table_that_sigrok_writes_like_the_session_itself(string name)
    {
        var path = Repository.Path("captures", name);
        var expected = Collect(CaptureFile.Open(path));
        using var folder = new TempFolder();
        var table = folder.File("table.csv");
        var (code, _, error) = await ToolUnderTest.RunAsync(
            Tool.Require("sigrok-cli", SigrokHint), ["-i", path, "-O", "csv", "-o", table], cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(code == 0, error);

        var actual = Collect(CaptureFile.Open(table));
        Assert.Equal((expected.TimeBase.TickHz, expected.EndTick), (actual.TimeBase.TickHz, actual.EndTick));
        Assert.Equal(expected.Traces.Select(t => (t.Channel.Name, t.Ticks.Length)), actual.Traces.Select(t => (t.Channel.Name, t.Ticks.Length)));
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public async Task Gtkwave_turns_our_dump_into_a_trace_with_the_same_edges(string name)
    {
        var vcd2fst = Tool.Require("vcd2fst", "apt-get install gtkwave");
        var fst2vcd = Tool.Require("fst2vcd", "apt-get install gtkwave");
        using var folder = new TempFolder();
        CaptureExport.Write(CaptureFile.Open(Repository.Path("captures", name)), folder.File("ours.vcd"), "vcd", cancellationToken: TestContext.Current.CancellationToken);
        var (code, _, error) = await ToolUnderTest.RunAsync(vcd2fst, [folder.File("ours.vcd"), folder.File("ours.fst")], cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(code == 0, error);
        (code, var back, error) = await ToolUnderTest.RunAsync(fst2vcd, [folder.File("ours.fst")], cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(code == 0, error);

        Assert.Equal(ChangesByName(await File.ReadAllTextAsync(folder.File("ours.vcd"), TestContext.Current.CancellationToken)), ChangesByName(back));
    }

    [Theory]
    [InlineData("5 ns")]
    [InlineData("2ns")]
    [InlineData("25 us")]
    public async Task Sigrok_sees_the_same_times_in_timescales_that_the_standard_does_not_know(string timescale)
    {
        using var folder = new TempFolder();
        var (theirs, ours) = (folder.File("odd.vcd"), folder.File("ours.vcd"));
        await File.WriteAllTextAsync(
            theirs, $"$timescale {timescale} $end\n$var wire 1 ! a $end\n$enddefinitions $end\n#0\n0!\n#3\n1!\n#10\n0!\n#12\n", TestContext.Current.CancellationToken);
        CaptureExport.Write(CaptureFile.Open(theirs), ours, "vcd", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(await SigrokVcd(theirs), string.Join('\n', ChangesByName(await File.ReadAllTextAsync(ours, TestContext.Current.CancellationToken))));
    }

    [Fact]
    public async Task What_gtkwave_makes_of_a_dump_that_is_switched_off_and_has_odd_names_reads_like_the_dump()
    {
        using var folder = new TempFolder();
        var (first, trace, second) = (folder.File("first.vcd"), folder.File("trace.fst"), folder.File("second.vcd"));
        await File.WriteAllTextAsync(
            first,
            "$timescale 1us $end\n$scope module top $end\n$var wire 1 # \\a[3] $end\n$var wire 2 $ \\v[7:6] [1:0] $end\n$var wire 1 % c [2:2] $end\n$var real 64 & r $end\n$upscope $end\n" +
            "$scope module $end\n$var wire 4 ' d[0:3] $end\n$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n0#\nb00 $\n0%\nr1.5 &\nb0 '\n$end\n#3\n1#\nb10 $\n1%\n#5\n$dumpoff\n" +
            "x#\nbx $\nx%\nrNaN &\nbx '\n$end\n#8\n$dumpon\n0#\nb1 $\n0%\nr2 &\nb101 '\n$end\n#9\n1#\nb11 $\n#12\n",
            TestContext.Current.CancellationToken);
        var (code, _, error) = await ToolUnderTest.RunAsync(Tool.Require("vcd2fst", "apt-get install gtkwave"), [first, trace], cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(code == 0, error);
        (code, var back, error) = await ToolUnderTest.RunAsync(Tool.Require("fst2vcd", "apt-get install gtkwave"), [trace], cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(code == 0, error);
        await File.WriteAllTextAsync(second, back, TestContext.Current.CancellationToken);

        var (expected, actual) = (Collect(CaptureFile.Open(first)), Collect(CaptureFile.Open(second)));
        Assert.Equal(["a[3]", "v[7:6][1]", "v[7:6][0]", "c[2]", "d[0]", "d[1]", "d[2]", "d[3]"], expected.Traces.Select(t => t.Channel.Name));
        Assert.Equal(expected.Traces.Select(t => (t.Channel.Name, string.Join(' ', t.Ticks))), actual.Traces.Select(t => (t.Channel.Name, string.Join(' ', t.Ticks))));
        Assert.Equal(expected.Gaps.OrderBy(g => g.Channel), actual.Gaps.OrderBy(g => g.Channel));
        Assert.Equal((12, 8), (expected.EndTick, expected.Gaps.Count));
        Assert.Equal(expected.EndTick, actual.EndTick);
    }

    private static Capture Collect(ICaptureSource source)
    {
        var collector = new CaptureCollector();
        source.Read(collector, TestContext.Current.CancellationToken);
        return collector.ToCapture();
    }

    /// <summary>What sigrok-cli makes of a file: its own VCD, without the lines that hold the date and the way it was read.</summary>
    private static async Task<string> SigrokVcd(string path)
    {
        var (code, dump, error) = await ToolUnderTest.RunAsync(
            Tool.Require("sigrok-cli", SigrokHint), ["-i", path, "-O", "vcd"], cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(code == 0, error);
        return string.Join('\n', ChangesByName(dump));
    }

    /// <summary>Time in nanoseconds, name and level of each change, in order: what two dumps of the same edges have in common.</summary>
    private static IReadOnlyList<string> ChangesByName(string dump)
    {
        var scale = Timescale().Match(dump);
        var unitPs = long.Parse(scale.Groups["number"].Value, CultureInfo.InvariantCulture) * scale.Groups["unit"].Value switch
        {
            "s" => 1_000_000_000_000, "ms" => 1_000_000_000, "us" => 1_000_000, "ns" => 1_000, _ => 1L,
        };
        var names = Variable().Matches(dump).ToDictionary(m => m.Groups["code"].Value, m => m.Groups["name"].Value);
        var levels = new Dictionary<string, string>();
        var changes = new List<string>();
        var timePs = 0L;
        var body = dump[(dump.IndexOf("$enddefinitions", StringComparison.Ordinal) + 20)..];
        foreach (var word in body.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Where(w => w[0] != '$'))
        {
            if (word[0] == '#')
            {
                timePs = long.Parse(word.AsSpan(1), CultureInfo.InvariantCulture) * unitPs;
            }
            else if (levels.GetValueOrDefault(word[1..]) != word[..1])
            {
                levels[word[1..]] = word[..1];
                changes.Add($"{timePs} {names[word[1..]]} {word[0]}");
            }
        }

        changes.Sort(StringComparer.Ordinal);
        return changes;
    }

    [GeneratedRegex(@"\$timescale\s+(?<number>\d+)\s*(?<unit>[munpf]?s)\s+\$end", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Timescale();

    [GeneratedRegex(@"\$var\s+wire\s+1\s+(?<code>\S+)\s+(?<name>\S+)\s+\$end", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}
