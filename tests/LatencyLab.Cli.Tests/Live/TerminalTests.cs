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
    [InlineData("live --until-stop", 100, 30, "C.UTF-8")]
    [InlineData("live --until-stop", 40, 20, "C")]
    [InlineData("live --until-stop", 30, 8, "C.UTF-8")]
    [InlineData("run --samples 100000", 80, 24, "C.UTF-8")]
    public async Task Numbers_and_a_histogram_grow_in_place_and_leave_nothing_behind(string command, int columns, int rows, string locale)
    {
        var hasRoom = rows >= 20;
        var (text, stdout, code) = await OnTerminalAsync(
            command, columns, rows, locale, "",
            seen => seen.Contains("max ", StringComparison.Ordinal) && (!hasRoom || Frames(seen).Count(IsHistogram) >= 3) && Frames(seen).Length >= 6);
        Assert.True(code == (command[0] == 'l' ? 0 : 130), text);

        // Exactly one document on stdout, and nothing of the display in it.
        Assert.Equal("latencylab.run/1", (string?)JsonNode.Parse(stdout)!["schema"]);
        Assert.DoesNotContain('\u001b', stdout);

        var screen = new TerminalScreen(columns);
        screen.Write(text.Replace("^C", "", StringComparison.Ordinal));
        Assert.True(screen.WidestLine < columns, "no line reaches the edge");
        Assert.All(screen.Lines, line => Assert.Equal("", line));
        Assert.Contains("p99", text, StringComparison.Ordinal);
        Assert.Contains("missed 0", text, StringComparison.Ordinal);
        Assert.Equal(hasRoom, Frames(text).Any(IsHistogram));
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
        var (text, stdout, code) = await OnTerminalAsync("live --duration 2s", 80, 24, "C.UTF-8", variable, _ => false);
        Assert.True(code == 0, text);
        Assert.DoesNotContain('\u001b', text);
        Assert.Equal(["checking wires", "arming the target"], text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(2));
        Assert.Equal("duration", (string?)JsonNode.Parse(stdout)!["live"]!["end"]);
    }

    public void Dispose() => _folder.Dispose();

    // What ends with the clearing of all that is below is one picture.
    private static string[] Frames(string text) => text.Split("\u001b[J");

    private static bool IsHistogram(string frame) => frame.Contains('▕') || frame.Contains(" |", StringComparison.Ordinal);

    private async Task<(string Text, string Stdout, int Code)> OnTerminalAsync(string command, int columns, int rows, string locale, string variable, Func<string, bool> enough)
    {
        await using var pty = Pty.Open();
        using var process = Start(pty, command, columns, rows, locale, variable);
        var text = new StringBuilder();
        var reading = ReadAsync(pty, text, enough);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await reading;
        return (Own(text), await File.ReadAllTextAsync(_folder.File("out.json"), TestContext.Current.CancellationToken), process.ExitCode);
    }

    // .NET itself puts the keypad of every terminal into application mode and back.
    private static string Own(StringBuilder text) => text.ToString().Replace("\u001b[?1h\u001b=", "", StringComparison.Ordinal).Replace("\u001b[?1l\u001b>", "", StringComparison.Ordinal);

    // A session of its own, so that the terminal becomes its controlling one: Ctrl-C typed there is a signal. Stdout goes to a file.
    private Process Start(Pty pty, string command, int columns, int rows, string locale, string variable)
    {
        // The kernel throws away what a terminal has not yet shown when Ctrl-C is typed (isig() in Linux' n_tty.c), and half a picture can't be checked: noflsh.
        var inner = $"stty sane noflsh cols {columns} rows {rows}; exec env -u CI -u NO_COLOR -u LC_ALL LANG={locale} TERM=xterm {variable} dotnet '{ToolUnderTest.Assembly}' {command} --pin 4 --rig 'sim:esp32?pace=real' --json -o '{_folder.File("captures")}' 2>&0 > '{_folder.File("out.json")}'";
        return Process.Start(new ProcessStartInfo("sh", ["-c", $"exec setsid -c -w sh -c \"$INNER\" <> '{pty.SlavePath}'"])
        {
            UseShellExecute = false,
            Environment = { ["INNER"] = inner },
        })!;
    }

    // Reads until everybody has closed the terminal; types Ctrl-C once enough was seen.
    private static async Task ReadAsync(Pty pty, StringBuilder text, Func<string, bool> enough)
    {
        var decoder = Encoding.UTF8.GetDecoder();
        var (buffer, letters, typed) = (new byte[4096], new char[4096], false);
        try
        {
            int count;
            while ((count = await pty.Master.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0)
            {
                text.Append(letters, 0, decoder.GetChars(buffer, 0, count, letters, 0));
                if (!typed && enough(text.ToString()))
                {
                    typed = true;
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
