using LatencyLab.Runs.Documents;
using LatencyLab.Samplers;

namespace LatencyLab.Runs.Periodic;

/// <summary>A measurement of signals as run.json tells it.</summary>
public static class MeasuredSignalsDocument
{
    /// <summary>The document before the first edge: what is planned, on what.</summary>
    public static RunDocument Planned(SignalPlan plan, BoardOnPort target, SamplerIdentity sampler, RunOrigin origin) => origin.Planned(plan.ToDocument()) with
    {
        Target = MeasuredRunDocument.TargetOf(target),
        Sampler = SamplerDocument.Of(sampler),
        NullReasons = NoLatencies(plan),
    };

    /// <summary>The document of a measurement that is over.</summary>
    public static RunDocument Of(RunDocument planned, MeasuredSignals measured) => planned with
    {
        Status = measured.Status,
        Reasons = measured.Reasons,
        Plan = measured.Plan.ToDocument(),
        Firmware = measured.Firmware,
        Target = MeasuredRunDocument.TargetOf(measured.Target) with
        {
            CpuHz = measured.CpuHz ?? measured.Target.Board.Identity.CpuHz,
            LoadWork = measured.LoadWork is { Count: > 0 } work ? work : null,
        },
        Sampler = SamplerDocument.Of(measured.Sampler, measured.Health) with
        {
            Channels = [.. measured.EdgesByChannel.Select((edges, index) => new ChannelDocument { Index = index, Name = SignalSession.ChannelNames(measured.Plan)[index], Edges = edges })],
        },
        Wiring = new WiringDocument { Wires = measured.Wires },
        Signals = [.. measured.Signals.Select(s => s.ToNumbers(measured.TimeBase, measured.Sampler))],
        Warnings = measured.Warnings,
        Gaps = [.. measured.Gaps.Select(GapDocument.From)],
    };

    private static Dictionary<string, string> NoLatencies(SignalPlan plan)
    {
        var reason = $"the {plan.ToDocument().Test} test has no stimuli";
        return new Dictionary<string, string>(StringComparer.Ordinal) { ["counts"] = reason, ["latency_ns"] = reason, ["uncertainty_ns"] = "each signal has its own" };
    }
}
