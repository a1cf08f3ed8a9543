using System.Globalization;
using LatencyLab.Formats;
using LatencyLab.Plots;
using LatencyLab.Runs;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Cli;

/// <summary>The two pictures of every measurement: the histogram, and the waveform around the longest latency.</summary>
internal static class RunPlots
{
    /// <summary>Of a run, into its folder.</summary>
    public static void Write(RunFolder folder, RunDocument run, LatencyResult result) => Write(
        folder.Path, result, run.Plan.StimulusChannel ?? 0, run.Plan.ResponseChannel ?? 1, run.Simulated, folder.OpenEdges(),
        string.Join(", ", new[]
        {
            run.Plan.Label, run.Target?.Chip, run.Target?.Micropython is { } version ? $"MicroPython {version}" : null,
            run.Plan.Pin is { } pin ? string.Create(CultureInfo.InvariantCulture, $"GPIO{pin} {run.Plan.Irq}") : run.Plan.Irq,
            run.Plan.Handler is { } handler ? $"handler {handler}" : null, string.Create(CultureInfo.InvariantCulture, $"n {result.Summary.NMatched}"),
        }.OfType<string>()),
        Reports.ReportWords.Measured(run.Plan.Test));

    /// <summary>Of an analysed capture, into any folder.</summary>
    public static void Write(string folder, FileAnalysisResult analysis, ICaptureSource source)
    {
        OutputFile.MakeFolder(folder);
        Write(
            folder, analysis.Result, analysis.StimulusChannel, analysis.ResponseChannel, analysis.Document.Simulated, source,
            string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(analysis.Document.Source.File)}, n {analysis.Result.Summary.NMatched}"));
    }

    private static void Write(
        string folder, LatencyResult result, int stimulusChannel, int responseChannel, bool simulated, ICaptureSource source, string subtitle, string title = "IRQ response time, pin to pin")
    {
        if (result.Latencies.Count == 0)
        {
            return;
        }

        var words = TerminalText.Clean(subtitle);
        var style = PlotStyle.Light with { Simulated = simulated };
        var marks = result.Summary.Quantiles
            .Where(q => q.Quantile.Value is not null && q.Name is "p50" or "p99")
            .Select(q => new PlotMark(q.Name, result.TimeBase.ToNanoseconds(q.Quantile.Value!.Value)));
        using (var histogram = HistogramPlot.Draw(
            new HistogramData(result.Latencies, result.TimeBase, result.Counts.Late, result.Counts.Missed, [.. marks]), new PlotHeading(title, words), style))
        {
            histogram.Save(Path.Combine(folder, "histogram.png"));
        }

        if (result.Longest is not { } longest)
        {
            return;
        }

        var margin = Math.Max(longest.Value / 4, 16);
        var (from, to) = (longest.AtTick - margin, longest.AtTick + longest.Value + (2 * margin));
        var window = new CaptureWindow(from, to);
        source.Read(window);
        var latency = UnitText.Time(result.TimeBase.ToNanoseconds(longest.Value), result.TimeBase.TickNs);
        using var waveform = WaveformPlot.Draw(
            window.ToCapture(),
            new WaveformWindow(from, to, null, [new WaveformArrow(stimulusChannel, longest.AtTick, responseChannel, longest.AtTick + longest.Value, latency)]),
            new PlotHeading($"Longest of {result.Summary.NMatched.ToString(CultureInfo.InvariantCulture)} latencies: {latency}", words), style);
        waveform.Save(Path.Combine(folder, "waveform.png"));
    }
}
