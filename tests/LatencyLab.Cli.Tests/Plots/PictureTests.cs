using System.Globalization;
using System.Xml.Linq;
using LatencyLab.Cli.Pictures;
using LatencyLab.Formats;
using LatencyLab.Plots;
using LatencyLab.Runs;
using LatencyLab.Signals;
using LatencyLab.Statistics;
using LatencyLab.TestSupport;
using LatencyLab.Units;
using SkiaSharp;

namespace LatencyLab.Cli.Tests.Plots;

public sealed class PictureTests
{
    [Fact]
    public void Labels_never_overlap_and_never_leave_the_picture()
    {
        for (var seed = 1; seed <= (Tool.LongRuns ? 60 : 4); seed++)
        {
            foreach (var (kind, picture) in PlotSamples.All(seed, new PlotStyle(PlotTheme.Light, Simulated: true)))
            {
                using (picture)
                {
                    var svg = picture.ToSvg();
                    var labels = SvgLabels.Of(svg);
                    var (width, height) = SvgLabels.Size(svg);
                    Assert.NotEmpty(labels);
                    Assert.All(labels, l => Assert.True(l.Left >= 0 && l.Right <= width + 0.5 && l.Top >= 0 && l.Bottom <= height, $"{kind}, seed {seed}: '{l.Text}' leaves the picture: {l}"));
                    foreach (var (label, i) in labels.Select((l, i) => (l, i)))
                    {
                        var other = labels.Skip(i + 1).FirstOrDefault(label.Overlaps);
                        Assert.True(other is null, $"{kind}, seed {seed}: '{label.Text}' and '{other?.Text}' overlap: {label} {other}");
                    }
                }
            }
        }
    }

    [Fact]
    public void Equal_input_gives_equal_bytes()
    {
        var first = PlotSamples.All(5, PlotStyle.Dark).Select(p => (p.Kind, Png: p.Picture.ToPng(), Svg: p.Picture.ToSvg())).ToList();
        var second = PlotSamples.All(5, PlotStyle.Dark).Select(p => (p.Kind, Png: p.Picture.ToPng(), Svg: p.Picture.ToSvg())).ToList();
        Assert.All(first.Zip(second), p =>
        {
            Assert.Equal(p.First.Svg, p.Second.Svg);
            Assert.True(p.First.Png.AsSpan().SequenceEqual(p.Second.Png), p.First.Kind);
        });
    }

    [Fact]
    public void A_png_has_the_background_of_its_theme_and_text_on_it()
    {
        foreach (var theme in new[] { PlotTheme.Light, PlotTheme.Dark })
        {
            using var picture = PlotSamples.All(1, new PlotStyle(theme)).First().Picture;
            using var bitmap = SKBitmap.Decode(picture.ToPng());
            Assert.Equal((picture.Size.WidthPx * Picture.PngScale, picture.Size.HeightPx * Picture.PngScale), (bitmap.Width, bitmap.Height));
            Assert.Equal(SKColor.Parse(theme.Colours[Ink.Background]), bitmap.GetPixel(2, 2));
            // The title stands in the upper left corner; without fonts it would be empty.
            var ink = SKColor.Parse(theme.Colours[Ink.Text]);
            Assert.Contains(Enumerable.Range(0, 600), x => Enumerable.Range(30, 40).Any(y => bitmap.GetPixel(x, y) == ink));
        }
    }

