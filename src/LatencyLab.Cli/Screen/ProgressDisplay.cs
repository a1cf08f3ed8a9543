using System.Globalization;
using LatencyLab.Cli.Text;
using LatencyLab.Runs;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Cli.Screen;

/// <summary>
/// How a measurement goes, on stderr: numbers and a histogram that grow in place on a terminal, otherwise a plain line at each new stage and each ten
/// seconds. Quantiles are taken from the exact counts, and only as often as is shown: what that costs doesn't follow the rate of stimuli.
/// </summary>
internal sealed class ProgressDisplay(TextWriter talk, TalkTerminal? terminal, TimeProvider clock)
{
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);

    // A table of a million different latencies takes a while to look through: no more than this share of the time is spent on it.
    private const int CostShare = 20;
    private const int MostBins = 10;
    private const int RateSamples = 16;

    private readonly TerminalArea? _area = terminal is null ? null : new TerminalArea(talk, terminal);
    private readonly Queue<(long Stimuli, long Tick)> _recent = new();
    private long _last;
    private TimeSpan _cost;
    private string _stage = "";

    public void Show(RunProgress progress)
    {
        var newStage = progress.Stage != _stage;
        var interval = terminal is null ? PlainInterval : TerminalInterval;
        if (!newStage && clock.GetElapsedTime(_last) < (interval > _cost * CostShare ? interval : _cost * CostShare))
        {
            return;
        }

        // A stage that comes back after each capture of a session isn't news in a log.
        var isNews = newStage && (terminal is not null || progress.Before is null);
        _stage = progress.Stage;
        if (!isNews && clock.GetElapsedTime(_last) < interval)
        {
            return;
        }

        _last = clock.GetTimestamp();
        Show(progress, progress.Tally is null && progress.Before is null ? null : LatencyView.Of(progress));
        _cost = clock.GetElapsedTime(_last);
    }

    /// <summary>Leaves the terminal's lines empty for what comes next.</summary>
    public void Clear()
    {
        _area?.Clear();
        _stage = "";
        _recent.Clear();
    }

    private void Show(RunProgress progress, LatencyView? view)
    {
        IReadOnlyList<string> parts = view is null ? [progress.Stage] : [.. Parts(progress, view)];
        if (_area is null || terminal is null)
        {
            talk.WriteLine(string.Join("   ", parts));
            return;
        }

        var (columns, rows) = terminal.Size();
        var lines = Flow(parts, columns - 1);
        var room = rows - lines.Count - 6;
        if (view is not null && view.Latencies.Distinct > 0 && room >= 3)
        {
            lines.Add("");
            lines.AddRange(TextHistogram.Lines(
                view.Latencies, progress.TimeBase, Math.Min(columns - 1, Terminal.PageColumns), Math.Min(room, MostBins), terminal.IsAscii, view.Late, view.Missed));
        }

        _area.Show(lines);
    }

    private IEnumerable<string> Parts(RunProgress progress, LatencyView view)
    {
        yield return progress.Stage;
        yield return progress.Total > 0 ? $"{progress.Done}/{progress.Total}" : $"n {view.Stimuli}";
        if (Rate(view.Stimuli, progress) is { } rate)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{rate:0.#}/s");
        }

        yield return $"missed {view.Missed + view.Late}";
        if (view.Excluded > 0)
        {
            yield return $"excluded {view.Excluded}";
        }

        yield return $"p50 {Quantile(view, 0.5, progress.TimeBase)}";
        yield return $"p99 {Quantile(view, 0.99, progress.TimeBase)}";
        if (view.Longest is { } longest)
        {
            yield return $"max {UnitText.Time(progress.TimeBase.ToNanoseconds(longest.Value), progress.TimeBase.TickNs)} at {UnitText.Time(progress.TimeBase.ToNanoseconds(longest.AtTick))}";
        }
    }

    // Of captured time, so that a simulated rig and a board behind a slow link show the rate of the rig.
    private double? Rate(long stimuli, RunProgress progress)
    {
        var tick = progress.TickOffset + progress.CapturedTick;
        if (_recent.Count == RateSamples)
        {
            _recent.Dequeue();
        }

        if (_recent.Count > 0 && (_recent.Peek().Tick > tick || _recent.Peek().Stimuli > stimuli))
        {
            _recent.Clear();
        }

        _recent.Enqueue((stimuli, tick));
        var (first, since) = _recent.Peek();
        return tick > since ? (stimuli - first) * (double)progress.TimeBase.TickHz / (tick - since) : null;
    }

    private static string Quantile(LatencyView view, double probability, TimeBase timeBase)
    {
        var n = view.Latencies.Count + view.Late + view.Missed;
        var rank = Quantiles.Rank(n, probability);
        return n < RankInterval.SmallestSample(probability) ? "-"
            : rank > view.Latencies.Count ? "beyond the window"
            : UnitText.Time(timeBase.ToNanoseconds(view.Latencies.ValueAtRank(rank)), timeBase.TickNs);
    }

    private static List<string> Flow(IReadOnlyList<string> parts, int width)
    {
        var lines = new List<string>();
        foreach (var part in parts)
        {
            if (lines.Count > 0 && lines[^1].Length + 3 + part.Length <= width)
            {
                lines[^1] += "   " + part;
            }
            else
            {
                lines.Add(part);
            }
        }

        return lines;
    }
}

/// <summary>What is counted so far, all captures of a measurement together.</summary>
internal sealed record LatencyView(SortedCounts Latencies, long Stimuli, long Late, long Missed, long Excluded, TimedValue? Longest)
{
    public static LatencyView Of(RunProgress progress)
    {
        PairTally[] tallies = [.. new[] { progress.Before, progress.Tally }.OfType<PairTally>()];
        var longest = new WorstSamples(1);
        foreach (var tally in tallies)
        {
            longest.Merge(tally.Worst, tally == progress.Before ? 0 : progress.TickOffset, 0);
        }

        return new LatencyView(
            PairTally.LatenciesOf(tallies), tallies.Sum(t => t.Stimuli), tallies.Sum(t => t.Late), tallies.Sum(t => t.Missed), tallies.Sum(t => t.Excluded),
            longest.Values is [var first, ..] ? first : null);
    }
}
