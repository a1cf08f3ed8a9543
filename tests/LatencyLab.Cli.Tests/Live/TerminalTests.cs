using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using LatencyLab.TestSupport;

namespace LatencyLab.Cli.Tests.Live;

/// <summary>What a measurement shows on a real terminal, and what it doesn't where there is none.</summary>
public sealed class TerminalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("live --duration 4s", 100, 30, "C.UTF-8")]
    [InlineData("live --duration 4s", 40, 20, "C")]
    [InlineData("live --duration 3s", 30, 8, "C.UTF-8")]
    [InlineData("run --samples 200", 80, 24, "C.UTF-8")]
    public async Task Numbers_and_a_histogram_grow_in_place_and_leave_nothing_behind(string command, int columns, int rows, string locale)
    {
        var (text, stdout, code) = await OnTerminalAsync(command, columns, rows, locale, "");
        Assert.True(code == 0, text);

        // Exactly one document on stdout, and nothing of the display in it.
        Assert.Equal("latencylab.run/1", (string?)JsonNode.Parse(stdout)!["schema"]);
        Assert.DoesNotContain('\u001b', stdout);

        var screen = new TerminalScreen(columns);
        var (histograms, lines) = (0, new HashSet<int>());
        foreach (var frame in text.Split("\u001b[J"))
        {
            screen.Write(frame);
            var shown = screen.Lines.TakeWhile(l => l.Length > 0).ToList();
            lines.Add(shown.Count);
            histograms += screen.Lines.Any(l => l.Contains('▕') || l.Contains(" |", StringComparison.Ordinal)) ? 1 : 0;
            screen.Write("\u001b[J");
        }

        Assert.True(screen.WidestLine < columns, "no line reaches the edge");
        Assert.All(screen.Lines, line => Assert.Equal("", line));
        Assert.Contains("p99", text, StringComparison.Ordinal);
        Assert.Contains("max", text, StringComparison.Ordinal);
        Assert.Contains("missed 0", text, StringComparison.Ordinal);
        if (rows >= 20)
        {
            Assert.True(histograms >= 2, text);
        }
        else
        {
            Assert.Equal(0, histograms);
        }

        if (locale == "C")
        {
            Assert.True(text.All(char.IsAscii), text);
        }
    }

    [Theory]
    [InlineData("CI=true")]
    [InlineData("NO_COLOR=1")]
    [InlineData("TERM=dumb")]
    public async Task Lines_are_plain_where_somebody_asks_for_it(string variable)
    {
        var (text, _, code) = await OnTerminalAsync("live --duration 2s", 80, 24, "C.UTF-8", variable);
        Assert.True(code == 0, text);
        Assert.DoesNotContain('\u001b', text);
        Assert.Equal(["checking wires", "arming the target"], text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(2));
    }

    [Fact]
    public async Task Ctrl_C_on_the_terminal_ends_it_with_the_numbers_and_a_clean_screen()
    {
        await using var pty = Pty.Open();
        using var process = Start(pty, "live --until-stop", 80, 24, "C.UTF-8", "");
        var text = new StringBuilder();
        var reading = ReadAsync(pty, text, typed: "p99 ");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await reading;
        Assert.True(process.ExitCode == 0, text.ToString());
        var screen = new TerminalScreen(80);
        screen.Write(text.ToString().Replace("^C", "", StringComparison.Ordinal));
        Assert.All(screen.Lines, line => Assert.Equal("", line));
        Assert.Equal("stopped", (string?)JsonNode.Parse(await File.ReadAllTextAsync(_folder.File("out.json"), TestContext.Current.CancellationToken))!["live"]!["end"]);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(string Text, string Stdout, int Code)> OnTerminalAsync(string command, int columns, int rows, string locale, string variable)
    {
        await using var pty = Pty.Open();
        using var process = Start(pty, command, columns, rows, locale, variable);
        var text = new StringBuilder();
        var reading = ReadAsync(pty, text, typed: null);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await reading;
        return (text.ToString(), await File.ReadAllTextAsync(_folder.File("out.json"), TestContext.Current.CancellationToken), process.ExitCode);
    }

    // A session of its own, so that the terminal becomes its controlling one: Ctrl-C typed there is a signal. Stdout goes to a file.
    private Process Start(Pty pty, string command, int columns, int rows, string locale, string variable)
    {
        var inner = $"stty sane cols {columns} rows {rows}; exec env -u CI -u NO_COLOR -u LC_ALL LANG={locale} TERM=xterm {variable} dotnet '{ToolUnderTest.Assembly}' {command} --pin 4 --rig 'sim:esp32?pace=real' --json -o '{_folder.File("captures")}' 2>&0 > '{_folder.File("out.json")}'";
        return Process.Start(new ProcessStartInfo("sh", ["-c", $"exec setsid -c -w sh -c \"$INNER\" <> '{pty.SlavePath}'"])
        {
            UseShellExecute = false,
            Environment = { ["INNER"] = inner },
        })!;
    }

    // Reads until everybody has closed the terminal; types Ctrl-C once a text was seen.
    private static async Task ReadAsync(Pty pty, StringBuilder text, string? typed)
    {
        var decoder = Encoding.UTF8.GetDecoder();
        var (buffer, letters) = (new byte[4096], new char[4096]);
        try
        {
            int count;
            while ((count = await pty.Master.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0)
            {
                text.Append(letters, 0, decoder.GetChars(buffer, 0, count, letters, 0));
                if (typed is not null && text.ToString().Contains(typed, StringComparison.Ordinal))
                {
                    typed = null;
                    await pty.WriteAsync(new byte[] { 3 });
                }
            }
        }
        catch (IOException)
        {
            // EIO: the last one has closed it.
        }
    }
}
