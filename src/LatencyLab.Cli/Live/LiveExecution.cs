using System.Globalization;
using System.Text;
using LatencyLab.Boards;
using LatencyLab.Captures;
using LatencyLab.Cli.Commands;
using LatencyLab.Cli.Devices;
using LatencyLab.Cli.Measuring;
using LatencyLab.Cli.Screen;
using LatencyLab.Cli.Text;
using LatencyLab.Plots;
using LatencyLab.Reports;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Live;
using LatencyLab.Units;

namespace LatencyLab.Cli.Live;

/// <summary>Carries out one <c>live</c> command: rig, session, what is kept of it, text.</summary>
internal sealed class LiveExecution(RunRequest request, LiveEnds ends, IReadOnlyList<string> argv, Output output)
{
    private readonly ProgressDisplay _progress = new(output.Screen, output.TalkTerminal, TimeProvider.System);

    private readonly PinCheck _pins = new(output, request.ForcePin);

    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var selection = new RigSelection(request.Rig, request.Target, request.Sampler, request.Timeout, request.Wait)
        {
            CommandOnSimulator = RigSelection.OnSimulator(argv), KeepsTruth = false,
        };
        if (request.SimTruth is not null && selection.KnownChip is null)
        {
            throw new LatencyLabException(FaultKind.Usage, "Only a simulated rig knows the truth.", "--sim-truth", "Use it with --rig sim.");
        }

