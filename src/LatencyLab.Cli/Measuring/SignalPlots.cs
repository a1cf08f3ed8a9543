using System.Globalization;
using LatencyLab.Cli.Screen;
using LatencyLab.Cli.Text;
using LatencyLab.Plots;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Periodic;
using LatencyLab.Statistics;

namespace LatencyLab.Cli.Measuring;

/// <summary>The picture of each signal of a run: how its periods are distributed.</summary>
internal static class SignalPlots
{
    public static void Write(RunFolder folder, RunDocument run, MeasuredSignals measured)
    {
        var style = RunPlots.Style(run);
        foreach (var signal in measured.Signals.Where(s => s.Periods.Count > 0))
        {
            var median = measured.TimeBase.ToNanoseconds(signal.Periods.ValueAtRank(Quantiles.Rank(signal.Periods.Count, 0.5)));
            var words = TerminalText.Clean(string.Create(
                CultureInfo.InvariantCulture, $"{run.Target?.Chip}, MicroPython {run.Target?.Micropython}, GPIO{run.Plan.ResponsePin}, {signal.Periods.Count} periods"));
            using var histogram = HistogramPlot.Draw(
                new HistogramData(signal.Periods, measured.TimeBase, Marks: [new PlotMark("median", median)], Quantity: "period"),
                new PlotHeading(run.Plan.Test == "timer" ? "Period of machine.Timer" : $"Toggle period, {SignalText.Code(signal.Name)}", words), style);
            histogram.Save(folder.In($"period-{signal.Name}.png"));
        }
    }
}
