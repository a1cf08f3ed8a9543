using System.Globalization;
using LatencyLab.Analysis;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Runs;

/// <summary>One measurement with a sampler that only listens, paired and judged as a run with stimuli of our own.</summary>
public sealed class ObservationSession(ObservationPlan plan, ISampler sampler)
{
    private readonly List<string> _reasons = [];
    private readonly List<string> _warnings = [];

    /// <summary>Measures. A measurement that took place always comes back, be it invalid; only what prevents it is thrown.</summary>
    /// <param name="edges">Gets every edge, before it is paired: the log.</param>
    /// <param name="pairs">Gets the time base before the first edge, and returns who gets every pair.</param>
    /// <param name="onProgress">Called often.</param>
    /// <param name="cancellationToken">Stops in order: what was measured until then comes back as partial.</param>
    /// <exception cref="LatencyLabException">The sampler can't do what is asked, or is another device.</exception>
    public async Task<Observation> MeasureAsync(
        IEdgeSink edges, Func<TimeBase, IPairSink> pairs, Action<RunProgress> onProgress, CancellationToken cancellationToken)
    {
        var pairing = new LatePairing(header => plan.Rules(header.TimeBase), pairs);
        var wanted = plan.Samples + plan.Warmup;
        var cut = new CaptureCut(new EdgeFanOut(edges, pairing), null, wanted is { } stimuli ? new StimulusCount(0, plan.StimulusEdge, stimuli) : null);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        SamplerOutcome? outcome = null;
        onProgress(new RunProgress("waiting for the sampler", 0, wanted ?? 0, null, default));
        try
        {
            outcome = await sampler.ListenAsync(new ListenRequest([plan.Stimulus, plan.Response], plan.Duration), cut, () =>
            {
                if (cut.IsOver)
                {
                    enough.Cancel();
                }

                if (pairing.Pipeline is { Header: { } header } pipeline)
                {
                    onProgress(new RunProgress("listening", pipeline.Tally.Total, wanted ?? 0, pipeline.Tally, header.TimeBase));
                }
            }, enough.Token);
        }
        catch (LatencyLabException e) when (e.Kind is FaultKind.Device or FaultKind.Measurement && cut.HasBegun)
        {
            cut.Stop();
            _reasons.Add($"The recording broke off: {e.Message}");
        }

        return Conclude(pairing.Pipeline!, outcome, wanted, cancellationToken.IsCancellationRequested);
    }

    private Observation Conclude(LatencyPipeline pipeline, SamplerOutcome? outcome, long? wanted, bool interrupted)
    {
        var result = pipeline.Result(limit: plan.Limit);
        _warnings.AddRange(result.Warnings);
        _warnings.AddRange(outcome?.Warnings ?? []);
        _reasons.AddRange(outcome?.Faults ?? []);
        if (!interrupted && pipeline.Tally.Total < wanted)
        {
            _reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{wanted} stimuli were asked for, warm-up included, and {pipeline.Tally.Total} came before the sampler's end."));
        }

        if (!interrupted)
        {
            LatencyFindings.AddNothingMatched(result.Counts, _reasons);
        }

        // The end of a recording that nobody aligned with the stimuli cuts the window of the last one.
        LatencyFindings.AddTooManyExcluded(result.Counts, 1, plan.MaxExcludedPercent, _reasons);
        var status = _reasons.Count > 0 ? RunStatus.Invalid : interrupted ? RunStatus.Partial : RunStatus.Complete;
        if (interrupted)
        {
            _reasons.Add(RunSession.Interrupted);
        }

        return new Observation(
            plan, outcome?.Sampler ?? new SamplerIdentity(sampler.Kind, sampler.Name, pipeline.Header!.TimeBase.TickHz), outcome, result, status, _reasons, _warnings,
            pipeline.Gaps, pipeline.EdgesSeen);
    }
}

/// <summary>One measurement with a listening sampler after its end, in memory.</summary>
/// <param name="Plan">As it was carried out.</param>
/// <param name="Sampler">What stamped.</param>
/// <param name="Outcome">How the recording went; null when it broke off.</param>
/// <param name="Result">Counts and statistics.</param>
/// <param name="Status">Complete, partial (interrupted) or invalid.</param>
/// <param name="Reasons">Why it isn't complete.</param>
/// <param name="Warnings">What the reader must know besides.</param>
/// <param name="Gaps">Spans of doubt.</param>
/// <param name="EdgesSeen">Edges by channel.</param>
public sealed record Observation(
    ObservationPlan Plan, SamplerIdentity Sampler, SamplerOutcome? Outcome, LatencyResult Result, RunStatus Status, IReadOnlyList<string> Reasons,
    IReadOnlyList<string> Warnings, IReadOnlyList<Gap> Gaps, IReadOnlyList<long> EdgesSeen)
{
    /// <summary>The measurement as run.json tells it.</summary>
    /// <param name="draft">What was written before: ids, command line, tool.</param>
    public RunDocument ToDocument(RunDocument draft) => draft.WithResult(Result, Sampler) with
    {
        Status = Status,
        Reasons = Reasons,
        Firmware = Outcome?.Firmware ?? draft.Firmware,
        Plan = Plan.ToDocument(Result.TimeBase),
        Sampler = SamplerDocument.Of(Sampler, Outcome?.Health) with
        {
            Channels =
            [
                new ChannelDocument { Index = 0, Name = Plan.Stimulus.Name, Edges = EdgesSeen[0] },
                new ChannelDocument { Index = 1, Name = Plan.Response.Name, Edges = EdgesSeen[1] },
            ],
        },
        Warnings = Warnings,
        Gaps = [.. Gaps.Select(GapDocument.From)],
    };

    /// <summary>The document before the first edge.</summary>
    /// <param name="plan">What is planned.</param>
    /// <param name="timeBase">Ticks, where the sampler has said its rate already.</param>
    /// <param name="origin">Folder, command line, tool.</param>
    public static RunDocument Planned(ObservationPlan plan, TimeBase? timeBase, RunOrigin origin) =>
        origin.Planned(plan.ToDocument(timeBase)) with { Target = MeasuredRunDocument.FreeRunningTarget };
}
