using System.Globalization;
using LatencyLab.Runs.Documents;
using LatencyLab.Units;

namespace LatencyLab.Reports;

/// <summary>What text and reports say about a live session: how long it was, and what ended it.</summary>
public static class LiveWords
{
    /// <summary>"measured 3 min 20 s in one capture".</summary>
    public static string Length(RunDocument run)
    {
        var live = run.Live!;
        return $"measured {Span(live.CapturedNs)} in {(live.Segments == 1 ? "one capture" : $"{live.Segments.ToString(CultureInfo.InvariantCulture)} captures")}{(live.End == "duration" ? ", as asked for" : "")}";
    }

    /// <summary>"BREAK at 2.296 s, stimulus 104: 1.137 ms is above 1.000 ms", or that nothing was; null without a limit.</summary>
    public static string? Break(RunDocument run)
    {
        var tickNs = ReportWords.TickNs(run);
        return run.Live switch
        {
            { Break: { } seen, BreakOnNs: { } limit } => $"BREAK at {Span(seen.StimulusTick * tickNs)}, stimulus {seen.Sequence.ToString(CultureInfo.InvariantCulture)}: "
                + (seen.LatencyNs is { } latency ? $"{UnitText.Time(latency, tickNs)} is above {UnitText.Time(limit)}" : $"no answer came, and {UnitText.Time(limit)} is the limit"),
            { BreakOnNs: { } never, End: not "fault" } => $"nothing was above {UnitText.Time(never)}",
            _ => null,
        };
    }

    /// <summary>A time of any length; beyond two minutes seconds are nothing to count in.</summary>
    public static string Span(double ns)
    {
        var time = TimeSpan.FromSeconds(ns / 1e9);
        return time.TotalMinutes < 2 ? UnitText.Time(ns)
            : time.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s")
            : string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours} h {time.Minutes} min {time.Seconds} s");
    }
}