    [Fact]
    public void An_svg_says_what_it_shows_and_needs_nothing_from_elsewhere()
    {
        foreach (var (_, picture) in PlotSamples.All(2, new PlotStyle(PlotTheme.Light, Simulated: true)))
        {
            using (picture)
            {
                var root = XElement.Parse(picture.ToSvg());
                Assert.Equal("img", (string?)root.Attribute("role"));
                Assert.StartsWith("SIMULATED. ", (string?)root.Attribute("aria-label"), StringComparison.Ordinal);
                Assert.True(picture.AltText.Length > 30);
                Assert.DoesNotContain(root.Descendants(), e => e.Name.LocalName is "script" or "image" or "foreignObject" or "style");
                Assert.DoesNotContain(root.DescendantsAndSelf().Attributes(), a => !a.IsNamespaceDeclaration && a.Value.Contains("://", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Inline_pictures_take_every_colour_from_the_page_and_share_no_names()
    {
        var ids = new List<string>();
        foreach (var (kind, picture) in PlotSamples.All(3, PlotStyle.Light))
        {
            using (picture)
            {
                var root = XElement.Parse(picture.ToInlineSvg("x" + ids.Count));
                Assert.All(root.Descendants().Attributes().Where(a => a.Name.LocalName is "fill" or "stroke"), a => Assert.True(a.Value == "none" || a.Value.StartsWith("var(--ink-", StringComparison.Ordinal), $"{kind}: {a}"));
                ids.AddRange(root.Descendants().Attributes("id").Select(a => a.Value));
                Assert.All(root.Descendants().Attributes("clip-path"), a => Assert.Contains(a.Value[5..^1], ids));
            }
        }

        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void Values_in_a_histogram_are_those_that_were_given()
    {
        using var picture = HistogramPlot.Draw(
            new HistogramData(SortedCounts.Of([.. Enumerable.Range(0, 100).Select(i => 1950L + (i % 10)), 125_000]), PlotSamples.Pico, Late: 7, Missed: 12_345, Marks: [new PlotMark("p50", 31_232)], LimitNs: 31_300),
            PlotSamples.Heading, PlotStyle.Light);
        var texts = SvgLabels.Of(picture.ToSvg()).Select(l => l.Text).ToList();
        Assert.Contains("p50 31.23 µs", texts);
        Assert.Contains("limit 31.30 µs", texts);
        Assert.Contains("max 2.000 ms", texts);
        Assert.Contains("12\u202f345", texts);
        Assert.Contains("missed", texts);
        Assert.Contains("7", texts);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(1000)]
    [InlineData(2600)]
    public void The_band_of_a_tail_has_no_teeth(int count)
    {
        using var picture = TailPlot.Draw([new("v1", SortedCounts.Of(PlotSamples.Latencies(4, count)), 0, PlotSamples.Pico)], PlotSamples.Heading, PlotStyle.Light);
        var band = XElement.Parse(picture.ToSvg()).Descendants().Single(e => (string?)e.Attribute("fill-opacity") == "0.2");
        double[] x = [.. ((string)band.Attribute("d")!).TrimEnd('Z').Split('M', 'L').Where(p => p.Length > 0).Select(p => double.Parse(p.Split(' ')[0], CultureInfo.InvariantCulture))];
        // Down along the lower bounds, back along the upper ones.
        var half = x.Length / 2;
        Assert.True(half > 50);
        Assert.Equal(x[..half].Order(), x[..half]);
        Assert.Equal(x[half..(2 * half)].OrderDescending(), x[half..(2 * half)]);
    }

    [Fact]
    public void A_band_counts_dependent_latencies_for_what_they_are_worth_as_the_table_does()
    {
        var request = new AnalysisRequest("TCK:RTCK", "rising", null, Duration.Zero, 100);
        var input = PictureInput.Open(Repository.Path("captures", "keil_mcb2140_idle.sr"), request, ReadOptions.Default);
        var capture = input.Analyse(null, null, TestContext.Current.CancellationToken);
        var (series, table) = (RunsPictures.Series(input, capture), capture.Result.Summary);
        Assert.True(table.NEffective.P99 < 0.9 * series.N, "an example whose latencies hang together");
        foreach (var (probability, size) in new[] { (0.5, table.NEffective.P50), (0.9, table.NEffective.P90), (0.99, table.NEffective.P99) })
        {
            Assert.Equal(RankInterval.OfDependent(series.N, size, probability), series.Interval(probability));
        }
    }

    [Fact]
    public void A_heat_map_of_one_answer_counts_it_as_one()
    {
        var timeline = new LatencyTimeline();
        timeline.Pairs([new LatencyLab.Analysis.Pair(0, 1_000_000, 1_005_749, LatencyLab.Analysis.PairStatus.Matched, LatencyLab.Analysis.PairFlags.None)]);
        using var map = HeatMapPlot.Draw(new TimelineData(timeline, PlotSamples.Pico, 0, 7_000_000, [], null), PlotSamples.Heading, PlotStyle.Light);
        Assert.DoesNotContain(SvgLabels.Of(map.ToSvg()), l => l.Text == "0" && l.Left > 800);
        Assert.Contains("the fullest cell holds 1.", map.AltText, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_with_markup_and_control_characters_stay_text()
    {
        var header = new CaptureHeader(PlotSamples.Pico, [new Channel(0, "<script>alert('x')</script>\u0007\u202e" + new string('W', 5000), false)]);
        var capture = new Capture(header, [new Trace(header.Channels[0], true, [10, 20], [])], [], 100);
        using var picture = WaveformPlot.Draw(capture, new WaveformWindow(0, 100), new PlotHeading("a & b <c>\0", "\ud800 \"quoted\""), PlotStyle.Light);
        var svg = picture.ToSvg();
        Assert.DoesNotContain("<script", svg, StringComparison.Ordinal);
        var texts = SvgLabels.Of(svg);
        Assert.Contains(texts, t => t.Text.StartsWith("a & b <c>", StringComparison.Ordinal));
        Assert.All(texts, t => Assert.True(t.Left >= 0 && t.Right <= 961, t.Text));
        Assert.DoesNotContain(texts, t => t.Text.Any(c => char.IsControl(c) || c == '\u202e'));
    }

    [Fact]
    public void Nothing_one_value_and_all_missed_are_pictures_too()
    {
        using var empty = HistogramPlot.Draw(new HistogramData(SortedCounts.Empty, PlotSamples.Pico, Missed: 1000), PlotSamples.Heading, PlotStyle.Light);
        Assert.Contains("1\u202f000 missed", empty.AltText, StringComparison.Ordinal);
        using var withheld = HistogramPlot.Draw(new HistogramData(SortedCounts.Empty, PlotSamples.Pico, Missed: 130, Withheld: 470), PlotSamples.Heading, PlotStyle.Light);
        Assert.Contains("470 answers", withheld.AltText, StringComparison.Ordinal);
        Assert.DoesNotContain("No stimulus was answered", withheld.AltText, StringComparison.Ordinal);
        using var one = HistogramPlot.Draw(new HistogramData(SortedCounts.Of([0]), PlotSamples.Pico), PlotSamples.Heading, PlotStyle.Light);
        Assert.NotEmpty(one.ToPng());
        using var huge = HistogramPlot.Draw(new HistogramData(SortedCounts.Of([0, 1L << 50]), PlotSamples.Pico), PlotSamples.Heading, PlotStyle.Light);
        Assert.NotEmpty(huge.ToPng());
        foreach (var values in new long[][] { [], [0], [5], [0, 0, 0], [1, 1L << 50] })
        {
            PlotSeries[] series = [new("a", SortedCounts.Of(values), 3, PlotSamples.Pico)];
            using var tail = TailPlot.Draw(series, PlotSamples.Heading, PlotStyle.Light);
            using var percentile = PercentilePlot.Draw(series, PlotSamples.Heading, PlotStyle.Light);
            Assert.NotEmpty(tail.ToPng());
            Assert.NotEmpty(percentile.ToPng());
        }

        var none = new TimelineData(new LatencyTimeline(), PlotSamples.Pico, 0, 0, []);
        using var timeline = TimelinePlot.Draw(none, PlotSamples.Heading, PlotStyle.Light);
        using var map = HeatMapPlot.Draw(none, PlotSamples.Heading, PlotStyle.Light);
        Assert.NotEmpty(timeline.ToPng());
        Assert.NotEmpty(map.ToPng());
    }

    [Fact]
    public void A_picture_that_can_not_be_written_says_where()
    {
        using var picture = PlotSamples.All(1, PlotStyle.Light).First().Picture;
        var fault = Assert.Throws<LatencyLabException>(() => picture.Save(Path.Combine(Path.GetTempPath(), "no-such-folder", "x.png")));
        Assert.Equal(FaultKind.Storage, fault.Kind);
        Assert.Contains("no-such-folder", fault.Where, StringComparison.Ordinal);
    }
}
