using System.Globalization;
using LatencyLab.Cli.Screen;
using LatencyLab.Formats;
using LatencyLab.Plots;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Cli.Measuring;

/// <summary>The two pictures of every measurement: the histogram, and the waveform around the longest latency.</summary>
internal static class RunPlots
{
    /// <summary>Of a run, into its folder.</summary>
    public static void Write(RunFolder folder, RunDocument run, LatencyResult result) => Write(
        folder.Path, result, run.Plan.StimulusChannel ?? 0, run.Plan.ResponseChannel ?? 1, folder.OpenEdges(), Subtitle(run, result), Style(run), Reports.ReportWords.Measured(run.Plan.Test));

    /// <summary>The stamps of a run's pictures.</summary>
    public static PlotStyle Style(RunDocument run) => PlotStyle.Light with { Simulated = run.Simulated, SelfTimed = run.SelfTimed };

    /// <summary>What was measured, in one line.</summary>
    public static string Subtitle(RunDocument run, LatencyResult result) => TerminalText.Clean(string.Join(", ", new[]
    {
        run.Plan.Label, run.Target?.Chip, run.Target?.Micropython is { } version ? $"MicroPython {version}" : null,
        run.Plan.Pin is { } pin ? string.Create(CultureInfo.InvariantCulture, $"GPIO{pin} {run.Plan.Irq}") : run.Plan.Irq,
        run.Plan.Handler is { } handler ? $"handler {handler}" : null, string.Create(CultureInfo.InvariantCulture, $"n {result.Summary.NMatched}"),
    }.OfType<string>()));

    /// <summary>Of an analysed capture, into any folder.</summary>
    public static void Write(string folder, FileAnalysisResult analysis, ICaptureSource source)
    {
        OutputFile.MakeFolder(folder);
        Write(
            folder, analysis.Result, analysis.StimulusChannel, analysis.ResponseChannel, source,
            string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(analysis.Document.Source.File)}, n {analysis.Result.Summary.NMatched}"), PlotStyle.Light with { Simulated = analysis.Document.Simulated });
    }

    private static void Write(
        string folder, LatencyResult result, int stimulusChannel, int responseChannel, ICaptureSource source, string subtitle, PlotStyle style, string title = "IRQ response time, pin to pin")
    {
        if (result.Latencies.Count == 0)
        {
            return;
        }

        var words = TerminalText.Clean(subtitle);
        Histogram(folder, result, title, words, style);
        if (result.Longest is not { } longest)
        {
            return;
        }

        var latency = UnitText.Time(result.TimeBase.ToNanoseconds(longest.Value), result.TimeBase.TickNs);
        Waveform(
            folder, source, longest.AtTick, longest.Value, result.TimeBase, (stimulusChannel, responseChannel),
            new PlotHeading($"Longest of {result.Summary.NMatched.ToString(CultureInfo.InvariantCulture)} latencies: {latency}", words), style);
    }

    /// <summary>Draws histogram.png.</summary>
    public static void Histogram(string folder, LatencyResult result, string title, string subtitle, PlotStyle style)
    {
        var marks = result.Summary.Quantiles
            .Where(q => q.Quantile.Value is not null && q.Name is "p50" or "p99")
            .Select(q => new PlotMark(q.Name, result.TimeBase.ToNanoseconds(q.Quantile.Value!.Value)));
        using var histogram = HistogramPlot.Draw(
            new HistogramData(result.Latencies, result.TimeBase, result.Counts.Late, result.Counts.Missed, [.. marks]), new PlotHeading(title, subtitle), style);
        histogram.Save(Path.Combine(folder, "histogram.png"));
    }

    /// <summary>Draws waveform.png around one stimulus.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="source">The edges.</param>
    /// <param name="stimulusTick">When the stimulus came.</param>
    /// <param name="latencyTicks">How long the answer took; negative where none came within so many ticks.</param>
    /// <param name="timeBase">Length of a tick.</param>
    /// <param name="channels">Stimulus and response.</param>
    /// <param name="heading">Lines above it.</param>
    /// <param name="style">Theme and stamp.</param>
    public static void Waveform(
        string folder, ICaptureSource source, long stimulusTick, long latencyTicks, TimeBase timeBase, (int Stimulus, int Response) channels, PlotHeading heading, PlotStyle style)
    {
        var shown = Math.Abs(latencyTicks);
        var margin = Math.Max(shown / 4, 16);
        var (from, to) = (stimulusTick - margin, stimulusTick + shown + (2 * margin));
        var window = new CaptureWindow(from, to);
        source.Read(window);
        WaveformArrow[] arrows = latencyTicks < 0
            ? []
            : [new WaveformArrow(channels.Stimulus, stimulusTick, channels.Response, stimulusTick + shown, UnitText.Time(timeBase.ToNanoseconds(shown), timeBase.TickNs))];
        using var waveform = WaveformPlot.Draw(window.ToCapture(), new WaveformWindow(from, to, null, arrows), heading, style);
        waveform.Save(Path.Combine(folder, "waveform.png"));
    }
}
