using System.Text;
using LatencyLab.Cli.Commands;
using LatencyLab.Cli.Devices;
using LatencyLab.Cli.Screen;
using LatencyLab.Cli.Text;
using LatencyLab.Runs;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Cli.Measuring;

/// <summary>Carries out one <c>capture</c> command: sampler, recording, run folder.</summary>
internal sealed class CaptureExecution(RecordingOptions options, IReadOnlyList<string> argv, Output output)
{
    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var selection = SamplerSelection.Parse(options.Sampler);
        await using var sampler = await selection.OpenAsync(options.Timeout, output.Talk, cancellationToken);
        var simulated = selection.IsSimulated;
        var created = TimeProvider.System.GetUtcNow();
        var folder = RunFolder.Create(options.Root, created);
        var run = new RunDocument
        {
            RunId = folder.RunId, Folder = folder.Path, Status = RunStatus.Partial, Simulated = simulated, CreatedUtc = created, Argv = argv, Tool = ToolVersion.Document,
            Plan = new PlanDocument { Test = "capture", Label = options.Label },
        };
        folder.Begin(run);
        var watch = new CaptureWatch(options.Edges);
        SamplerOutcome outcome;
        try
        {
            outcome = await RecordAsync(sampler, folder, simulated, watch, cancellationToken);
        }
        catch
        {
            // What was recorded stays for 'runs recover'; an empty folder helps nobody.
            folder.RemoveIfNothingWasRecorded();
            throw;
        }

        folder.ConvertLog(options.KeepLog, CancellationToken.None);
        run = Concluded(run, outcome, watch, cancellationToken.IsCancellationRequested);
        folder.Write(run);
        Print(run, watch);
        return ExitCodes.Of(run.Status);
    }

    private async Task<SamplerOutcome> RecordAsync(ISampler sampler, RunFolder folder, bool simulated, CaptureWatch watch, CancellationToken cancellationToken)
    {
        using var log = folder.CreateLog(simulated, TimeProvider.System);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return await sampler.ListenAsync(new ListenRequest(options.Lines, options.Duration), new EdgeFanOut(log, watch), () =>
        {
            log.FlushWhenDue();
            if (watch.HasEnough)
            {
                enough.Cancel();
            }
        }, enough.Token);
    }

    private RunDocument Concluded(RunDocument run, SamplerOutcome outcome, CaptureWatch watch, bool interrupted)
    {
        // Ctrl-C is how a recording without another end is ended.
        var tooFew = options.Edges is not null && !watch.HasEnough && !interrupted;
        var isCutShort = interrupted && (options.Duration is not null || options.Edges is not null) && !watch.HasEnough;
        return run with
        {
            Status = outcome.Faults.Count > 0 || tooFew ? RunStatus.Invalid : isCutShort ? RunStatus.Partial : RunStatus.Complete,
            Reasons = outcome.Faults.Count > 0 ? outcome.Faults : tooFew ? [$"{options.Edges} edges were asked for, {watch.EdgesByChannel.Sum()} came before the sampler's end."] : isCutShort ? [RunSession.Interrupted] : [],
            Gaps = [.. watch.Gaps.Select(GapDocument.From)],
            Warnings = outcome.Warnings,
            Firmware = outcome.Firmware,
            Sampler = SamplerDocument.Of(outcome.Sampler, outcome.Health) with
            {
                Channels = [.. options.Lines.Select((line, i) => new ChannelDocument { Index = i, Name = line.Name, Edges = watch.EdgesByChannel[i] })],
            },
        };
    }

    private void Print(RunDocument run, CaptureWatch watch)
    {
        if (output.Json)
        {
            output.Result.Write(Encoding.UTF8.GetString(RunJson.ToUtf8(run)));
            return;
        }

        RunsText.WriteRun(run, output.Result);
        output.Result.WriteLine($"{watch.EdgesByChannel.Sum()} edges, {watch.Gaps.Count} gaps, {UnitText.Frequency(run.Sampler!.TickHz)} ticks");
        if (watch.EdgesByChannel.All(edges => edges == 0))
        {
            output.Result.WriteLine("next: nothing moved on these channels; check wires and channel numbers, or record longer. A recording fires no stimuli: 'latencylab run' does.");
            return;
        }

        output.Result.WriteLine(TerminalText.Clean($"next: latencylab analyze {run.Folder} --pair {string.Join(':', options.Lines.Take(2).Select(p => p.Name))}"));
    }

    /// <summary>Counts what goes into the log.</summary>
    private sealed class CaptureWatch(long? enoughEdges) : IEdgeSink
    {
        private readonly List<Gap> _gaps = [];

        public long[] EdgesByChannel { get; private set; } = [];

        public IReadOnlyList<Gap> Gaps => _gaps;

        public bool HasEnough => enoughEdges is { } enough && EdgesByChannel.Sum() >= enough;

        public void Begin(CaptureHeader header) => EdgesByChannel = new long[header.Channels.Count];

        public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => EdgesByChannel[channel] += ticks.Length;

        public void Gap(Gap gap) => _gaps.Add(gap);

        public void Advance(long completeBeforeTick)
        {
        }

        public void End(long endTick)
        {
        }
    }
}
