using LatencyLab.Analysis;
using LatencyLab.Boards;
using LatencyLab.Captures;
using LatencyLab.Cli.Commands;
using LatencyLab.Cli.Devices;
using LatencyLab.Cli.Screen;
using LatencyLab.Cli.Text;
using LatencyLab.Reports;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Cli.Measuring;

/// <summary>Carries out one <c>run</c> command: rig, plans, measurements, folders, text.</summary>
internal sealed partial class RunExecution(RunRequest request, IReadOnlyList<string> argv, Output output)
{
    private readonly ProgressDisplay _progress = new(output.Screen, output.TalkTerminal, TimeProvider.System);
    private readonly List<RunDocument> _runs = [];
    private readonly PinCheck _pins = new(output, request.ForcePin);
    private readonly RunGate? _gate = RunGate.Of(request.FailOn, request.Baseline, request.Limit, request.Out);

    private delegate Task<MeasuredRun> Measure(IEdgeSink edges, IReadOnlyList<IPairSink> pairs, Action<RunProgress> onProgress, CancellationToken cancellationToken);

    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var worst = !request.IsSelfTimed && request.Sampler is { } text && SamplerSelection.Parse(text) is { OnlyListens: true } listener
            ? await ObserveAsync(listener, cancellationToken)
            : await MeasureAsync(cancellationToken);
        RunSeriesText.Conclude(output, request.Repeat, _runs);
        return worst == ExitCode.Done && _gate is not null ? _gate.Judge(output) : worst;
    }

    private async Task<ExitCode> MeasureAsync(CancellationToken cancellationToken)
    {
        if (request.OfListenersOnly is { } option)
        {
            throw new LatencyLabException(
                FaultKind.Usage, $"{option} belongs to a sampler that only listens; here the stimuli come from the {(request.IsSelfTimed ? "target" : "Pico")}.", option,
                option == "--duration" ? "Say how much with --samples, or watch for a time with 'latencylab live'." : "Leave it out, or name such a sampler, as in --sampler replay:FILE.");
        }

        var selection = new RigSelection(request.Rig, request.Target, request.IsSelfTimed ? null : request.Sampler, request.Timeout, request.Wait)
        {
            IsSelfTimed = request.IsSelfTimed,
            CommandOnSimulator = RigSelection.OnSimulator(argv),
        };
        if (request.SimTruth is not null && !selection.IsSimulated)
        {
            throw new LatencyLabException(FaultKind.Usage, "Only a simulated rig knows the truth.", "--sim-truth", "Use it with --rig sim.");
        }

        if (request.SimTruth is not null && request.Repeat > 1)
        {
            throw new LatencyLabException(FaultKind.Usage, "One file can't hold the truth of several runs.", "--sim-truth", "Leave out --repeat.");
        }

        foreach (var file in new[] { request.Csv, request.SimTruth })
        {
            if (file is not null)
            {
                OutputFile.Probe(file);
            }
        }

        CheckBeforeBoards(selection.KnownChip);
        await using var rig = await selection.OpenAsync(output.Talk, cancellationToken);
        if (rig.IsSimulated && request.Script is not null)
        {
            output.Talk.WriteLine("warning: a simulated board runs no code of yours; its latencies are those of the bytecode handler.");
        }

        var worst = ExitCode.Done;
        var index = 0;
        foreach (var seed in request.Seeds())
        {
            index++;
            RunSeriesText.Announce(output, index, request.Repeat);
            var (target, sampler) = await rig.StartAsync(cancellationToken);
            var plan = PlanFor(target, seed, index);
            rig.Connect(plan);
            var code = await MeasureAsync(rig, plan, target, sampler, cancellationToken);
            worst = code == ExitCode.Done ? worst : code;
            if (cancellationToken.IsCancellationRequested)
            {
                worst = ExitCode.Interrupted;
                break;
            }
        }

        return worst;
    }

    private RunPlan PlanFor(BoardOnPort? target, uint seed, int index)
    {
        if (target is null)
        {
            return request.FreeRunningPlan(seed, index);
        }

        var chip = BoardCatalog.Get(target.Chip);
        return _pins.Passed(chip, request.Plan(chip, seed, index));
    }

    /// <summary>What can be refused without knowing the chip is refused before a board is touched.</summary>
    private void CheckBeforeBoards(Chip? chip)
    {
        if (chip is not null)
        {
            _pins.Passed(chip, request.Plan(chip, 1, 1));
            return;
        }

        request.PlanOn(request.ResponsePin ?? RunPlan.UnknownPin, 1, 1);
    }

    private async Task<ExitCode> MeasureAsync(Rig rig, RunPlan plan, BoardOnPort? target, BoardOnPort sampler, CancellationToken cancellationToken)
    {
        var created = TimeProvider.System.GetUtcNow();
        var folder = RunFolder.Create(request.Out, created);
        RunDocument planned;
        MeasuredRun measured;
        try
        {
            var (carriedOut, stamping, measure) = await StartAsync(plan, target, sampler, cancellationToken);
            planned = MeasuredRunDocument.Planned(carriedOut, target, stamping, folder.Origin(created, argv, ToolVersion.Document, rig.IsSimulated));
            folder.Begin(planned);
            measured = await RecordAsync(new TimeBase(stamping.TickHz), measure, folder, rig.IsSimulated, cancellationToken);
        }
        catch
        {
            _progress.Clear();
            folder.RemoveIfNothingWasRecorded();
            throw;
        }

        var run = MeasuredRunDocument.Of(planned, measured);
        var code = Conclude(folder, run, measured.Result, plan.RepeatIndex);
        if (request.SimTruth is { } path)
        {
            OutputFile.Write(path, writer => rig.WriteTruth(writer, plan.Rules(measured.Result.TimeBase)));
        }

        return code;
    }

    /// <summary>Files, extras and words of a run that is over.</summary>
    private ExitCode Conclude(RunFolder folder, RunDocument run, LatencyResult result, int repeatIndex)
    {
        _progress.Clear();
        folder.ConvertLog(request.KeepLog, CancellationToken.None);
        folder.Write(run);
        if (result.Report is null)
        {
            WithheldRows.Rewrite(folder, run.Simulated ? LatencyCsv.SimulatedRunId : folder.RunId, request.IsSelfTimed);
        }

        RunFolder.Replace(folder.SummaryCsvPath, stream => SummaryCsv.Write(run, stream));
        RunPlots.Write(folder, run, result);
        WriteCsv(folder, repeatIndex);
        _gate?.Add(folder.Path);
        Print(run, result, folder);
        return ExitCodes.Of(run.Status);
    }

    private static async Task<(RunPlan Planned, SamplerIdentity Stamping, Measure Measure)> StartAsync(RunPlan plan, BoardOnPort? target, BoardOnPort sampler, CancellationToken cancellationToken)
    {
        if (plan.StimulusPin is not null && target is not null)
        {
            var alone = await SelfTimedSession.StartAsync(plan, target, cancellationToken);
            return (plan, alone.Sampler, alone.MeasureAsync);
        }

        var session = await RunSession.StartAsync(plan, target, sampler, TimeProvider.System, cancellationToken);
        return (session.Plan, session.Sampler, (edges, pairs, onProgress, stop) => session.MeasureAsync(edges, pairs, onProgress, stop));
    }

    private async Task<MeasuredRun> RecordAsync(TimeBase timeBase, Measure measure, RunFolder folder, bool simulated, CancellationToken cancellationToken)
    {
        using var log = folder.CreateLog(simulated, TimeProvider.System);
        using var csv = LatencyCsv.Create(folder.LatencyCsvPath, simulated ? LatencyCsv.SimulatedRunId : folder.RunId, timeBase, request.IsSelfTimed);
        return await measure(log, [csv], FlushingProgress(log), cancellationToken);
    }

    private Action<RunProgress> FlushingProgress(ChunkLogWriter log) => progress =>
    {
        log.FlushWhenDue();
        _progress.Show(progress);
    };

    private void WriteCsv(RunFolder folder, int repeatIndex)
    {
        if (request.Csv is { } csv && repeatIndex == 1)
        {
            OutputFile.Copy(folder.LatencyCsvPath, csv);
        }
        else if (request.Csv is { } oneForAll)
        {
            OutputFile.AppendRows(folder.LatencyCsvPath, oneForAll);
        }
    }

    private void Print(RunDocument run, LatencyResult result, RunFolder folder)
    {
        _runs.Add(run);
        if (output.Json)
        {
            return;
        }

        RunText.Write(run, result.Latencies, result.TimeBase, output.WidthColumns, output.Result, output.ResultIsAscii);
        output.Result.WriteLine();
        output.Result.WriteLine($"run {folder.RunId}{(run.Simulated ? " (SIMULATED)" : "")}   files in {folder.Path}   next: {Next(run, folder)}");
    }

    private static string Next(RunDocument run, RunFolder folder) => run.Status == RunStatus.Invalid
        ? $"latencylab runs show {folder.Path}"
        : $"latencylab report {folder.Path}";
}
