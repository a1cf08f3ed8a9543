using System.Globalization;
using LatencyLab.Analysis;
using LatencyLab.Runs;
using LatencyLab.Runs.Live;
using LatencyLab.Units;

namespace LatencyLab.Cli.Live;

/// <summary>What a live session says at its end besides the numbers.</summary>
internal static class LiveText
{
    private static readonly Duration Around = Duration.FromMilliseconds(1);

    /// <summary>How long it was, what ended it, what was kept.</summary>
    public static IEnumerable<string> Closing(RunDocument run, LiveResult result)
    {
        var live = run.Live!;
        var captures = live.Segments == 1 ? "one capture" : $"{live.Segments} captures";
        yield return $"measured {UnitText.Time(live.CapturedNs)} in {captures}" + (result.End == LiveEnd.Duration ? ", as asked for" : "");
        if (result.Break is { } seen)
        {
            var when = UnitText.Time(result.Run.Result.TimeBase.ToNanoseconds(seen.StimulusTick));
            var limit = UnitText.Time(live.BreakOnNs!.Value);
            yield return seen.Status == PairStatus.Missed
                ? $"BREAK at {when}, stimulus {seen.Sequence}: no answer came, and {limit} is the limit"
                : $"BREAK at {when}, stimulus {seen.Sequence}: {UnitText.Time(live.Break!.LatencyNs!.Value)} is above {limit}";
        }

        yield return live.Kept is { } kept
            ? string.Create(CultureInfo.InvariantCulture, $"kept: how often each latency was seen (latency-counts.csv), and {kept.Edges.Sum()} edges of the last {UnitText.Time((kept.ToTick - kept.FromTick) * 1e9 / run.Sampler!.TickHz)} (edges.parquet)")
            : "kept: no edge was seen";
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
        return string.Create(CultureInfo.InvariantCulture, $"latencylab plot {folder} --kind waveform --from {from / 1000:F3}us --to {to / 1000:F3}us");
    }
}
