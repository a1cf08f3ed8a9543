using System.Globalization;
using LatencyLab.Runs.Documents;
using LatencyLab.Units;

namespace LatencyLab.Cli.Text;

/// <summary>Counts and latencies as a table for people.</summary>
internal static class LatencyText
{
    private static readonly (string Name, string Label)[] Quantiles = [("p50", "p50"), ("p90", "p90"), ("p99", "p99"), ("p99_9", "p99.9"), ("p99_99", "p99.99")];

    /// <summary>The counts in one line, zero counts of trouble left out.</summary>
    public static string Counts(AnalysisCounts counts, long? callbacks = null)
    {
        var parts = new List<string> { $"stimuli {counts.Stimuli}", $"matched {counts.Matched}" };
        Note("late", counts.Late);
        parts.Add($"missed {counts.Missed}");
        Note("excluded", counts.Excluded);
        Note("extra", counts.Extra);
        Note("spurious", counts.Spurious);
        Note("gaps", counts.Gaps);
        if (callbacks is { } c)
        {
            parts.Add($"callbacks {c}");
        }

        return string.Join("   ", parts);

        void Note(string name, long count)
        {
            if (count > 0)
            {
                parts.Add($"{name} {count}");
            }
        }
    }

    /// <summary>One line a statistic: value, 95 % interval, or what it would take.</summary>
    public static void Write(TextWriter writer, LatencyNumbers numbers, double tickNs, string indent = "  ")
    {
        Line("min", numbers.Min, "min");
        foreach (var (name, label) in Quantiles)
        {
            Line(label, numbers.Statistics().First(s => string.Equals(s.Name, name, StringComparison.Ordinal)).ValueNs, name);
        }

        Line("max", numbers.Max, "max", $"largest of {numbers.NMatched.ToString(CultureInfo.InvariantCulture)}");
        Line("mean", numbers.Mean, "mean");
        Line("sd", numbers.Sd, "sd");
        Line("MAD", numbers.Mad, "mad");

        void Line(string label, double? valueNs, string name, string? remark = null)
        {
            if (valueNs is not { } value)
            {
                writer.WriteLine($"{indent}{label,-7}        -   {(numbers.NullReasons.TryGetValue(name, out var why) ? Reason(why) : "")}{AtLeast(name)}".TrimEnd());
                return;
            }

            // Resolution of an observed value is the tick; means and deviations of many are finer.
            var resolution = name is "mean" or "sd" ? 0 : tickNs;
            var interval = numbers.Ci95.TryGetValue(name, out var ci)
                ? $"95 % [{End(ci.Low)}, {End(ci.High)}]"
                : remark ?? (value == 0 && name == "min" ? "below one tick" : "");
            writer.WriteLine($"{indent}{label,-7}{UnitText.Time(value, resolution),11}   {interval}".TrimEnd());
        }

        string AtLeast(string name) => numbers.AtLeast.TryGetValue(name, out var bound) ? $"; at least {UnitText.Time(bound, tickNs)} (97.5 %)" : "";

        string End(double? endNs) => endNs is { } ns ? UnitText.Time(ns, tickNs) : "open";
    }

    private static string Reason(string reason) => reason.StartsWith("needs", StringComparison.Ordinal) ? $"not estimable, {reason}" : reason;
}
