using System.Globalization;
using LatencyLab.Reports;
using LatencyLab.Runs.Documents;
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
        yield return LiveWords.Length(run);
        if (LiveWords.Break(run) is { } seen)
        {
            yield return seen;
        }

        yield return live.Kept is { } kept
            ? string.Create(CultureInfo.InvariantCulture, $"kept: how often each latency was seen (latency-counts.csv), {kept.Edges.Sum()} edges of the last {LiveWords.Span((kept.ToTick - kept.FromTick) * tickNs)} (edges.parquet)")
            : "kept: how often each latency was seen (latency-counts.csv); no edges";
    }

    /// <summary>The command to go on with.</summary>
    public static string Next(RunDocument run, string folder)
    {
        if (run.Status == RunStatus.Invalid)
        {
            return $"latencylab runs show {folder}";
        }

        if (run.Live is not { Break: { } seen, Kept: { } kept } || seen.StimulusTick < kept.FromTick)
        {
            return $"latencylab report {folder}";
        }

        var tickNs = 1e9 / run.Sampler!.TickHz;
        var from = Math.Max(kept.FromTick * tickNs, (seen.StimulusTick * tickNs) - Around.Nanoseconds);
        var to = Math.Min(kept.ToTick * tickNs, ((seen.ResponseTick ?? seen.StimulusTick + (run.Plan.WindowTicks ?? 0)) * tickNs) + Around.Nanoseconds);
        return string.Create(CultureInfo.InvariantCulture, $"latencylab plot {folder} --kind waveform --from {Seconds(Math.Floor(from / 1000))} --to {Seconds(Math.Ceiling(to / 1000))}");

        // As 'waveform' names its times: seconds, to the microsecond.
        static string Seconds(double us) => (us / 1e6).ToString("0.######", CultureInfo.InvariantCulture) + "s";
    }
}
