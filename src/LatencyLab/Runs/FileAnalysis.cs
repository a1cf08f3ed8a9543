using LatencyLab.Analysis;
using LatencyLab.Formats;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Runs;

/// <summary>What to look for in a capture.</summary>
/// <param name="Pair">"STIM:RESP"; null when the file has just two channels.</param>
/// <param name="Edge">"rising", or one for each side as in "rising:both".</param>
/// <param name="Window">A later answer is late; null means until the next stimulus.</param>
/// <param name="MinLatency">An earlier answer is crosstalk.</param>
/// <param name="ClockPpm">Half width of the recorder's clock error.</param>
public sealed record AnalysisRequest(string? Pair, string Edge, Duration? Window, Duration MinLatency, double ClockPpm)
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

/// <summary>Edge kinds as files and command lines write them.</summary>
public static class EdgeWords
{
    public static bool TryParse(string text, out EdgeKind kind)
    {
        kind = text switch { "falling" => EdgeKind.Falling, "both" => EdgeKind.Both, _ => EdgeKind.Rising };
        return text is "rising" or "falling" or "both";
    }

    public static string Of(EdgeKind kind) => kind switch { EdgeKind.Falling => "falling", EdgeKind.Both => "both", _ => "rising" };
}

/// <summary>Latencies of a capture file, in one pass over it.</summary>
public static class FileAnalysis
{
    /// <summary>Pairs two channels of a capture.</summary>
    /// <param name="source">The opened capture.</param>
    /// <param name="file">What the user calls it.</param>
    /// <param name="request">Channels, edges, window.</param>
    /// <param name="also">Gets the time base as soon as it is known, and returns who gets every pair; null for nobody.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LatencyLabException">The file can't be read, or a channel isn't there.</exception>
    public static AnalysisDocument Run(ICaptureSource source, string file, AnalysisRequest request, Func<TimeBase, IPairSink>? also, CancellationToken cancellationToken)
    {
        var sink = new NamedPairing(request, also);
        source.Read(sink, cancellationToken);
        var pipeline = sink.Pipeline!;
        var result = pipeline.Result();
        return new AnalysisDocument
        {
            Source = new SourceDocument
            {
                File = file,
                Format = source.Format,
                TickHz = result.TimeBase.TickHz,
                Channels = [.. pipeline.Header!.Channels.Select(c => new ChannelDocument { Index = c.Index, Name = c.Name, Edges = pipeline.EdgesSeen[c.Index] })],
            },
            Counts = new AnalysisCounts
            {
                Stimuli = result.Counts.Stimuli,
                Matched = result.Counts.Matched,
                Late = result.Counts.Late,
                Missed = result.Counts.Missed,
                Excluded = result.Counts.Excluded,
                Extra = result.Counts.Extra,
                Spurious = result.Counts.Spurious,
                Gaps = result.Gaps,
            },
            LatencyNs = LatencyInTime.Of(result.Summary, result.TimeBase),
            ByEdge = ByEdge(result),
            UncertaintyNs = LatencyInTime.UncertaintyOf(result.Summary, result.TimeBase, 0, request.ClockPpm),
            Warnings = [.. result.Warnings],
        };
    }

    internal static LatenciesByEdge? ByEdge(LatencyResult result) => result.Rising is { } rising && result.Falling is { } falling
        ? new LatenciesByEdge
        {
            Rising = new EdgeLatencies { LatencyNs = LatencyInTime.Of(rising, result.TimeBase) },
            Falling = new EdgeLatencies { LatencyNs = LatencyInTime.Of(falling, result.TimeBase) },
        }
        : null;

    /// <summary>Finds the channels by name once the header is known, then pairs.</summary>
    private sealed class NamedPairing(AnalysisRequest request, Func<TimeBase, IPairSink>? also) : IEdgeSink
    {
        public LatencyPipeline? Pipeline { get; private set; }

        public void Begin(CaptureHeader header)
        {
            var (stimulusEdge, responseEdge) = request.Edges();
            var (stimulus, response) = request.Names() is { } names
                ? (Find(header, names.Stimulus), Find(header, names.Response))
                : header.Channels.Count == 2 ? (0, 1) : throw NoPair(header);
            var rules = new PairingRules(
                stimulus, response, stimulusEdge, responseEdge,
                request.Window is { } window ? header.TimeBase.ToTicks(window) : null, header.TimeBase.ToTicks(request.MinLatency));
            Pipeline = also is null ? new LatencyPipeline(rules) : new LatencyPipeline(rules, also(header.TimeBase));
            Pipeline.Begin(header);
        }

        public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => Pipeline!.Edges(channel, firstLevel, ticks);

        public void Gap(Gap gap) => Pipeline!.Gap(gap);

        public void Advance(long completeBeforeTick) => Pipeline!.Advance(completeBeforeTick);

        public void End(long endTick) => Pipeline!.End(endTick);

        private static int Find(CaptureHeader header, string name) =>
            header.Channels.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal))?.Index
            ?? throw new LatencyLabException(FaultKind.Usage, $"There is no channel '{name}'.", "--pair", $"The channels are {List(header)}.");

        private static LatencyLabException NoPair(CaptureHeader header) =>
            new(FaultKind.Usage, "The capture hasn't just two channels, so nobody can know which is the stimulus.", "--pair", $"Write --pair STIMULUS:RESPONSE; the channels are {List(header)}.");

        private static string List(CaptureHeader header) => string.Join(", ", header.Channels.Take(32).Select(c => c.Name));
    }
}
