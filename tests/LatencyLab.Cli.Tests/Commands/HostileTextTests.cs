using System.Globalization;
using System.Text;
using LatencyLab.Cli.Tests.Reports;
using LatencyLab.Cli.Tests.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Commands;

/// <summary>Whoever wrote a run folder or a capture, nothing that the tool prints or writes acts on a terminal, a browser or a spreadsheet.</summary>
public sealed class HostileTextTests : IDisposable
{
    // Clears the screen, names the window, sets a C1 control sequence, reorders the line, opens a script, a formula and a table, and begins a line of its own.
    private const string Attack = "=\u001b[2J\u001b]0;owned\u0007\u009b31m\u0085\u202e\u2066\u200f\u2028<script>alert(1)</script>|cmd\u0000\n" + Forged;

    private const string Forged = "verdict: improved";

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Commands { get; } =
    [
        "runs list", "runs show {run}", "runs show {run} --json", "runs list --json", "runs verify {run}", "analyze {run}", "analyze {run} --json", "compare {run} {run}", "compare {run} {run} --json",
        "history p99", "runs recover {run}", "runs show nothing", "analyze {vcd} --pair {attack}:b", "analyze {vcd}", "analyze {vcd} --json", "report {run} -o {out}", "report {run} --format markdown -o {out}",
        "export {vcd} --to csv -o {out}", "export {vcd} --to saleae-csv -o {out}", "export {vcd} --to vcd -o {out}", "baseline set x {run}", "import {vcd} -o {out}", "run --pin 4 --rig {attack}", "pins {attack}", "{attack}",
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Nothing_that_is_printed_acts_on_a_terminal(string command)
    {
        var root = _folder.File("captures");
        var run = Path.Combine(root, "20260102-030405-abcd");
        ReportSamples.Write(run, [.. Enumerable.Repeat(2000L, 40)], r => ReportSamples.Spoil(r) with
        {
            Status = RunStatus.Complete,
            Reasons = [],
            Warnings = [Attack],
            Plan = r.Plan with { Label = Attack },
            Target = r.Target! with { Machine = Attack, Build = Attack, Micropython = Attack, Chip = Attack },
        });
        await LatencyCsvAsync(run);
        var vcd = _folder.File("hostile.vcd");
        var name = new string([.. Attack.Where(c => !char.IsWhiteSpace(c) && c != 0)]);
        await File.WriteAllTextAsync(
            vcd, $"$timescale 1us $end\n$scope module {name} $end\n$var wire 1 ! {name} $end\n$var wire 1 \" b $end\n$upscope $end\n$enddefinitions $end\n#0 0! 0\"\n#5 1!\n#7 1\"\n#9 0! 0\"\n#20\n",
            TestContext.Current.CancellationToken);
        var args = command.Split(' ').Select(a => a.Replace("{run}", run, StringComparison.Ordinal).Replace("{vcd}", vcd, StringComparison.Ordinal)
            .Replace("{out}", _folder.File("out"), StringComparison.Ordinal).Replace("{attack}", Attack, StringComparison.Ordinal));
        var outcome = await CommandOutcome.OfAsync([.. args, .. command.StartsWith("runs", StringComparison.Ordinal) || command.StartsWith("history", StringComparison.Ordinal) || command.StartsWith("baseline", StringComparison.Ordinal) ? ["--root", root] : Array.Empty<string>()]);
        Assert.NotEqual(1, outcome.Code);
        AssertPlain(outcome.Stdout);
        AssertPlain(outcome.Stderr);
        foreach (var file in Directory.Exists(_folder.File("out")) ? Directory.GetFiles(_folder.File("out"), "*", SearchOption.AllDirectories) : File.Exists(_folder.File("out")) ? [_folder.File("out")] : [])
        {
            await AssertHarmlessAsync(file);
        }
    }

    [Fact]
    public async Task A_json_document_keeps_the_text_that_a_terminal_must_not_see()
    {
        var run = _folder.File("20260102-030405-abcd");
        ReportSamples.Write(run, [2000, 2000], r => r with { Plan = r.Plan with { Label = Attack } });
        var shown = await CommandOutcome.OfAsync("runs", "show", run, "--json");
        Assert.True(shown.Code == 0, shown.Said);
        AssertPlain(shown.Stdout);
        Assert.Equal(Attack, (string?)shown.Json["plan"]!["label"]);
    }

    private static void AssertPlain(string text)
    {
        Assert.All(
            text.EnumerateRunes().Where(rune => rune.Value is not ('\n' or '\t')).Distinct(),
            rune => Assert.False(
                Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator,
                $"U+{rune.Value:X4} is printed: {text}"));
        Assert.DoesNotContain("\n" + Forged, text, StringComparison.Ordinal);
    }

    private static async Task AssertHarmlessAsync(string file)
    {
        var text = await File.ReadAllTextAsync(file);
        switch (Path.GetExtension(file))
        {
            case ".html":
                Assert.DoesNotContain("<script>alert", text, StringComparison.Ordinal);
                Assert.Contains("default-src 'none'", text, StringComparison.Ordinal);
                AssertPlain(text);
                break;
            case ".md":
                Assert.DoesNotContain("<script>alert", text, StringComparison.Ordinal);
                AssertPlain(text);
                break;
            case ".csv":
                Assert.All(text.Split('\n').SelectMany(line => line.Split(',')), cell => Assert.False(cell.TrimStart('"').StartsWith('='), cell));
                break;
        }
    }

    private static Task LatencyCsvAsync(string run) => File.WriteAllTextAsync(
        Path.Combine(run, "latency.csv"),
        "run_id,seq,stimulus_ticks,response_ticks,stimulus_t_ns,response_t_ns,latency_ns,status,flags\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"r,{i},{i * 1000},{(i * 1000) + 2000},,,,matched,\n")));
}
