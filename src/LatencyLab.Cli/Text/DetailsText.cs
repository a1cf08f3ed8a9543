using System.Globalization;
using LatencyLab.Runs.Documents;
using LatencyLab.Units;

namespace LatencyLab.Cli.Text;

/// <summary>What there is to say about latencies besides their quantiles, for people.</summary>
internal static class DetailsText
{
    private const int MostModes = 6;
    private const int MostOutliers = 5;

    public static void Write(TextWriter writer, LatencyDetails details, LatencyNumbers numbers, TimeBase timeBase)
    {
        if (numbers.N > 0)
        {
            writer.WriteLine($"  missed or late {Share(details.Missed)}");
        }

        if (details.JitterPp is { } jitter)
        {
            var floor = timeBase.TickNs / Math.Sqrt(6);
            writer.WriteLine($"  jitter {Time(jitter)} peak to peak of {numbers.NMatched}   sd without quantisation {(details.SdResolved is { } sd ? sd == 0 ? $"below {UnitText.Time(floor)}" : UnitText.Time(sd) : "-")}");
        }

        switch (details.Modes)
        {
            case [var one]:
                writer.WriteLine($"  modes  one, {Time(one.Low)} to {Time(one.High)}");
                break;
            case [_, _, ..]:
                writer.WriteLine("  modes  " + string.Join(", ", details.Modes.OrderByDescending(m => m.Share).Take(MostModes)
                    .Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Share * 100:0.#} % at {Time(m.Low)} to {Time(m.High)}"))));
                break;
        }

        if (numbers.NEff.TryGetValue("mean", out var size))
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  effective sample size {size:0} of {numbers.N}{(size < 0.8 * numbers.N ? $": latencies hang together (r = {details.Autocorrelation:0.00} between neighbours); intervals are computed for that many" : "")}"));
        }

        Phases(writer, details.Phases);

        if (details.Outliers is { Count: > 0 } outliers)
        {
            writer.WriteLine($"  outliers {outliers.Count} above {Time(outliers.Fence)}: " + string.Join(", ", outliers.Worst.Take(MostOutliers)
                .Select(w => $"{Time(w.LatencyNs)} at {UnitText.Time(timeBase.ToNanoseconds(w.AtTick))} (#{w.Sequence})")));
        }

        if (details.Limit is { } limit)
        {
            writer.WriteLine($"  over {Time(limit.Limit)}: {Share(limit.Exceeded)}");
        }

        writer.WriteLine($"  uncertainty by source (k = 1)   quantisation {UnitText.Time(details.Budget.Quantisation)}   stamping {UnitText.Time(details.Budget.Cycle)}   clock {UnitText.Time(details.Budget.Clock)}   skew {UnitText.Time(details.Budget.Skew)}");

        string Time(double ns) => UnitText.Time(ns, timeBase.TickNs);
    }

    private static void Phases(TextWriter writer, IReadOnlyList<PhaseNumbers> phases)
    {
        if (phases.Count == 0)
        {
            writer.WriteLine("  phase locking   too few stimuli to tell");
        }
        else if (!phases.Any(p => p.Locked))
        {
            writer.WriteLine($"  phase locking   stimuli keep step with none of {string.Join(", ", phases.Select(p => UnitText.Time(p.PeriodNs)))}");
        }

        foreach (var phase in phases.Where(p => p.Locked))
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  warning: the stimuli keep step with a period of {UnitText.Time(phase.PeriodNs)} (R = {phase.Resultant:0.00}): percentiles depend on the phase in which the run began; use a --gap with a random part as long as that"));
        }
    }

    public static void Write(TextWriter writer, TailDetails tail, TimeBase timeBase)
    {
        writer.WriteLine("tail   model extrapolation, not a worst case");
        if (tail.NullReason is { } reason)
        {
            writer.WriteLine($"  none: {reason}");
            return;
        }

        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {tail.Model} of {UnitText.Time(tail.Threshold!.Value, timeBase.TickNs)}, {tail.Exceedances} exceedances, shape {tail.Shape:0.00}, fit p = {tail.FitP:0.###} (Anderson-Darling)"));
        foreach (var quantile in tail.Quantiles)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  p{quantile.Quantile * 100:0.######} about {UnitText.Time(quantile.Value)}   {(quantile.Lowest < quantile.Highest ? $"other thresholds give {UnitText.Time(quantile.Lowest)} to {UnitText.Time(quantile.Highest)}" : "no other threshold could be tried")}"));
        }

        foreach (var condition in tail.Conditions)
        {
            writer.WriteLine($"  {condition}");
        }
    }

    private static string Share(ShareNumbers share) => string.Create(CultureInfo.InvariantCulture,
        $"{share.Count} of {share.Total}{(share.Total == 0 ? "" : share.Count == 0 ? $", below {Percent(share.Upper95)} (95 %)" : $", {Percent((double)share.Count / share.Total)}, 95 % [{Percent(share.Ci95.Low ?? 0)}, {Percent(share.Ci95.High ?? 1)}]")}");

    // Three digits: the interval beside it is never so narrow that a fourth would mean anything.
    private static string Percent(double share) => double.Parse((share * 100).ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).ToString("0.########", CultureInfo.InvariantCulture) + " %";
}
