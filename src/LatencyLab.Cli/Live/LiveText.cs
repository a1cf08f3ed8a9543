using System.Globalization;
using LatencyLab.Runs;
using LatencyLab.Units;

namespace LatencyLab.Cli.Live;

/// <summary>What a live session says at its end besides the numbers.</summary>
internal static class LiveText
{
    private static readonly Duration Around = Duration.FromMilliseconds(1);

    /// <summary>How long it was, what ended it, what was kept.</summary>
    public static IEnumerable<string> Closing(RunDocument run)
    {
        var live = run.Live!;
        var tickNs = 1e9 / run.Sampler!.TickHz;
        yield return $"measured {Span(live.CapturedNs)} in {(live.Segments == 1 ? "one capture" : $"{live.Segments} captures")}{(live.End == "duration" ? ", as asked for" : "")}";
        if (live is { Break: { } seen, BreakOnNs: { } limit })
        {
            yield return $"BREAK at {Span(seen.StimulusTick * tickNs)}, stimulus {seen.Sequence}: "
                + (seen.LatencyNs is { } latency ? $"{UnitText.Time(latency, tickNs)} is above {UnitText.Time(limit)}" : $"no answer came, and {UnitText.Time(limit)} is the limit");
        }
        else if (live is { BreakOnNs: { } never, End: not "fault" })
        {
            yield return $"nothing was above {UnitText.Time(never)}";
        }

        yield return live.Kept is { } kept
            ? string.Create(CultureInfo.InvariantCulture, $"kept: how often each latency was seen (latency-counts.csv), {kept.Edges.Sum()} edges of the last {Span((kept.ToTick - kept.FromTick) * tickNs)} (edges.parquet)")
            : "kept: how often each latency was seen (latency-counts.csv); no edges";
    }

    /// <summary>The command to go on with.</summary>
    public static string Next(RunDocument run, string folder)
    {
        if (run.Status == RunStatus.Invalid)
        {
            return $"latencylab runs show {run.RunId}";
        }

        if (run.Live is not { Break: { } seen, Kept: { } kept } || seen.StimulusTick < kept.FromTick)
        {
            return $"latencylab report {folder}";
        }

        var tickNs = 1e9 / run.Sampler!.TickHz;
        var from = Math.Max(kept.FromTick * tickNs, (seen.StimulusTick * tickNs) - Around.Nanoseconds);
        var to = Math.Min(kept.ToTick * tickNs, ((seen.ResponseTick ?? seen.StimulusTick + (run.Plan.WindowTicks ?? 0)) * tickNs) + Around.Nanoseconds);
        return string.Create(CultureInfo.InvariantCulture, $"latencylab plot {folder} --kind waveform --from {from / 1e9:F9}s --to {to / 1e9:F9}s");
    }

    // Beyond two minutes seconds are nothing to count in.
    private static string Span(double ns)
    {
        var time = TimeSpan.FromSeconds(ns / 1e9);
        return time.TotalMinutes < 2 ? UnitText.Time(ns)
            : time.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s")
            : string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours} h {time.Minutes} min {time.Seconds} s");
    }
}
