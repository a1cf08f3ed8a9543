using System.Text.Json;

namespace LatencyLab.Cli.Tests.Commands;

/// <summary>What the statistics say through the commands, from captures and simulated runs.</summary>
public sealed class StatisticsOptionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("latencylab-statistics-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_signal_is_reported_with_its_jitter_and_stability()
    {
        var file = Vcd(5000, "#", i => (i * 1000L) + (i % 3));
        var (code, text, talk) = await Run("analyze", file, "--signal", "clk", "--nominal", "1us", "--json");
        Assert.True(code == 0, talk + text);
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        Assert.Equal("latencylab.signal/1", root.GetProperty("schema").GetString());
        Assert.InRange(root.GetProperty("frequency_hz").GetDouble(), 999_900, 1_000_100);
        Assert.Equal(0, root.GetProperty("missing_pulses").GetInt32());
        Assert.InRange(root.GetProperty("period_jitter_rms_ns").GetDouble(), 1, 2);
        Assert.True(root.GetProperty("stability").GetArrayLength() > 5);
        Assert.Contains("cycle to cycle", (await Run("analyze", file, "--signal", "clk")).Text, StringComparison.Ordinal);
        Assert.Equal(2, (await Run("analyze", file, "--signal", "clk", "--reference", "nominal")).Code);
    }

    [Fact]
    public async Task Another_channel_is_the_clock_of_a_signal()
    {
        var file = Vcd(2000, "#", i => (i * 1000L) + (long)(300 * Math.Sin(i / 40.0)), _ => 450);
        using var json = JsonDocument.Parse((await Run("analyze", file, "--signal", "resp", "--reference", "clk", "--json")).Text);
        Assert.Equal("clk", json.RootElement.GetProperty("tie_reference_channel").GetString());
        Assert.Equal(0, json.RootElement.GetProperty("tie_pp_ns").GetDouble());
        Assert.Equal(0, json.RootElement.GetProperty("frequency_error_ppm").GetDouble());
        using var alone = JsonDocument.Parse((await Run("analyze", file, "--signal", "resp", "--json")).Text);
        Assert.InRange(alone.RootElement.GetProperty("tie_pp_ns").GetDouble(), 500, 700);
        Assert.Contains("against clk", (await Run("analyze", file, "--signal", "resp", "--reference", "clk")).Text, StringComparison.Ordinal);
        var (code, _, talk) = await Run("analyze", file, "--signal", "resp", "--reference", "clock");
        Assert.Equal(2, code);
        Assert.Contains("clk", talk, StringComparison.Ordinal);
        Assert.Equal(2, (await Run("analyze", file, "--signal", "resp", "--reference", "resp")).Code);
    }

    [Fact]
    public async Task A_run_counts_how_often_its_limit_is_exceeded_and_its_analysis_says_the_same()
    {
        string[] plan = ["run", "--pin", "4", "--irq", "rising", "--rig", "sim", "-n", "400", "--warmup", "5", "--gap", "1ms+1ms", "--seed", "7", "-o", _folder];
        var (code, text, talk) = await Run([.. plan, "--limit", "100us"]);
        Assert.True(code == 0, talk);
        Assert.Contains("over 100.0 us: ", text, StringComparison.Ordinal);
        Assert.Contains("effective sample size", text, StringComparison.Ordinal);
        Assert.Contains("phase locking", text, StringComparison.Ordinal);
        Assert.Contains("not estimable, needs n = 2995; at least", text, StringComparison.Ordinal);
        var folder = Directory.GetDirectories(_folder).Single();
        using var run = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "run.json")));
        using var again = JsonDocument.Parse((await Run("analyze", folder, "--json")).Text);
        Assert.Equal(
            run.RootElement.GetProperty("details_ns").GetProperty("limit").GetRawText().Where(c => !char.IsWhiteSpace(c)),
            again.RootElement.GetProperty("details_ns").GetProperty("limit").GetRawText().Where(c => !char.IsWhiteSpace(c)));
        var log = Path.Combine(folder, "latencies.hlog");
        Assert.Equal(0, (await Run("analyze", folder, "--hdr", log)).Code);
        var begin = run.RootElement.GetProperty("created_utc").GetDateTimeOffset().ToUnixTimeMilliseconds() / 1e3;
        Assert.Contains(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#[StartTime: {begin:F3} (seconds since epoch)"), File.ReadAllText(log), StringComparison.Ordinal);
        Assert.Equal(2, (await Run([.. plan, "--limit", "0"])).Code);
    }

    [Fact]
    public async Task A_least_latency_that_kept_answers_from_pairing_is_said_with_the_numbers()
    {
        string[] plan = ["run", "--pin", "4", "--rig", "sim", "-n", "60", "--warmup", "5", "--seed", "7", "-o", _folder];
        Assert.DoesNotContain("min latency", (await Run(plan)).Text, StringComparison.Ordinal);
        var (code, text, talk) = await Run([.. plan, "--min-latency", "20us"]);
        Assert.True(code == 0, talk);
        Assert.Contains("min latency 20.00 us: an earlier answer is taken for crosstalk", text, StringComparison.Ordinal);
        var report = await Run("report", "latest", "--runs", _folder, "--format", "md");
        Assert.Contains("| Least latency | `20.00 µs; an earlier answer is taken for crosstalk` |", File.ReadAllText(report.Text.Trim()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limit_tail_and_histogram_log_are_given_where_asked_for()
    {
        var file = Vcd(3000, "#", i => i * 10_000L, i => 500 + ((i * 7919L) % 100) + (i % 50 == 0 ? 50 * (i % 97) : 0));
        var log = Path.Combine(_folder, "latencies.hlog");
        var (code, text, talk) = await Run("analyze", file, "--pair", "clk:resp", "--limit", "1us", "--tail", "--hdr", log, "--json");
        Assert.True(code == 0, talk + text);
        using var json = JsonDocument.Parse(text);
        var details = json.RootElement.GetProperty("details_ns");
        Assert.InRange(details.GetProperty("limit").GetProperty("exceeded").GetProperty("count").GetInt32(), 1, 100);
        Assert.Equal(0, details.GetProperty("missed").GetProperty("count").GetInt32());
        Assert.True(json.RootElement.GetProperty("tail_ns").GetProperty("conditions").GetArrayLength() > 0);
        Assert.StartsWith("#[Histogram log format", File.ReadAllText(log), StringComparison.Ordinal);
        Assert.Contains("not a worst case", (await Run("analyze", file, "--pair", "clk:resp", "--tail")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missed > 0 and p50 > 1s", 0)]
    [InlineData("p50 > 1us", 5)]
    [InlineData("p99_99 > 1s", 7)]
    [InlineData("p50 > ", 2)]
    [InlineData("p50 > +5%", 2)]
    public async Task A_run_is_held_to_its_gate(string gate, int expected)
    {
        var (code, _, talk) = await Run("run", "--pin", "4", "--irq", "rising", "--rig", "sim", "-n", "50", "--warmup", "5", "--gap", "1ms+1ms", "-o", _folder, "--fail-on", gate);
        Assert.True(expected == code, $"{code}: {talk}");
    }

    // One tick is a nanosecond; clk rises at the given ticks, resp answers after the given delay.
    private string Vcd(int cycles, string prefix, Func<int, long> rise, Func<int, long>? delay = null)
    {
        var events = new List<(long Tick, string Change)>();
        for (var i = 1; i <= cycles; i++)
        {
            events.Add((rise(i), "1!"));
            events.Add((rise(i) + 400, "0!"));
            if (delay is not null)
            {
                events.Add((rise(i) + delay(i), "1\""));
                events.Add((rise(i) + delay(i) + 300, "0\""));
            }
        }

        var path = Path.Combine(_folder, "signal.vcd");
        using var writer = new StreamWriter(path);
        writer.Write("$timescale 1 ns $end\n$scope module top $end\n$var wire 1 ! clk $end\n$var wire 1 \" resp $end\n$upscope $end\n$enddefinitions $end\n#0\n0!\n0\"\n");
        foreach (var group in events.OrderBy(e => e.Tick).GroupBy(e => e.Tick))
        {
            writer.Write($"{prefix}{group.Key}\n{string.Join('\n', group.Select(e => e.Change))}\n");
        }

        return path;
    }

    private static async Task<(int Code, string Text, string Talk)> Run(params string[] args)
    {
        using var result = new StringWriter();
        using var talk = new StringWriter();
        return (await CommandLine.RunAsync(args, result, talk), result.ToString(), talk.ToString());
    }
}
