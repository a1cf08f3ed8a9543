using System.Text;
using System.Text.RegularExpressions;
using LatencyLab.Cli.Tests.Plots;
using LatencyLab.Plots;
using LatencyLab.TestSupport;
using SkiaSharp;

namespace LatencyLab.Cli.Tests.Reports;

/// <summary>The page as a browser shows and prints it.</summary>
public sealed partial class BrowserTests
{
    private static readonly string[] Quiet =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    ];

    [Theory]
    [InlineData("1200,1600", false)]
    [InlineData("1200,1600", true)]
    [InlineData("500,1600", false)]
    public async Task A_page_is_light_or_dark_as_the_reader_wants_and_fits_its_window(string size, bool dark)
    {
        var chromium = Tool.Require("chromium");
        using var temp = new TempFolder();
        await Report(temp);
        await Browse(chromium, temp, [.. dark ? (string[])["--blink-settings=preferredColorScheme=0"] : [], "--force-device-scale-factor=1", $"--window-size={size}", $"--screenshot={temp.File("page.png")}"]);
        using var page = SKBitmap.Decode(temp.File("page.png"));
        var theme = dark ? PlotTheme.Dark : PlotTheme.Light;
        // Below the SIMULATED bar, in the margin.
        Assert.Equal(SKColor.Parse(theme.Colours[Ink.Background]), page.GetPixel(3, 200));
        Assert.Equal(SKColor.Parse(theme.Colours[Ink.Bad]), page.GetPixel(3, 5));
        // What is wider than the window would be cut at its right edge: the margin must be empty from top to bottom, but for the stamp's faint tint.
        var background = SKColor.Parse(theme.Colours[Ink.Background]);
        Assert.All(Enumerable.Range(120, page.Height - 130), y => Assert.True(Near(page.GetPixel(page.Width - 4, y), background), $"row {y}: {page.GetPixel(page.Width - 4, y)}"));
    }

    [Fact]
    public async Task A_page_prints_on_A4()
    {
        var chromium = Tool.Require("chromium");
        using var temp = new TempFolder();
        await Report(temp);
        await Browse(chromium, temp, ["--no-pdf-header-footer", $"--print-to-pdf={temp.File("page.pdf")}"]);
        var pdf = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(temp.File("page.pdf"), TestContext.Current.CancellationToken));
        var boxes = MediaBox().Matches(pdf).Select(m => (Width: double.Parse(m.Groups["w"].Value, System.Globalization.CultureInfo.InvariantCulture), Height: double.Parse(m.Groups["h"].Value, System.Globalization.CultureInfo.InvariantCulture))).ToList();
        Assert.InRange(boxes.Count, 2, 30);
        // 210 by 297 mm in points.
        Assert.All(boxes, b => Assert.True(Math.Abs(b.Width - 595.3) < 1.5 && Math.Abs(b.Height - 841.9) < 1.5, b.ToString()));
    }

    private static bool Near(SKColor colour, SKColor other) => Math.Abs(colour.Red - other.Red) < 40 && Math.Abs(colour.Green - other.Green) < 40 && Math.Abs(colour.Blue - other.Blue) < 40;

    private static async Task Report(TempFolder temp)
    {
        ReportSamples.Write(temp.File("run"), PlotSamples.Latencies(7, 500), r => r with { Warnings = [new string('w', 300)] });
        var (code, _, error) = await ReportCommandTests.Call("report", temp.File("run"), "-o", temp.Path);
        Assert.True(code == 0, error);
    }

    private static async Task Browse(string chromium, TempFolder temp, string[] options)
    {
        var (code, _, error) = await ToolUnderTest.RunAsync(
            chromium, [.. Quiet, $"--user-data-dir={temp.File("profile")}", .. options, "file://" + temp.File("report.html")], cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(code == 0, error);
    }

    [GeneratedRegex(@"/MediaBox\s*\[\s*0\s+0\s+(?<w>[\d.]+)\s+(?<h>[\d.]+)\s*\]", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex MediaBox();
}
