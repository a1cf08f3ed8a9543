using LatencyLab.Analysis;
using LatencyLab.Formats;
using LatencyLab.Reports;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Cli.Pictures;

/// <summary>A run folder or a capture file that pictures are made of.</summary>
/// <param name="Path">As the user named it.</param>
/// <param name="Run">Content of run.json; null for a plain file.</param>
/// <param name="Source">The edges.</param>
/// <param name="Request">Which channels of a plain file are paired, and how.</param>
/// <param name="Reopen">The same edges, those in some spans of ticks only where the format has an index.</param>
internal sealed record PictureInput(string Path, RunDocument? Run, ICaptureSource Source, AnalysisRequest Request, Func<IReadOnlyList<(long FromTick, long ToTick)>, ICaptureSource> Reopen)
{
    /// <summary>True where its edges say that they were simulated.</summary>
    public bool IsSimulated => Run?.Simulated ?? IsMarked;

    private bool IsMarked { get; init; }

    /// <summary>Opens a run folder or a capture file.</summary>
    /// <exception cref="LatencyLabException">Nothing there, or not readable.</exception>
    public static PictureInput Open(string path, AnalysisRequest request, ReadOptions options)
    {
        if (!Directory.Exists(path))
        {
            return new PictureInput(path, null, CaptureFile.Open(path, options), request, spans => CaptureFile.Open(path, options with { Spans = spans })) { IsMarked = SimulatedMark.IsOn(path) };
        }

        var folder = RunFolder.Open(path);
        return new PictureInput(folder.Path, folder.Read(), folder.OpenEdges(options), request, spans => folder.OpenEdges(options with { Spans = spans }));
    }

    /// <summary>How stimulus and response are found and joined.</summary>
    /// <exception cref="LatencyLabException">The run paired nothing, or the channels aren't known (kind usage).</exception>
    public PairingRules Rules(CaptureHeader header) =>
        (Request.Pair is null && Run is not null ? FileAnalysis.RulesOf(Run, header, Path) : null) ?? FileAnalysis.RulesFor(Request, header);

    /// <summary>
    /// Reads and pairs it. A live session stored the edges of its end and the counts of the whole: without a window, latencies are those of the whole and
    /// only what runs along time is of its end.
    /// </summary>
    /// <param name="from">Stimuli before it are left out; null for none.</param>
    /// <param name="to">Stimuli after it are left out; null for none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public AnalysedCapture Analyse(Duration? from, Duration? to, CancellationToken cancellationToken)
    {
        var capture = AnalysedCapture.Read(Source, Rules, from, to, Run?.Live is null && Request.Pair is null ? Run?.Counts?.Callbacks : null, cancellationToken);
        if (Run?.Live is null || from is not null || to is not null || !Directory.Exists(Path))
        {
            return capture;
        }

        // Its longest answers may lie before the edges that were kept: there is no waveform of those.
        return capture with { Tally = PairTally.Restore(LatencyCounts.Read(RunFolder.Open(Path).LatencyCountsPath), capture.Tally.Worst.Values.ToArray()) };
    }

    /// <summary>The run, or what would stand in its run.json if the file had been imported.</summary>
    public RunDocument Document(AnalysedCapture capture)
    {
        if (Run is not null)
        {
            return Run;
        }

        var rules = Rules(capture.Header);
        return new RunDocument
        {
            RunId = System.IO.Path.GetFileName(Path),
            Status = RunStatus.Complete,
            Simulated = IsSimulated,
            CreatedUtc = new DateTimeOffset(File.GetLastWriteTimeUtc(Path)),
            Argv = ["analyze", Path, "--pair", $"{capture.Header.Channels[rules.StimulusChannel].Name}:{capture.Header.Channels[rules.ResponseChannel].Name}", "--edge", Request.Edge],
            Tool = ToolVersion.Document,
            Plan = new PlanDocument
            {
                Test = "capture",
                StimulusChannel = rules.StimulusChannel,
                StimulusEdge = EdgeWords.Of(rules.StimulusEdge),
                ResponseChannel = rules.ResponseChannel,
                ResponseEdge = EdgeWords.Of(rules.ResponseEdge),
                WindowTicks = rules.WindowTicks,
                WindowNs = rules.WindowTicks is { } window ? capture.TimeBase.ToNanoseconds(window) : null,
            },
            Source = new SourceDocument
            {
                File = Path,
                Format = Source.Format,
                TickHz = capture.TimeBase.TickHz,
                Channels = [.. capture.Header.Channels.Select(c => new ChannelDocument { Index = c.Index, Name = c.Name })],
            },
            Counts = new RunCounts(AnalysisCounts.Of(capture.Result.Counts, capture.Gaps.Count), callbacks: null),
            LatencyNs = LatencyInTime.Of(capture.Result.Summary, capture.TimeBase),
            UncertaintyNs = LatencyInTime.UncertaintyOf(capture.Result.Summary, capture.TimeBase, 0, Request.ClockPpm),
            Warnings = [.. capture.Result.Warnings],
            Gaps = [.. capture.Gaps.Select(GapDocument.From)],
        };
    }

    /// <summary>How its pictures look: stamped with what a reader must not overlook.</summary>
    public Plots.PlotStyle Style(Plots.PlotTheme theme) => new(theme, Simulated: IsSimulated, SelfTimed: Run is { SelfTimed: true });

    /// <summary>What this input is called in legends: the label, the firmware, or the name of the folder or file.</summary>
    public string Name => Run?.Plan.Label ?? (Run?.Target?.Micropython is { } version ? "MicroPython " + version : null) ?? Run?.RunId ?? System.IO.Path.GetFileName(Path);

    /// <summary>The edges once more, between two times only.</summary>
    public Capture[] ReadWindows(IReadOnlyList<(long FromTick, long ToTick)> windows, CancellationToken cancellationToken)
    {
        var collector = new WindowCollector(windows);
        Reopen(windows).Read(collector, cancellationToken);
        if (collector.NeedsMore)
        {
            // A line without any edge near the window: only what was skipped can tell its level.
            collector = new WindowCollector(windows);
            Source.Read(collector, cancellationToken);
        }

        return [.. windows.Select((_, i) => collector.ToCapture(i))];
    }

    /// <summary>Lines above a picture of this input.</summary>
    public Plots.PlotHeading Heading(AnalysedCapture? capture)
    {
        if (Run is { } run)
        {
            return new Plots.PlotHeading(ReportWords.Title(run), ReportWords.Subtitle(run));
        }

        var file = System.IO.Path.GetFileName(Path);
        if (capture is null)
        {
            return new Plots.PlotHeading(file, Source.Format);
        }

        var rules = Rules(capture.Header);
        var (stimulus, response) = (capture.Header.Channels[rules.StimulusChannel].Name, capture.Header.Channels[rules.ResponseChannel].Name);
        return new Plots.PlotHeading(
            $"Latency {stimulus} to {response}",
            $"{file}, {Source.Format}, tick {UnitText.Time(capture.TimeBase.TickNs)}, n {ReportWords.Count(capture.Result.Summary.N)}, missed {ReportWords.Count(capture.Result.Counts.Missed)}");
    }
}
