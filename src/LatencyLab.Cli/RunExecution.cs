using LatencyLab.Boards;
using LatencyLab.Cli.Commands;
using LatencyLab.Links;
using LatencyLab.Runs;

namespace LatencyLab.Cli;

/// <summary>Carries out one <c>run</c> command: rig, plans, measurements, folders, text.</summary>
internal sealed class RunExecution(RunRequest request, Output output)
{
    private readonly ProgressLine _progress = new(output.Talk, output.TalkIsTerminal, TimeProvider.System);

    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var limits = request.Timeout is { } timeout ? StepLimits.Parse(timeout) : StepLimits.Default;
        CheckBeforeBoards();
        await using var rig = await RigSelection.OpenAsync(request.Rig, request.Target, request.Sampler, limits, cancellationToken);
        var worst = ExitCode.Done;
        var index = 0;
        foreach (var seed in request.Seeds())
        {
            index++;
            var (target, sampler) = await rig.StartAsync(cancellationToken);
            var chip = BoardCatalog.Get(target.Chip);
            var plan = request.Plan(chip, seed, index);
            CheckPins(chip, plan);
            rig.Simulated?.Connect(plan.Pin, plan.ResponsePin);
            var code = await MeasureAsync(rig, plan, target, sampler, cancellationToken);
            worst = code == ExitCode.Done ? worst : code;
            if (cancellationToken.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
        }

        return worst;
    }

    /// <summary>What can be refused without knowing the chip is refused before a board is touched.</summary>
    private void CheckBeforeBoards()
    {
        if (RigSelection.KnownChip(request.Rig, request.Target) is { } chip)
        {
            CheckPins(chip, request.Plan(chip, 1, 1));
            return;
        }

        new RunPlan
        {
            Pin = request.Pin, ResponsePin = request.ResponsePin ?? -1, Window = request.Window ?? request.Gap.Min, Gap = request.Gap, Samples = request.Samples,
            Warmup = request.Warmup, MinLatency = request.MinLatency, Repeat = request.Repeat, Irq = request.Irq, Seed = 1,
        }.Checked();
    }

    private void CheckPins(Chip chip, RunPlan plan)
    {
        foreach (var answer in new[]
            {
                PinRules.Ask(chip, plan.Pin, PinUse.IrqInput, force: request.ForcePin).OrThrow(),
                PinRules.Ask(chip, plan.ResponsePin, PinUse.ResponseOutput, force: request.ForcePin).OrThrow(),
            })
        {
            if (answer.Permission == PinPermission.Warned)
            {
                _warned.Add(answer.Why);
            }
        }
    }

    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);

    private async Task<ExitCode> MeasureAsync(Rig rig, RunPlan plan, BoardOnPort target, BoardOnPort sampler, CancellationToken cancellationToken)
    {
        var session = await RunSession.StartAsync(plan, target, sampler, TimeProvider.System, cancellationToken);
        var measured = await session.MeasureAsync(new LatencyLab.Signals.EdgeFanOut(), [], _progress.Show, cancellationToken);
        _progress.Clear();
        var run = MeasuredRunDocument.Of(measured, "none", "none", DateTimeOffset.UnixEpoch, [], new ToolDocument { Version = "0" }, rig.Simulated is not null);
        RunText.Write(run, measured.Result.Latencies, session.TimeBase, 100, output.Result);
        return measured.Status == RunStatus.Invalid ? ExitCode.MeasurementInvalid : ExitCode.Done;
    }
}
