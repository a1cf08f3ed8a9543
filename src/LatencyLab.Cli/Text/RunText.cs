using LatencyLab.Cli.Screen;
using LatencyLab.Reports;
using LatencyLab.Runs.Documents;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Cli.Text;

/// <summary>The result of a run as text.</summary>
internal static class RunText
{
    /// <summary>Heading, counts, table, histogram, uncertainty, warnings; the closing line is the caller's.</summary>
    public static void Write(RunDocument run, SortedCounts latencies, TimeBase timeBase, int width, TextWriter writer, bool ascii = false)
    {
        if (run.Simulated)
        {
            writer.WriteLine("SIMULATED: synthetic latencies, no board was measured.");
        }

        if (run.Sampler is { Kind: SamplerDocument.SelfKind } self)
        {
            writer.WriteLine($"SELF-TIMED by {self.Ticks}: the board stamped itself, from the write to its own pin to the handler's first statement.");
            writer.WriteLine($"Resolution {UnitText.Time(timeBase.TickNs)}, latencies up to {UnitText.Time(self.BiasNs ?? 0)} too long; not comparable with runs that a sampler has timed.");
        }

        writer.WriteLine(TerminalText.Clean(Heading(run)));
        if (run.Plan.MinLatencyNs is > 0 and var least)
        {
            writer.WriteLine($"min latency {UnitText.Time(least)}: an earlier answer is taken for crosstalk");
        }

        if (run.Plan.Test == "schedule")
        {
            writer.WriteLine("from micropython.schedule in the interrupt's handler (response rises) to the scheduled function (response falls)");
        }

        var counts = run.Counts!;
        writer.WriteLine(LatencyText.Counts(counts, counts.Callbacks));
        writer.WriteLine();
        if (run.Burst is { } burst)
        {
            BurstText.Write(writer, burst, run.Plan);
            writer.WriteLine();
        }

        if (run.Burst is null || run.LatencyNs!.NMatched > 0)
        {
            LatencyText.Write(writer, run.LatencyNs!, timeBase.TickNs);
        }

        if (run.ByEdge is { } byEdge)
        {
            writer.WriteLine("rising stimuli");
            LatencyText.Write(writer, byEdge.Rising.LatencyNs, timeBase.TickNs);
            writer.WriteLine("falling stimuli");
            LatencyText.Write(writer, byEdge.Falling.LatencyNs, timeBase.TickNs);
        }

        if (latencies.Count > 0)
        {
            writer.WriteLine();
            foreach (var line in TextHistogram.Lines(latencies, timeBase, width, ascii: ascii))
            {
                writer.WriteLine(line);
            }
        }

        if (run.DetailsNs is { } details && latencies.Count > 0)
        {
            writer.WriteLine();
            DetailsText.Write(writer, details, run.LatencyNs!, timeBase);
        }

        writer.WriteLine();
        writer.WriteLine($"uncertainty (k = 2)   one latency ± {UnitText.Time(2 * run.UncertaintyNs!.Single)}   common to all ± {UnitText.Time(2 * run.UncertaintyNs.Systematic)}   tick {UnitText.Time(timeBase.TickNs)}");
        if (run.Sampler is { Kind: not SamplerDocument.SelfKind } sampler)
        {
            writer.WriteLine(ClockText.Line(sampler, run.CreatedUtc));
        }

        foreach (var warning in run.Warnings)
        {
            writer.WriteLine(TerminalText.Clean($"warning: {warning}"));
        }

        foreach (var reason in run.Reasons)
        {
            writer.WriteLine(TerminalText.Clean($"{(run.Status == RunStatus.Invalid ? "INVALID" : "partial")}: {reason}"));
        }
    }

    /// <summary>What was measured, in one line.</summary>
    private static string Heading(RunDocument run)
    {
        var plan = run.Plan;
        return run.Target?.Micropython is null
            ? $"irq {plan.Irq}   free-running target{(plan.Label is { } label ? $" '{label}'" : "")}   sampler {run.Sampler?.Kind} {run.Sampler?.Port}"
            : $"{plan.Test} {plan.Irq}   {(plan.StimulusPin is { } fires ? $"GPIO{fires} -> GPIO{plan.Pin}" : $"GPIO{plan.Pin} -> GPIO{plan.ResponsePin}")}   handler {plan.Script ?? plan.Handler}   {(plan.Idle is { } idle ? $"idle {idle}   " : "")}load {plan.Load}   {run.Target.Machine}, MicroPython {run.Target.Micropython}, {UnitText.Frequency(run.Target.CpuHz ?? 0)}";
    }
}
