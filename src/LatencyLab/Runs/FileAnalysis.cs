using LatencyLab.Analysis;
using LatencyLab.Formats;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Runs;

/// <summary>What to look for in a capture.</summary>
/// <param name="Pair">"STIM:RESP"; null when the file has just two channels.</param>
/// <param name="Edge">"rising", or one for each side as in "rising:both".</param>
/// <param name="Window">A later answer is late; null means until the next stimulus.</param>
/// <param name="MinLatency">An earlier answer is crosstalk.</param>
/// <param name="ClockPpm">Half width of the recorder's clock error.</param>
/// <param name="Limit">The latency whose exceedances are counted; null for none.</param>
/// <param name="WithTail">True to extrapolate the tail.</param>
public sealed record AnalysisRequest(
    string? Pair, string Edge, Duration? Window, Duration MinLatency, double ClockPpm, Duration? Limit = null, bool WithTail = false)
{
    /// <summary>The two channel names; null when none were given.</summary>
    /// <exception cref="LatencyLabException">Not of the form A:B.</exception>
    public (string Stimulus, string Response)? Names()
    {
        if (Pair is null)
        {
            return null;
        }

        var parts = Pair.Split(':', StringSplitOptions.TrimEntries);
        return parts is [{ Length: > 0 } stimulus, { Length: > 0 } response]
            ? (stimulus, response)
            : throw new LatencyLabException(FaultKind.Usage, $"'{Pair}' is not a pair of channels.", "--pair", "Write --pair STIMULUS:RESPONSE, such as --pair TCK:RTCK.");
    }

    /// <summary>Edges of the stimulus and of the response side.</summary>
    /// <exception cref="LatencyLabException">Not rising, falling or both.</exception>
    public (EdgeKind Stimulus, EdgeKind Response) Edges()
    {
        var parts = Edge.Split(':', StringSplitOptions.TrimEntries);
        return parts.Length is 1 or 2 && EdgeWords.TryParse(parts[0], out var stimulus) && EdgeWords.TryParse(parts[^1], out var response)
            ? (stimulus, response)
            : throw new LatencyLabException(FaultKind.Usage, $"'{Edge}' is not an edge.", "--edge", "Write rising, falling or both, or one for each side, such as --edge rising:both.");
    }
}

/// <summary>Latencies of a capture that stands in a file, in one pass over it.</summary>
public static class FileAnalysis
{
    /// <summary>What the reader of an analysed live session must be told.</summary>
    private const string OfTheEndOnly = "A live session keeps the edges of its end: these numbers are of them alone. 'latencylab runs show' has those of the whole session.";

    /// <summary>Pairs two channels of a capture.</summary>
    /// <param name="source">The opened capture.</param>
    /// <param name="file">What the user calls it.</param>
    /// <param name="request">Channels, edges, window.</param>
    /// <param name="also">Gets the time base as soon as it is known, and returns who gets every pair; null for nobody.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LatencyLabException">The file can't be read, or a channel isn't there.</exception>
    public static FileAnalysisResult Run(
        ICaptureSource source, string file, AnalysisRequest request, Func<TimeBase, IPairSink>? also = null, CancellationToken cancellationToken = default)
    {
        var pairing = new LatePairing(header => RulesFor(request, header), also);
        source.Read(pairing, cancellationToken);
        var pipeline = pairing.Pipeline!;
        var analysis = Document(pipeline, pipeline.Result(null, request.Limit), source.Format, file, 0, request.ClockPpm);
        return request.WithTail ? WithTail(analysis, pipeline) : analysis;
    }

    /// <summary>Pairs the edges of a run once more, as the run itself did: the same numbers come out, bit for bit.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="request">Its limit and tail are used, the rest is the run's own; null for neither.</param>
    /// <param name="also">Gets the time base as soon as it is known, and returns who gets every pair; null for nobody.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LatencyLabException">The folder can't be read, or the run has no stimuli to pair.</exception>
    public static FileAnalysisResult Run(
        RunFolder folder, AnalysisRequest? request = null, Func<TimeBase, IPairSink>? also = null, CancellationToken cancellationToken = default)
    {
        var run = folder.Read();
        if (run.Plan is { StimulusChannel: null } or { ResponseChannel: null })
        {
            throw new LatencyLabException(FaultKind.Usage, "This capture has no stimulus and response of its own.", folder.Path,
                run.Signals is { Count: > 0 } signals ? $"Look at one of its signals: --signal {signals[0].Name}." : "Say which channels to pair: --pair STIMULUS:RESPONSE.");
        }

        var pairing = new LatePairing(header => RulesOf(run, header, folder.Path)!, also);
        var source = folder.OpenEdges();
        source.Read(pairing, cancellationToken);
        var pipeline = pairing.Pipeline!;
        // A live session kept the edges of its end only: its callbacks were those of the whole.
        var result = pipeline.Result(run.Live is null ? run.Counts?.Callbacks + pipeline.Tally.WarmupAnswered : null, request?.Limit ?? LimitOf(run.Plan));
        var edgeNs = run.Sampler?.BiasNs ?? (run.Sampler is { ClockHz: null } ? 0 : result.TimeBase.TickNs / 2);
        var analysis = Document(pipeline, result, source.Format, folder.Path, edgeNs, run.Sampler?.ClockPpmLimit ?? PicoSampler.ClockPpm);
        analysis = analysis with { Document = analysis.Document with { Simulated = run.Simulated } };
        if (run.Live is not null)
        {
            analysis = analysis with { Document = analysis.Document with { Warnings = [.. analysis.Document.Warnings, OfTheEndOnly] } };
        }

        return request is { WithTail: true } ? WithTail(analysis, pipeline) : analysis;
    }

