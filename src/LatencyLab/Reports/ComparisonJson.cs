using System.Text.Json;
using LatencyLab.Comparison;

namespace LatencyLab.Reports;

/// <summary>Comparisons as JSON documents, schema latencylab.compare/1; times in nanoseconds, shares from 0 to 1.</summary>
public static class ComparisonJson
{
    /// <summary>One document for one comparison, or one that holds a comparison for each condition.</summary>
    /// <param name="comparisons">At least one.</param>
    /// <param name="gate">Null when none was asked for; else one result a comparison.</param>
    /// <param name="simulated">True when any run was made on a simulated rig.</param>
    public static byte[] Write(IReadOnlyList<ComparisonResult> comparisons, IReadOnlyList<GateResult>? gate, bool simulated)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", "latencylab.compare/1");
            writer.WriteBoolean("simulated", simulated);
            if (comparisons.Count == 1)
            {
                Members(writer, comparisons[0], gate?[0]);
            }
            else
            {
                writer.WriteString("verdict", Overall(comparisons).Word());
                Strings(writer, "reasons", comparisons.Select(c => c.Sentence()));
                writer.WriteStartArray("metrics");
                writer.WriteEndArray();
                writer.WriteStartArray("comparisons");
                for (var i = 0; i < comparisons.Count; i++)
                {
                    writer.WriteStartObject();
                    Members(writer, comparisons[i], gate?[i]);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>The one word for several comparisons: the worst of them.</summary>
    public static Verdict Overall(IReadOnlyList<ComparisonResult> comparisons)
    {
        Verdict[] fromWorst = [Verdict.NotComparable, Verdict.Regressed, Verdict.Inconclusive, Verdict.Improved, Verdict.Equivalent];
        return fromWorst.First(v => comparisons.Any(c => c.Verdict == v));
    }

    private static void Members(Utf8JsonWriter writer, ComparisonResult result, GateResult? gate)
    {
        writer.WriteString("verdict", result.Verdict.Word());
        Strings(writer, "reasons", result.Reasons);
        writer.WriteString("sentence", result.Sentence());
        writer.WriteStartObject("conditions");
        foreach (var (name, value) in result.Base[0].Conditions)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
        Side(writer, "base", result.BaseName, result.Base);
        Side(writer, "new", result.NewName, result.New);
        writer.WriteBoolean("interleaved", Comparability.AreInterleaved(result.Base, result.New));
        Number(writer, "more_runs", result.MoreRuns);
        writer.WriteStartArray("metrics");
        foreach (var metric in result.Metrics)
        {
            Metric(writer, result, metric);
        }

        writer.WriteEndArray();
        if (result.Verdict != Verdict.NotComparable)
        {
            Shifts(writer, result);
            Pooled(writer, result);
        }

        Strings(writer, "warnings", result.Warnings);
        if (gate is not null)
        {
            Gate(writer, gate);
        }
    }

    private static void Side(Utf8JsonWriter writer, string name, string firmware, IReadOnlyList<ComparedRun> runs)
    {
        writer.WriteStartObject(name);
        writer.WriteString("firmware", firmware);
        Strings(writer, "runs", runs.Select(r => r.RunId));
        writer.WriteNumber("stimuli", runs.Sum(r => r.Stimuli));
        writer.WriteNumber("late", runs.Sum(r => r.Late));
        writer.WriteNumber("missed", runs.Sum(r => r.Missed));
        writer.WriteEndObject();
    }

    private static void Metric(Utf8JsonWriter writer, ComparisonResult result, MetricComparison metric)
    {
        writer.WriteStartObject();
        writer.WriteString("name", metric.Name);
        writer.WriteString("unit", metric.IsRate ? "share" : "ns");
        Number(writer, "base", InUnit(metric.Base));
        Number(writer, "new", InUnit(metric.New));
        Number(writer, "diff", InUnit(metric.Difference));
        Interval(writer, "ci95", InUnit(metric.Low), InUnit(metric.High));
        Number(writer, "p", metric.P);
        Number(writer, "p_permutation", metric.PermutationP);
        Number(writer, "margin", InUnit(metric.Margin));
        writer.WriteBoolean("within_margin", metric.IsWithinMargin);
        writer.WriteString("verdict", metric.Verdict.Word());
        Number(writer, "more_runs", metric.MoreRuns);
        writer.WriteString("note", metric.Note);
        writer.WriteEndObject();

        double? InUnit(double? value) => value is { } v && !metric.IsRate ? result.TimeBase.ToNanoseconds(v) : value;
    }

    private static void Shifts(Utf8JsonWriter writer, ComparisonResult result)
    {
        writer.WriteStartArray("shift_ns");
        foreach (var shift in ShiftFunction.Of(result.Base, result.New))
        {
            writer.WriteStartObject();
            writer.WriteNumber("quantile", shift.Probability);
            writer.WriteNumber("shift", result.TimeBase.ToNanoseconds(shift.Shift));
            Interval(writer, "ci95", Ns(shift.Low), Ns(shift.High));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();

        double? Ns(double? ticks) => ticks is { } t ? result.TimeBase.ToNanoseconds(t) : null;
    }

    private static void Pooled(Utf8JsonWriter writer, ComparisonResult result)
    {
        if (PooledComparison.Of(result.Base, result.New) is not { } pooled)
        {
            return;
        }

        writer.WriteStartObject("pooled");
        writer.WriteString("note", "as if all samples were independent; no verdict comes from here");
        writer.WriteNumber("chance_new_longer", pooled.ChanceNewLonger);
        writer.WriteNumber("hodges_lehmann_ns", result.TimeBase.ToNanoseconds(pooled.HodgesLehmannTicks));
        writer.WriteNumber("kolmogorov_smirnov_d", pooled.KolmogorovSmirnovD);
        Number(writer, "anderson_darling_t", pooled.AndersonDarlingT);
        Number(writer, "brunner_munzel_p", pooled.BrunnerMunzelP);
        Number(writer, "brown_forsythe_p", pooled.BrownForsytheP);
        Number(writer, "base_intraclass", pooled.BaseRuns?.Intraclass);
        Number(writer, "base_effective_n", pooled.BaseRuns?.EffectiveN);
        writer.WriteEndObject();
    }

    private static void Gate(Utf8JsonWriter writer, GateResult gate)
    {
        writer.WriteStartObject("gate");
        writer.WriteString("outcome", gate.Outcome.ToString().ToLowerInvariant());
        writer.WriteStartArray("limits");
        foreach (var finding in gate.Findings)
        {
            writer.WriteStartObject();
            writer.WriteString("limit", finding.Limit.Text);
            writer.WriteString("outcome", finding.Outcome.ToString().ToLowerInvariant());
            writer.WriteString("why", finding.Why);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static void Interval(Utf8JsonWriter writer, string name, double? low, double? high)
    {
        writer.WriteStartArray(name);
        Value(writer, low);
        Value(writer, high);
        writer.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter writer, string name, double? value)
    {
        writer.WritePropertyName(name);
        Value(writer, value);
    }

    private static void Value(Utf8JsonWriter writer, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
