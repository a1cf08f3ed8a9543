using LatencyLab.Boards;
using LatencyLab.Cli.Commands;
using LatencyLab.Cli.Devices;
using LatencyLab.Cli.Screen;
using LatencyLab.Cli.Text;
using LatencyLab.Reports;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Runs.Periodic;

namespace LatencyLab.Cli.Measuring;

/// <summary>Carries out one <c>run</c> command with a test that needs no stimuli: rig, plans, measurements, folders, text.</summary>
internal sealed class SignalRunExecution(RunRequest request, SignalTest test, IReadOnlyList<string> argv, Output output)
{
    private readonly ProgressDisplay _progress = new(output.Screen, output.TalkTerminal, TimeProvider.System);
    private readonly List<RunDocument> _runs = [];
    private bool _warned;

    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var selection = new RigSelection(request.Rig, request.Target, request.Sampler, request.Timeout, request.Wait)
        {
            CommandOnSimulator = RigSelection.OnSimulator(argv),
        };
        _ = selection.KnownChip is { } known ? Plan(known, 1, 1) : request.SignalPlanOn(test, request.ResponsePin ?? RunPlan.UnknownPin, 1, 1);
        await using var rig = await selection.OpenAsync(output.Talk, cancellationToken);
        var worst = ExitCode.Done;
        var index = 0;
        foreach (var seed in request.Seeds())
        {
            index++;
            RunSeriesText.Announce(output, index, request.Repeat);
            var (target, sampler) = await rig.StartBothAsync(cancellationToken);
            var chip = BoardCatalog.Get(target.Chip);
            var plan = Plan(chip, seed, index);
            rig.ConnectWires(PinRules.Suitable(chip, PinUse.IrqInput).First(gpio => gpio != plan.ResponsePin), plan.ResponsePin);
            var code = await MeasureAsync(rig, plan, target, sampler, cancellationToken);
            worst = code == ExitCode.Done ? worst : code;
            if (cancellationToken.IsCancellationRequested)
            {
                worst = ExitCode.Interrupted;
                break;
            }
        }

        RunSeriesText.Conclude(output, request.Repeat, _runs);
        return worst;
    }

    /// <summary>The plan on a chip, its pin held against what the chip can.</summary>
    private SignalPlan Plan(Chip chip, uint seed, int index)
    {
        var plan = request.SignalPlanOn(test, request.ResponsePin ?? chip.Suggested.ResponseOutput, seed, index);
        var answer = PinRules.Ask(chip, plan.ResponsePin, PinUse.ResponseOutput, force: request.ForcePin).OrThrow();
        if (answer.Permission == PinPermission.Warned && !_warned)
        {
            _warned = true;
            output.Talk.WriteLine($"warning: {answer.Why}");
        }

        if (plan.Variants?.Contains("viper") == true || (test == SignalTest.Timer && plan.Handler == Targets.IrqHandler.Viper))
        {
            plan.RegisterOn(chip);
        }

        return plan;
    }

    private async Task<ExitCode> MeasureAsync(Rig rig, SignalPlan plan, BoardOnPort target, BoardOnPort sampler, CancellationToken cancellationToken)
    {
        var created = TimeProvider.System.GetUtcNow();
        var folder = RunFolder.Create(request.Out, created);
        RunDocument planned;
        MeasuredSignals measured;
        try
        {
            var session = await SignalSession.StartAsync(plan, target, sampler, cancellationToken);
            planned = MeasuredSignalsDocument.Planned(session.Plan, target, session.Sampler, folder.Origin(created, argv, ToolVersion.Document, rig.IsSimulated));
            folder.Begin(planned);
            measured = await RecordAsync(session, folder, rig.IsSimulated, cancellationToken);
        }
        catch
        {
            _progress.Clear();
            folder.RemoveIfNothingWasRecorded();
            throw;
        }

        _progress.Clear();
        var run = MeasuredSignalsDocument.Of(planned, measured);
        folder.ConvertLog(request.KeepLog, CancellationToken.None);
        folder.Write(run);
        RunFolder.Replace(folder.SummaryCsvPath, stream => SummaryCsv.Write(run, stream));
        SignalPlots.Write(folder, run, measured);
        Print(run, folder);
        return ExitCodes.Of(run.Status);
    }

    private async Task<MeasuredSignals> RecordAsync(SignalSession session, RunFolder folder, bool simulated, CancellationToken cancellationToken)
    {
        using var log = folder.CreateLog(simulated, TimeProvider.System);
        return await session.MeasureAsync(log, progress =>
        {
            log.FlushWhenDue();
            _progress.Show(progress);
        }, cancellationToken);
    }

    private void Print(RunDocument run, RunFolder folder)
    {
        _runs.Add(run);
        if (output.Json)
        {
            return;
        }

        SignalText.Write(run, output.Result);
        output.Result.WriteLine();
        var next = run.Signals is { Count: > 0 } signals && run.Status != RunStatus.Invalid
            ? $"latencylab analyze {folder.Path} --signal {signals.MaxBy(s => s.FrequencyHz ?? 0)!.Name}"
            : $"latencylab runs show {folder.Path}";
        output.Result.WriteLine(TerminalText.Clean($"run {folder.RunId}{(run.Simulated ? " (SIMULATED)" : "")}   files in {folder.Path}   next: {next}"));
    }
}
