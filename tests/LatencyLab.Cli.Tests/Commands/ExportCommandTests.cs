using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using LatencyLab.Formats;
using LatencyLab.Signals;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Commands;

public sealed class ExportCommandTests : IDisposable
{
    private static readonly string Keil = Repository.Path("captures", "keil_mcb2140_idle.sr");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("parquet")]
    [InlineData("csv")]
    [InlineData("vcd")]
    [InlineData("sr")]
    [InlineData("saleae-csv")]
    public async Task Every_format_gives_the_same_latencies_as_the_source(string format)
    {
        var target = _folder.File("out");
        var (code, _, _) = await RunAsync("export", Keil, "--to", format, "-o", target);
        Assert.Equal(0, code);

        (code, var stdout, _) = await RunAsync("analyze", target, "--pair", "TCK:RTCK", "--json");
        Assert.Equal(0, code);
        var document = JsonNode.Parse(stdout)!;
        Assert.Equal((2637, 3), (document["counts"]!["matched"]!.GetValue<int>(), document["counts"]!["missed"]!.GetValue<int>()));
        Assert.Equal(500, document["latency_ns"]!["max"]!.GetValue<double>());
    }

    [Fact]
    public async Task An_import_makes_a_run_folder_that_is_analysed_and_exported_like_the_file()
    {
        var (code, stdout, _) = await RunAsync("import", Keil, "-o", _folder.Path, "--map", "TCK=STIM", "--json");
        Assert.Equal(0, code);
        var run = JsonNode.Parse(stdout)!;
        Assert.Equal(("complete", "capture", 7), (run["status"]!.GetValue<string>(), run["plan"]!["test"]!.GetValue<string>(), run["source"]!["channels"]!.AsArray().Count));
        var folder = run["folder"]!.GetValue<string>();

        (code, stdout, _) = await RunAsync("analyze", folder, "--pair", "STIM:RTCK", "--json");
        Assert.Equal((0, 2637), (code, JsonNode.Parse(stdout)!["counts"]!["matched"]!.GetValue<int>()));
        (code, _, _) = await RunAsync("export", folder, "--to", "sr", "-o", _folder.File("back.sr"));
        Assert.Equal(0, code);
        Assert.Equal([5280, 5274], EdgeCounts(_folder.File("back.sr"), "STIM", "RTCK"));
    }

    [Theory]
    [InlineData("--from", "-1ms")]
    [InlineData("--from=-1ms")]
    public async Task A_range_may_begin_before_the_zero_of_the_capture(params string[] from)
    {
        var (source, target) = (_folder.File("digital.csv"), _folder.File("part.csv"));
        await File.WriteAllTextAsync(source, "Time [s],A\n-0.002,0\n-0.0015,1\n-0.0005,0\n0.001,1\n0.002,1\n", TestContext.Current.CancellationToken);
        var (code, _, _) = await RunAsync(["export", source, "--to", "saleae-csv", .. from, "--to", "0.5ms", "-o", target]);
        Assert.Equal(0, code);
        Assert.Equal(
            "Time [s],A\n-0.001000000,1\n-0.000500000,0\n0.000500000,0\n", await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Two_channels_mapped_to_one_name_are_wrong_use()
    {
        var (code, _, stderr) = await RunAsync("analyze", Keil, "--pair", "x:x", "--map", "TCK=x,RTCK=x");
        Assert.Equal(2, code);
        Assert.Contains("'x'", stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_import_leaves_no_folder_behind()
    {
        var damaged = _folder.File("cut.sr");
        await File.WriteAllBytesAsync(damaged, (await File.ReadAllBytesAsync(Keil, TestContext.Current.CancellationToken))[..^10], TestContext.Current.CancellationToken);
        var (code, stdout, _) = await RunAsync("import", damaged, "-o", _folder.File("runs"), "--json");
        Assert.Equal((6, 6), (code, JsonNode.Parse(stdout)!["exit_code"]!.GetValue<int>()));
        Assert.True(!Directory.Exists(_folder.File("runs")) || Directory.GetFileSystemEntries(_folder.File("runs")).Length == 0);
    }

    [Fact]
    public async Task A_range_is_cut_out_and_its_shift_told()
    {
        var target = _folder.File("out.vcd");
        var (code, stdout, _) = await RunAsync("export", Keil, "--to", "vcd", "--from", "1s", "--to", "2s", "-o", target, "--json");
        Assert.Equal(0, code);
        Assert.Contains("Times begin at 0", JsonNode.Parse(stdout)!["changes"]!.AsArray().Single()!.GetValue<string>(), StringComparison.Ordinal);
        var collector = new CaptureCollector();
        CaptureFile.Open(target).Read(collector, TestContext.Current.CancellationToken);
        Assert.Equal((4_000_000, 4_000_000), (collector.ToCapture().EndTick, collector.ToCapture().TimeBase.TickHz));
    }

    [Theory]
    [InlineData("no format", "--to", "wav")]
    [InlineData("One format", "--to", "csv", "--to", "vcd")]
    [InlineData("range is empty", "--to", "csv", "--from", "2s", "--to", "1s")]
    [InlineData("behind the end", "--to", "csv", "--from", "9s")]
    [InlineData("no channel 'X'", "--to", "csv", "--channels", "X")]
    public async Task What_cannot_be_written_is_a_usage_fault_and_leaves_no_file(string named, params string[] args)
    {
        var (code, _, stderr) = await RunAsync(["export", Keil, .. args, "-o", _folder.File("out")]);
        Assert.Equal(2, code);
        Assert.Contains(named, stderr, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_on_request()
    {
        var target = _folder.File("out.csv");
        await File.WriteAllTextAsync(target, "mine", TestContext.Current.CancellationToken);
        Assert.Equal(2, (await RunAsync("export", Keil, "--to", "csv", "-o", target)).Code);
        Assert.Equal("mine", await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken));
        Assert.Equal(0, (await RunAsync("export", Keil, "--to", "csv", "-o", target, "--overwrite")).Code);
        Assert.Equal(2, (await RunAsync("export", target, "--to", "csv", "-o", target, "--overwrite")).Code);
        Assert.Equal(6, (await RunAsync("export", Keil, "--to", "csv", "-o", Path.Combine(target, "no-folder.csv"))).Code);
    }

    [Fact]
    public async Task Duckdb_reads_our_table_of_edges_without_an_option()
    {
        var target = _folder.File("edges.csv");
        Assert.Equal(0, (await RunAsync("export", Keil, "--to", "csv", "-o", target)).Code);
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        using var command = duck.CreateCommand();
        command.CommandText = $"select channel, count(*), min(t_ticks), max(t_ns) from '{target}' where event = 'edge' group by channel order by channel";
        using var reader = command.ExecuteReader();
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        while (reader.Read())
        {
            counts.Add(reader.GetString(0), reader.GetInt64(1));
            Assert.True(reader.GetInt64(2) > 0 && reader.GetDouble(3) < 3e9);
        }

        Assert.Equal((5280, 5274, 236, 1), (counts["TCK"], counts["RTCK"], counts["TDI"], counts["RST"]));
    }

    private static IEnumerable<long> EdgeCounts(string path, params string[] names)
    {
        var collector = new CaptureCollector();
        CaptureFile.Open(path, new ReadOptions { Channels = names }).Read(collector, TestContext.Current.CancellationToken);
        return names.Select(n => collector.ToCapture().Traces.Single(t => t.Channel.Name == n).Ticks.LongLength);
    }

    private static async Task<(int Code, string Stdout, string Stderr)> RunAsync(params string[] args)
    {
        var (stdout, stderr) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(args, stdout, stderr, TestContext.Current.CancellationToken);
        return (code, stdout.ToString(), stderr.ToString());
    }
}