        // What can be refused without knowing the chip is refused before a board is touched.
        ends.Of(selection.KnownChip is { } known ? _pins.Passed(known, request.Plan(known, 1, 1)) : request.PlanOn(request.ResponsePin ?? -1, 1, 1));
        await using var rig = await selection.OpenAsync(output.Talk, cancellationToken);
        var (target, sampler) = await rig.StartAsync(cancellationToken);
        var chip = BoardCatalog.Get(target!.Chip);
        var live = ends.Of(_pins.Passed(chip, request.Plan(chip, request.Seeds().First(), 1)));
        rig.ConnectWires(live.Plan.Pin, live.Plan.ResponsePin);
        return await MeasureAsync(rig, live, target, sampler, cancellationToken);
    }

    private async Task<ExitCode> MeasureAsync(Rig rig, LivePlan live, BoardOnPort target, BoardOnPort sampler, CancellationToken cancellationToken)
    {
        var created = TimeProvider.System.GetUtcNow();
        var folder = RunFolder.Create(request.Out, created);
        using var held = folder.HoldForSession();
        LiveSession session;
        RunDocument planned;
        LiveResult result;
        try
        {
            session = await LiveSession.StartAsync(live, target, sampler, TimeProvider.System, cancellationToken);
            rig.CountTruth(live.Plan.Rules(session.TimeBase));
            planned = MeasuredRunDocument.Planned(live.Plan, target, session.Sampler, folder.Origin(created, argv, ToolVersion.Document, rig.IsSimulated));
            folder.Begin(planned with { Live = new LiveDocument { End = LiveDocument.GoingOn, CapturedNs = 0, Segments = 0, DurationNs = live.Duration?.Nanoseconds, BreakOnNs = live.BreakOn?.Nanoseconds } });
            var checkpoint = new LiveCheckpoint(folder, planned, session, TimeProvider.System);
            await using var stop = cancellationToken.Register(checkpoint.Want);
            result = await session.MeasureAsync(
                progress =>
                {
                    checkpoint.WriteWhenDue(progress);
                    _progress.Show(progress);
                }, cancellationToken);
            await checkpoint.FinishAsync();
        }
        catch
        {
            _progress.Clear();
            held.Dispose();
            folder.RemoveUnlessMeasured();
            throw;
        }

        _progress.Clear();

        // What hours of measuring have left behind goes back to the system before pictures need room: the peak of a session is that of its pictures.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        var run = Write(rig, folder, live, session, result, planned);
        Print(run, result, folder);
        return result.End switch
        {
            LiveEnd.Fault => ExitCode.MeasurementInvalid,
            LiveEnd.Break => ExitCode.GateFailed,
            _ => run.Status == RunStatus.Partial ? ExitCode.Interrupted : ExitCode.Done,
        };
    }

    private RunDocument Write(Rig rig, RunFolder folder, LivePlan live, LiveSession session, LiveResult result, RunDocument planned)
    {
        var kept = WriteEdges(folder, session, rig.IsSimulated);
        var run = MeasuredRunDocument.Of(planned, result.Run) with { Live = result.ToDocument(live, kept) };
        var counts = result.Run.Tally.ToCounts();
        RunFolder.Replace(folder.LatencyCountsPath, stream => counts.Write(stream, session.TimeBase));
        folder.Write(run);
        RunFolder.Replace(folder.SummaryCsvPath, stream => SummaryCsv.Write(run, stream));
        Draw(folder, run, result);
        if (request.SimTruth is { } path)
        {
            RunFolder.Replace(path, stream => rig.CountedTruth().Write(stream, session.TimeBase));
        }

        return run;
    }

    private static KeptEdgesDocument? WriteEdges(RunFolder folder, LiveSession session, bool simulated)
    {
        using var table = ParquetCaptureWriter.Create(folder.TablePath, new CaptureOrigin(folder.RunId, simulated));
        return session.Recent.CopyTo(table) is { } copied ? new KeptEdgesDocument { FromTick = copied.FromTick, ToTick = session.Recent.EndTick, Edges = copied.Edges } : null;
    }

    // The waveform is that of what ended the session, else of the longest answer whose edges are kept.
    private static void Draw(RunFolder folder, RunDocument run, LiveResult result)
    {
        var style = RunPlots.Style(run);
        var subtitle = RunPlots.Subtitle(run, result.Run.Result);
        if (result.Run.Result.Latencies.Count > 0)
        {
            RunPlots.Histogram(folder.Path, result.Run.Result, ReportWords.Measured(run.Plan.Test), subtitle, style);
        }

        if (run.Live?.Kept is not { } kept)
        {
            return;
        }

        var timeBase = result.Run.Result.TimeBase;
        var window = run.Plan.WindowTicks ?? 0;
        if (result.Break is { } seen && seen.StimulusTick >= kept.FromTick)
        {
            var title = seen.LatencyTicks is { } ticks ? $"Stopped by a latency of {UnitText.Time(timeBase.ToNanoseconds(ticks), timeBase.TickNs)}" : "Stopped by an answer that did not come in its window";
            RunPlots.Waveform(folder.Path, folder.OpenEdges(), seen.StimulusTick, seen.LatencyTicks ?? -window, timeBase, (0, 1), new PlotHeading(title, subtitle), style);
        }
        else if (result.Run.Tally.Worst.Values is [var longest, ..] && longest.AtTick >= kept.FromTick)
        {
            var title = $"Longest of {result.Run.Result.Summary.NMatched.ToString(CultureInfo.InvariantCulture)} latencies: {UnitText.Time(timeBase.ToNanoseconds(longest.Value), timeBase.TickNs)}";
            RunPlots.Waveform(folder.Path, folder.OpenEdges(), longest.AtTick, longest.Value, timeBase, (0, 1), new PlotHeading(title, subtitle), style);
        }
    }

    private void Print(RunDocument run, LiveResult result, RunFolder folder)
    {
        if (output.Json)
        {
            output.Result.Write(Encoding.UTF8.GetString(RunJson.ToUtf8(run)));
            return;
        }

        var timeBase = result.Run.Result.TimeBase;
        RunText.Write(run, result.Run.Result.Latencies, timeBase, output.WidthColumns, output.Result, output.ResultIsAscii);
        output.Result.WriteLine();
        foreach (var line in LiveText.Closing(run))
        {
            output.Result.WriteLine(TerminalText.Clean(line));
        }

        output.Result.WriteLine();
        output.Result.WriteLine(TerminalText.Clean($"live {folder.RunId}{(run.Simulated ? " (SIMULATED)" : "")}   files in {folder.Path}   next: {LiveText.Next(run, folder.Path)}"));
    }
}
