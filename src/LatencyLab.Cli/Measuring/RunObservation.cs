using LatencyLab.Cli.Devices;
using LatencyLab.Cli.Text;
using LatencyLab.Reports;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Samplers;
using LatencyLab.Units;

namespace LatencyLab.Cli.Measuring;

/// <summary>Runs with a sampler that only listens: stimuli come from elsewhere, the rest is the same.</summary>
internal sealed partial class RunExecution
{
    private async Task<ExitCode> ObserveAsync(SamplerSelection selection, CancellationToken cancellationToken)
    {
        if (!request.FreeRunning)
        {
            throw new LatencyLabException(
                FaultKind.Usage, $"A {selection.Kind} sampler only listens: nobody would fire the stimuli for a board with our script.", "--sampler",
                "Use a Pico as the sampler, or --target none where something else fires them.");
        }

        if (request.SimTruth is not null)
        {
            throw new LatencyLabException(FaultKind.Usage, "Only a simulated rig knows the truth.", "--sim-truth", "Use it with --rig sim.");
        }

        var worst = ExitCode.Done;
        for (var index = 1; index <= request.Repeat && worst != ExitCode.Interrupted; index++)
        {
            RunSeriesText.Announce(output, index, request.Repeat);
            var plan = request.ObservationPlan(index, selection.EndsByItself);
            await using var sampler = await selection.OpenAsync(request.Timeout, output.Talk, cancellationToken);
            var code = await ObserveAsync(plan, sampler, selection.IsSimulated, cancellationToken);
            worst = code == ExitCode.Done ? worst : code;
        }

        return worst;
    }

    private async Task<ExitCode> ObserveAsync(ObservationPlan plan, ISampler sampler, bool simulated, CancellationToken cancellationToken)
    {
        var created = TimeProvider.System.GetUtcNow();
        var folder = RunFolder.Create(request.Out, created);
        RunDocument Planned(TimeBase? timeBase) => Observation.Planned(plan, timeBase, folder.Origin(created, argv, ToolVersion.Document, simulated));
        folder.Begin(Planned(null));
        Observation observed;
        LatencyCsv? csv = null;
        try
        {
            using var log = folder.CreateLog(simulated, TimeProvider.System);
            observed = await new ObservationSession(plan, sampler).MeasureAsync(log, timeBase =>
            {
                folder.Begin(Planned(timeBase));
                return csv = LatencyCsv.Create(folder.LatencyCsvPath, simulated ? LatencyCsv.SimulatedRunId : folder.RunId, timeBase);
            }, FlushingProgress(log), cancellationToken);
        }
        catch
        {
            _progress.Clear();
            folder.RemoveIfNothingWasRecorded();
            throw;
        }
        finally
        {
            csv?.Dispose();
        }

        var run = observed.ToDocument(Planned(observed.Result.TimeBase));
        return Conclude(folder, run, observed.Result, plan.RepeatIndex);
    }
}
