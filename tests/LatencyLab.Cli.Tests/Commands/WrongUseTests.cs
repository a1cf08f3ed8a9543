using System.Text.Json.Nodes;

namespace LatencyLab.Cli.Tests.Commands;

/// <summary>What a stranger types wrong: one paragraph that names the option and a way out, exit code 2, and one document with --json.</summary>
public sealed class WrongUseTests
{
    [Theory]
    [InlineData("'1' has no unit", "capture", "--rig", "sim", "--channels", "2", "--duration", "1")]
    [InlineData("'up' is not one of rising, falling, both (--irq).", "run", "--rig", "sim", "--pin", "4", "--irq", "up")]
    [InlineData("Did you mean 'latencylab analyze'?", "analyse", "x.sr")]
    [InlineData("Did you mean 'latencylab runs list'?", "runs", "lst")]
    [InlineData("Did you mean sump:/dev/x?", "run", "--rig", "sim", "--pin", "4", "--sampler", "sumq:/dev/x")]
    [InlineData("sigrok-pico:PORT", "capture", "--channels", "2", "--edges", "5", "--sampler", "what")]
    [InlineData("replay:FILE", "run", "--rig", "sim", "--pin", "4", "--sampler", "what")]
    [InlineData("--pair belongs to a sampler that only listens", "run", "--rig", "sim", "--pin", "4", "--pair", "A:B")]
    [InlineData("'latencylab live'", "run", "--rig", "sim", "--pin", "4", "--duration", "4s")]
    [InlineData("Add --limit", "run", "--rig", "sim", "--pin", "4", "--fail-on", "over_limit > 0")]
    [InlineData("answer itself", "analyze", "captures/keil_mcb2140_idle.sr", "--pair", "TCK:TCK")]
    [InlineData("--pair means nothing with --signal", "analyze", "captures/keil_mcb2140_idle.sr", "--pair", "TCK:RTCK", "--signal", "TCK")]
    [InlineData("--nominal means nothing without --signal", "analyze", "captures/keil_mcb2140_idle.sr", "--pair", "TCK:RTCK", "--nominal", "1ms")]
    [InlineData(".png or .svg", "plot", "captures/keil_mcb2140_idle.sr", "--kind", "waveform", "-o", "a.gif")]
    [InlineData("A ccdf shows one run or two; these are 3", "plot", "captures/keil_mcb2140_idle.sr", "captures/am2301_1mhz.sr", "captures/am2301_24mhz.sr", "--kind", "ccdf")]
    [InlineData("0 events can't be drawn (--count)", "plot", "captures/keil_mcb2140_idle.sr", "--kind", "worst", "--pair", "TCK:RTCK", "--count", "0")]
    [InlineData("11 events can't be drawn (--count)", "plot", "captures/keil_mcb2140_idle.sr", "--kind", "worst", "--pair", "TCK:RTCK", "--count", "11")]
    [InlineData("'foo' is not one of min, p50, p90, p99, p99_9, p99_99, max, mean, sd, mad (--metric)", "plot", "captures/keil_mcb2140_idle.sr", "--pair", "TCK:RTCK", "--kind", "runs", "--metric", "foo")]
    [InlineData("A tick is 250 ns", "plot", "captures/keil_mcb2140_idle.sr", "--kind", "waveform", "--from", "1s", "--to", "1000000001ns", "-o", "a.png")]
    [InlineData("0 runs can't be listed (--last)", "runs", "list", "-n", "0")]
    [InlineData("-3 ppm can't be the limit of a clock error", "analyze", "captures/keil_mcb2140_idle.sr", "--pair", "TCK:RTCK", "--clock-ppm", "-3")]
    [InlineData("There is no condition 'handel'", "compare", "v1.25", "v1.26", "--ignore", "handel")]
    [InlineData("not to stdout", "export", "captures/keil_mcb2140_idle.sr", "--to", "vcd", "-o", "-")]
    [InlineData("--stimulus-pin", "wiring", "esp32", "--sampler", "self", "--response-pin", "5")]
    [InlineData("The label is empty", "run", "--rig", "sim", "--pin", "4", "--label", " ")]
    [InlineData("a label is one line of text", "run", "--rig", "sim", "--pin", "4", "--label", "v1\nverdict: improved")]
    [InlineData("There is no option '--them'. Try: Did you mean '--theme'?", "plot", "captures/keil_mcb2140_idle.sr", "--them", "dark")]
    [InlineData("There is no option '-o'.", "compare", "v1.25", "v1.26", "-o", "x")]
    [InlineData("--log means nothing for a picture of kind waveform. Try: Leave it out, or draw --kind histogram or period.", "plot", "captures/keil_mcb2140_idle.sr", "--kind", "waveform", "--log")]
    [InlineData("--cursor means nothing for a picture of kind histogram", "plot", "captures/keil_mcb2140_idle.sr", "--pair", "TCK:RTCK", "--cursor", "1ms")]
    [InlineData("--metric means nothing for a picture of kind heatmap", "plot", "captures/keil_mcb2140_idle.sr", "--pair", "TCK:RTCK", "--kind", "heatmap", "--metric", "p50")]
    [InlineData("--limit means nothing for a picture of kind ccdf", "plot", "captures/keil_mcb2140_idle.sr", "--pair", "TCK:RTCK", "--kind", "ccdf", "--limit", "1ms")]
    [InlineData("not to stdout (--out). Try: Name a file, such as -o picture.svg.", "plot", "captures/keil_mcb2140_idle.sr", "--pair", "TCK:RTCK", "-o", "-")]
    [InlineData("not on both (--pty, --tcp)", "sim", "serve", "--pty", "ports", "--tcp", "0")]
    [InlineData("error: There is no option '--smaples'. Try: Did you mean '--samples'?", "run", "--rig", "sim", "--pin", "4", "--smaples", "3")]
    [InlineData("error: There is no option '--jsn'. Try: Did you mean '--json'?", "devices", "--jsn")]
    [InlineData("error: 'latencylab baseline' takes a command: ", "baseline")]
    [InlineData("There is no command 'rum'", "help", "rum")]
    [InlineData("There is no option '--frob'. Try: See 'latencylab --help'.", "--frob")]
    [InlineData("error: 'latencylab analyze' needs <file>: A capture file, or a run", "analyze")]
    [InlineData("error: 'latencylab compare' takes a base and a new side. Try: Write", "compare")]
    [InlineData("error: 'nowhere' is no file or folder, and no run, baseline, label or version (captures). Try:", "analyze", "nowhere")]
    [InlineData("There is no chip 'esp33'. Try: Did you mean 'esp32'?", "pins", "esp33")]
    [InlineData("There is no such folder", "history", "nowhere")]
    [InlineData("can be any", "wiring", "esp32", "--target", "none")]
    public async Task Is_one_paragraph_with_a_way_out(string expected, params string[] args)
    {
        var stdout = new StringWriter();
        var stderr = new StringWriter();
        var code = await CommandLine.RunAsync([.. args.Select(Rooted)], stdout, stderr, TestContext.Current.CancellationToken);
        Assert.Equal((2, ""), (code, stdout.ToString()));
        var line = Assert.Single(stderr.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Contains(" Try: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(". (", line, StringComparison.Ordinal);

        var document = new StringWriter();
        Assert.Equal(2, await CommandLine.RunAsync([.. args.Select(Rooted), "--json"], document, new StringWriter(), TestContext.Current.CancellationToken));
        Assert.Equal(2, JsonNode.Parse(document.ToString())!["exit_code"]!.GetValue<int>());
    }

    private static string Rooted(string argument) => argument.StartsWith("captures/", StringComparison.Ordinal) ? Path.Combine(Repository(), argument) : argument;

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "LatencyLab.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