    // A number that no run wrote is no limit.
    private static Duration? LimitOf(PlanDocument plan) => plan.LimitNs is > 0 and < 1e15 and var ns ? new Duration((long)Math.Round(ns * 1000)) : null;

    private static FileAnalysisResult WithTail(FileAnalysisResult analysis, LatencyPipeline pipeline)
    {
        var (tail, reason) = pipeline.Tally.Tail();
        return analysis with { Document = analysis.Document with { TailNs = TailDetails.Of(tail, reason, analysis.Result.TimeBase) } };
    }

    private static FileAnalysisResult Document(LatencyPipeline pipeline, LatencyResult result, string format, string file, double edgeNs, double clockPpm) => new(
        new AnalysisDocument
        {
            Source = new SourceDocument
            {
                File = file,
                Format = format,
                TickHz = result.TimeBase.TickHz,
                Channels = [.. pipeline.Header!.Channels.Select(c => new ChannelDocument { Index = c.Index, Name = c.Name, Edges = pipeline.EdgesSeen[c.Index] })],
            },
            Counts = AnalysisCounts.Of(result.Counts, result.Gaps),
            LatencyNs = LatencyInTime.Of(result.Summary, result.TimeBase),
            ByEdge = LatencyInTime.ByEdge(result),
            DetailsNs = result.Report is { } report ? LatencyDetails.Of(report, result.TimeBase, edgeNs, clockPpm) : null,
            UncertaintyNs = LatencyInTime.UncertaintyOf(result.Summary, result.TimeBase, edgeNs, clockPpm),
            Warnings = [.. result.Warnings],
        }, result, pipeline.Rules.StimulusChannel, pipeline.Rules.ResponseChannel);

    /// <summary>The channels and edges that a request means in a capture.</summary>
    /// <exception cref="LatencyLabException">A channel isn't there, or nobody can know which are meant (kind usage).</exception>
    public static PairingRules RulesFor(AnalysisRequest request, CaptureHeader header)
    {
        var (stimulusEdge, responseEdge) = request.Edges();
        var (stimulus, response) = request.Names() is { } names
            ? (Find(header, names.Stimulus), Find(header, names.Response))
            : header.Channels.Count == 2 ? (0, 1) : throw NoPair(header);
        return new PairingRules(
            stimulus, response, stimulusEdge, responseEdge,
            request.Window is { } window ? header.TimeBase.ToTicks(window) : null, header.TimeBase.ToTicks(request.MinLatency));
    }

    /// <summary>The channels and edges that a run has paired; null where it has no stimuli of its own.</summary>
    /// <exception cref="CaptureFormatException">run.json names channels that the edges don't have, or edges or trains that don't exist.</exception>
    public static PairingRules? RulesOf(RunDocument run, CaptureHeader header, string path)
    {
        if (run.Plan is not { StimulusChannel: { } stimulus, ResponseChannel: { } response } plan)
        {
            return null;
        }

        if (stimulus < 0 || stimulus >= header.Channels.Count || response < 0 || response >= header.Channels.Count)
        {
            throw new CaptureFormatException("run.json names channels that the edges don't have.", path);
        }

        if (!EdgeWords.TryParse(plan.StimulusEdge ?? "rising", out var stimulusEdge) || !EdgeWords.TryParse(plan.ResponseEdge ?? "rising", out var responseEdge))
        {
            throw new CaptureFormatException($"run.json names edges that don't exist: '{plan.StimulusEdge}', '{plan.ResponseEdge}'.", path);
        }

        if (plan.Burst is < 2 or > BurstPlan.MaxLength)
        {
            throw new CaptureFormatException($"run.json says trains of {plan.Burst} stimuli; they have 2 to {BurstPlan.MaxLength}.", path);
        }

        return new PairingRules(
            stimulus, response, stimulusEdge, responseEdge, plan.WindowTicks, plan.MinLatencyTicks ?? 0, run.Live is null ? plan.Warmup ?? 0 : 0, plan.Burst);
    }

    private static int Find(CaptureHeader header, string name) =>
        header.Channels.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal))?.Index
        ?? throw new LatencyLabException(FaultKind.Usage, $"There is no channel '{name}'.", "--pair", $"The channels are {List(header)}.");

    private static LatencyLabException NoPair(CaptureHeader header) => header.Channels.Count < 2
        ? new(
            FaultKind.Usage, "A latency lies between two channels, and the capture has only one.", "--pair",
            $"Write --signal {List(header)} for its periods and pulses.")
        : new(
            FaultKind.Usage, $"The capture has {header.Channels.Count} channels, so nobody can know which is the stimulus.", "--pair",
            $"Write --pair STIMULUS:RESPONSE; the channels are {List(header)}.");

    private static string List(CaptureHeader header) => string.Join(", ", header.Channels.Take(32).Select(c => c.Name));
}

/// <summary>The numbers of an analysis, and the ticks behind them for pictures.</summary>
/// <param name="Document">What is printed.</param>
/// <param name="Result">Counts and statistics in ticks.</param>
/// <param name="StimulusChannel">Index of the channel that asked.</param>
/// <param name="ResponseChannel">Index of the channel that answered.</param>
public sealed record FileAnalysisResult(AnalysisDocument Document, LatencyResult Result, int StimulusChannel, int ResponseChannel);
