using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LatencyLab.Cli.Tests.Plots;
using LatencyLab.Reports;
using LatencyLab.Runs.Documents;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Reports;

public sealed partial class ReportCommandTests
{
    [Fact]
    public async Task A_page_shows_the_values_of_run_json()
    {
        using var temp = new TempFolder();
        var run = ReportSamples.Write(temp.File("run1"), PlotSamples.Latencies(1, 800));
        var html = await Html(temp.File("run1"));
        foreach (var value in new[] { run.LatencyNs!.Min, run.LatencyNs.P50, run.LatencyNs.P90, run.LatencyNs.P99, run.LatencyNs.Max, run.LatencyNs.Mean })
        {
            Assert.Contains($"<td>{ReportWords.Time(value!.Value, 16)}</td>", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
        }

        // The labels of the pictures are the same numbers.
        foreach (var (name, value) in new[] { ("p50", run.LatencyNs.P50), ("p90", run.LatencyNs.P90), ("p99", run.LatencyNs.P99) })
        {
            Assert.Contains($">{name} {ReportWords.Time(value!.Value, 16)}", html, StringComparison.Ordinal);
        }

        Assert.Contains($"max {ReportWords.Time(run.LatencyNs.Max!.Value, 16)}", html, StringComparison.Ordinal);
        Assert.Contains("latencylab run --pin 4 --irq rising --rig sim --seed 7", html, StringComparison.Ordinal);
        Assert.Contains("SIMULATED", html, StringComparison.Ordinal);
        Assert.Contains("no: stays low", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_stdout_is_one_document_that_names_the_files()
    {
        using var temp = new TempFolder();
        ReportSamples.Write(temp.File("run1"), PlotSamples.Latencies(1, 50));
        var outcome = await Runs.CommandOutcome.OfAsync("report", temp.File("run1"), "--format", "md,junit", "--json");
        Assert.Equal((0, "latencylab.report-files/1"), (outcome.Code, (string?)outcome.Json["schema"]));
        Assert.Equal(["report.md", "junit.xml"], outcome.Json["files"]!.AsArray().Select(f => Path.GetFileName((string)f!["file"]!)));
        Assert.All(outcome.Json["files"]!.AsArray(), f => Assert.True(File.Exists((string)f!["file"]!)));

        var both = await Runs.CommandOutcome.OfAsync("report", temp.File("run1"), "--format", "md", "-o", "-", "--json");
        Assert.Equal((2, 2), (both.Code, (int)both.Json["exit_code"]!));
        Assert.Equal("latencylab.run/1", (string?)(await Runs.CommandOutcome.OfAsync("report", temp.File("run1"), "--format", "json", "-o", "-", "--json")).Json["schema"]);
    }

    [Fact]
    public void A_verdict_is_made_of_whole_sentences()
    {
        using var temp = new TempFolder();
        var run = ReportSamples.Write(temp.File("run1"), PlotSamples.Latencies(1, 50), r => r with { Status = RunStatus.Invalid, Reasons = ["Nothing matched.", "The target rebooted."] });
        Assert.StartsWith("Not valid: Nothing matched; The target rebooted. The numbers", ReportWords.Verdict(run), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_clock_of_a_pico_can_be_measured_by_doctor()
    {
        var pico = new SamplerDocument { Kind = LatencyLab.Samplers.PicoSampler.Kind, TickHz = 62_500_000, ClockPpmLimit = 30 };
        Assert.Contains("doctor --clock", ClockText.Words(pico, DateTimeOffset.UnixEpoch), StringComparison.Ordinal);
        Assert.Equal("not measured, limit ± 100 ppm", ClockText.Words(pico with { Kind = "replay", ClockPpmLimit = 100 }, DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public async Task A_page_needs_nothing_but_itself()
    {
        using var temp = new TempFolder();
        ReportSamples.Write(temp.File("run1"), PlotSamples.Latencies(2, 3000));
        var html = await Html(temp.File("run1"));
        Assert.Contains("Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'", html, StringComparison.Ordinal);
        Assert.DoesNotMatch(Outside(), html);
        Assert.True(Encoding.UTF8.GetByteCount(html) < HtmlReport.MaxBytes);
        var ids = Id().Matches(html).Select(m => m.Groups["id"].Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        var pictures = Picture().Matches(html).Select(m => XElement.Parse(m.Value)).ToList();
        Assert.True(pictures.Count >= 7, $"{pictures.Count} pictures");
        Assert.All(pictures, p => Assert.True(((string?)p.Attribute("aria-label"))?.Length > 20));
        Assert.All(pictures.Skip(2), p => Assert.StartsWith("SIMULATED", (string?)p.Attribute("aria-label"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Text_of_boards_and_files_is_never_markup()
    {
        using var temp = new TempFolder();
        ReportSamples.Write(temp.File("run1"), PlotSamples.Latencies(3, 100), ReportSamples.Spoil);
        await Run("report", temp.File("run1"), "--format", "html,md,junit");
        var html = await File.ReadAllTextAsync(temp.File("run1/report.html"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(html, c => c is '\u0007' or '\u202e');
        var markdown = await File.ReadAllTextAsync(temp.File("run1/report.md"), TestContext.Current.CancellationToken);
        Assert.True(Encoding.UTF8.GetByteCount(markdown) < 60_000);
        Assert.DoesNotContain(OutsideOfCode(markdown), c => c is '@' or '\u0007' or '\u202e');
        Assert.DoesNotContain("<script", OutsideOfCode(markdown), StringComparison.Ordinal);
        Assert.DoesNotContain("](http:", OutsideOfCode(markdown), StringComparison.Ordinal);
        var junit = XElement.Parse(await File.ReadAllTextAsync(temp.File("run1/junit.xml"), TestContext.Current.CancellationToken));
        Assert.Equal("1", (string?)junit.Attribute("errors"));
        Assert.StartsWith("SIMULATED. Partial: <script>", (string?)junit.Descendants("error").Single().Attribute("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("empty", "no stimulus")]
    [InlineData("one", "the longest of 1 took 16.00 µs")]
    [InlineData("missed", "No stimulus of 3 was answered")]
    public async Task Runs_with_little_in_them_are_reported_as_such(string kind, string verdict)
    {
        using var temp = new TempFolder();
        ReportSamples.Write(temp.File("run1"), kind switch { "empty" => [], "one" => [1000], _ => [-1, -1, -1] });
        await Run("report", temp.File("run1"), "--format", "html,md,junit");
        foreach (var file in new[] { "report.html", "report.md", "junit.xml" })
        {
            var text = await File.ReadAllTextAsync(temp.File("run1/" + file), TestContext.Current.CancellationToken);
            Assert.Contains(verdict, WebUtility.HtmlDecode(text), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
            Assert.DoesNotContain("∞", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Several_runs_stand_in_one_page_that_keeps_its_size()
    {
        using var temp = new TempFolder();
        var folders = Enumerable.Range(0, 8).Select(i => temp.File($"run{i}")).ToList();
        foreach (var (folder, i) in folders.Select((f, i) => (f, i)))
        {
            ReportSamples.Write(folder, PlotSamples.Latencies(i, 1500), r => r with { Plan = r.Plan with { Label = i < 4 ? "old" : "new" } });
        }

        await Run(["report", .. folders, "--format", "html,md", "-o", temp.File("out")]);
        var html = await File.ReadAllTextAsync(temp.File("out/report.html"), TestContext.Current.CancellationToken);
        Assert.True(Encoding.UTF8.GetByteCount(html) < HtmlReport.MaxBytes, $"{Encoding.UTF8.GetByteCount(html)} bytes");
        Assert.All(folders, f => Assert.Contains(Path.GetFileName(f), html, StringComparison.Ordinal));
        var markdown = await File.ReadAllTextAsync(temp.File("out/report.md"), TestContext.Current.CancellationToken);
        Assert.True(Encoding.UTF8.GetByteCount(markdown) < 60_000);
    }

    [Fact]
    public async Task A_board_that_timed_itself_is_drawn_alone_and_marked()
    {
        using var temp = new TempFolder();
        ReportSamples.Write(temp.File("run1"), PlotSamples.Latencies(1, 50), r => r with
        {
            Sampler = r.Sampler! with { Kind = SamplerDocument.SelfKind, ClockPpmLimit = 100, BiasNs = 2500, Ticks = "ticks_cpu" },
            Wiring = new WiringDocument { Wires = [new WireDocument { Name = "stimulus", From = "target GPIO5", To = "target GPIO4", Proven = true }] },
        });
        var html = WebUtility.HtmlDecode(await Html(temp.File("run1")));
        Assert.Contains(">SELF-TIMED</text>", html, StringComparison.Ordinal);
        Assert.DoesNotContain(">GND<", html, StringComparison.Ordinal);
        Assert.DoesNotContain("doctor --clock", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signals_show_their_periods_and_time_errors()
    {
        using var temp = new TempFolder();
        Assert.Equal(0, (await Call("run", "--test", "timer", "--period", "1ms", "--response-pin", "5", "--rig", "sim", "--samples", "100", "-o", temp.File("captures"))).Code);
        var html = WebUtility.HtmlDecode(await Html(Directory.GetDirectories(temp.File("captures")).Single()));
        Assert.Contains("Histogram of 100 values of period", html, StringComparison.Ordinal);
        Assert.Contains("Time interval error of timer", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_label_of_invalid_runs_alone_is_known()
    {
        using var temp = new TempFolder();
        ReportSamples.Write(temp.File("run1"), [1000], r => r with { Status = RunStatus.Invalid, Plan = r.Plan with { Label = "broken" } });
        var (code, _, error) = await Call("report", "broken", "--root", temp.File(""));
        Assert.Equal(2, code);
        Assert.Contains("No run of 'broken' is complete", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_of_a_later_schema_is_refused()
    {
        using var temp = new TempFolder();
        ReportSamples.Write(temp.File("run1"), [1000], r => r with { Schema = "latencylab.run/2" });
        var (code, _, error) = await Call("report", temp.File("run1"));
        Assert.Equal(6, code);
        Assert.Contains("schema 2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_can_not_be_written_is_a_storage_fault()
    {
        using var temp = new TempFolder();
        ReportSamples.Write(temp.File("run1"), [1000]);
        await File.WriteAllTextAsync(temp.File("taken"), "", TestContext.Current.CancellationToken);
        var (code, _, error) = await Call("report", temp.File("run1"), "-o", temp.File("taken/below"));
        Assert.Equal(6, code);
        Assert.Contains("can't be written", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_format_is_a_usage_error()
    {
        using var temp = new TempFolder();
        ReportSamples.Write(temp.File("run1"), [1000]);
        Assert.Equal(2, (await Call("report", temp.File("run1"), "--format", "html,pdf")).Code);
    }

    [Fact]
    public async Task A_markdown_block_goes_to_stdout_for_a_step_summary()
    {
        using var temp = new TempFolder();
        ReportSamples.Write(temp.File("run1"), PlotSamples.Latencies(4, 200));
        var (code, text, _) = await Call("report", temp.File("run1"), "--format", "md", "-o", "-");
        Assert.Equal(0, code);
        Assert.StartsWith("### SIMULATED: IRQ response time", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("md", "latency.md", "latency.md")]
    [InlineData("junit", "gate.xml", "gate.xml")]
    [InlineData("html", "latency.md", "latency.md/report.html")]
    [InlineData("md,html", "latency.md", "latency.md/report.md")]
    [InlineData("md", "out", "out/report.md")]
    public async Task One_format_may_name_its_file_and_everything_else_a_folder(string format, string named, string expected)
    {
        using var temp = new TempFolder();
        ReportSamples.Write(temp.File("run1"), [1000]);
        await Run("report", temp.File("run1"), "--format", format, "-o", temp.File(named));
        Assert.True(File.Exists(temp.File(expected)), expected);
    }

    internal static async Task<(int Code, string Stdout, string Stderr)> Call(params string[] args)
    {
        var (stdout, stderr) = (new StringWriter(CultureInfo.InvariantCulture), new StringWriter(CultureInfo.InvariantCulture));
        var code = await CommandLine.RunAsync(args, stdout, stderr, TestContext.Current.CancellationToken);
        return (code, stdout.ToString(), stderr.ToString());
    }

    private static async Task Run(params string[] args)
    {
        var (code, _, error) = await Call(args);
        Assert.True(code == 0, error);
    }

    private static async Task<string> Html(string folder)
    {
        await Run("report", folder);
        return await File.ReadAllTextAsync(Path.Combine(folder, "report.html"), TestContext.Current.CancellationToken);
    }

    private static string OutsideOfCode(string markdown) => CodeSpan().Replace(CodeBlock().Replace(markdown, ""), "");

    // What would load or lead to something outside; names of XML namespaces aren't fetched.
    [GeneratedRegex(@"<script|<link|<img|<iframe|<object|<base|@import|\b(src|href|action|srcset)\s*=|url\((?!#)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Outside();

    [GeneratedRegex(@"\sid=""(?<id>[^""]+)""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Id();

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Picture();

    [GeneratedRegex("```.*?```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`[^`\n]*`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex CodeSpan();
}
