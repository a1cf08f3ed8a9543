using System.Text;
using LatencyLab.Captures;
using LatencyLab.Cli.Commands;
using LatencyLab.Cli.Devices;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Runs;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Cli;

/// <summary>Carries out one <c>capture</c> command: sampler, recording, run folder.</summary>
internal sealed class CaptureExecution(RecordingOptions options, IReadOnlyList<string> argv, Output output)
{
    // What ends by itself isn't planned to last; the sampler's dead man waits for the plan, and the host says stop long before.
    private const double OpenEndSeconds = 86_400;

    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        var access = DeviceAccess.Create(options.Timeout, null, output.Talk);
        var selector = DeviceSelector.Parse(options.Sampler);
        await using var connection = await BoardFinder.OpenAsync(selector, BoardRole.Sampler, access, cancellationToken);
        var board = await ScriptedBoard.StartAsync(connection.Repl, cancellationToken);
        if (board.Identity.Platform != "rp2")
        {
            throw new DeviceException($"The sampler must be a Raspberry Pi Pico, but {connection.Name} is {connection.Description}.", connection.Name, "Name the Pico with --sampler.");
        }

        await board.LoadAsync(PicoSampler.Parts, cancellationToken);
        var simulated = selector.Kind == SelectorKind.Simulated;
        var created = TimeProvider.System.GetUtcNow();
        var folder = RunFolder.Create(options.Root, created);
        var run = new RunDocument
        {
            RunId = folder.RunId, Folder = folder.Path, Status = RunStatus.Partial, Simulated = simulated, CreatedUtc = created, Argv = argv, Tool = ToolVersion.Document,
            Firmware = board.Loaded.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal), Plan = new PlanDocument { Test = "capture", Label = options.Label },
        };
        folder.Begin(run);
        var watch = new CaptureWatch(options.Edges);
        CaptureOutcome outcome;
        try
        {
            outcome = await RecordAsync(board, folder, simulated, watch, cancellationToken);
        }
        catch
        {
            // What was recorded stays for 'runs recover'; an empty folder helps nobody.
            folder.RemoveIfNothingWasRecorded();
            throw;
        }

        folder.ConvertLog(options.KeepLog, CancellationToken.None);
        run = Concluded(run, connection, outcome, watch, cancellationToken.IsCancellationRequested);
        folder.Write(run);
        Print(run, watch);
        return run.Status switch { RunStatus.Invalid => ExitCode.MeasurementInvalid, RunStatus.Partial => ExitCode.Interrupted, _ => ExitCode.Done };
    }

    private async Task<CaptureOutcome> RecordAsync(ScriptedBoard board, RunFolder folder, bool simulated, CaptureWatch watch, CancellationToken cancellationToken)
    {
        using var log = folder.CreateLog(simulated, TimeProvider.System);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var request = new CaptureRequest(
            unchecked((uint)Random.Shared.Next()), [.. options.Pins.Select(p => p.Gpio)], [.. options.Pins.Select(p => p.Name)], null, 0, 1, default, default,
            options.Duration is { } duration ? duration.Nanoseconds / 1e9 : OpenEndSeconds);
        var flushed = TimeProvider.System.GetTimestamp();
        return await PicoSampler.CaptureAsync(board, request, new EdgeFanOut(log, watch), _ =>
        {
            if (TimeProvider.System.GetElapsedTime(flushed) >= ChunkLogWriter.FlushPeriod)
            {
                flushed = TimeProvider.System.GetTimestamp();
                log.Flush();
            }

            if (watch.HasEnough)
            {
                enough.Cancel();
            }
        }, enough.Token);
    }

    private RunDocument Concluded(RunDocument run, BoardConnection connection, CaptureOutcome outcome, CaptureWatch watch, bool interrupted)
    {
        var invalid = outcome.Health.Stalled ? "RXSTALL: a state machine of the sampler had to wait, so that later stamps are late."
            : outcome.Health.Overrun ? "Sampler overrun: edges came faster than USB could carry them."
            : null;

        // Ctrl-C is how a recording without another end is ended.
        var isCutShort = interrupted && (options.Duration is not null || options.Edges is not null) && !watch.HasEnough;
        return run with
        {
            Status = invalid is not null ? RunStatus.Invalid : isCutShort ? RunStatus.Partial : RunStatus.Complete,
            Reasons = invalid is not null ? [invalid] : isCutShort ? ["Interrupted by the user."] : [],
            Gaps = [.. watch.Gaps.Select(GapDocument.From)],
            Sampler = new SamplerDocument
            {
                Kind = "pico", TickHz = outcome.Hello.TickHz, Port = connection.Name, Micropython = connection.Identity.Version, Build = connection.Identity.Build,
                Uid = connection.Identity.UniqueId, Machine = connection.Identity.Machine, ClockHz = outcome.Hello.Hz, ClockPpmLimit = MeasuredRunDocument.PicoClockPpm,
                LostFrames = outcome.Health.FramesLost, ForeignBytes = outcome.Health.StrayBytes,
                Channels = [.. options.Pins.Select((p, i) => new ChannelDocument { Index = i, Name = p.Name, Edges = watch.EdgesByChannel[i] })],
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
        output.Result.WriteLine(TerminalText.Clean($"next: latencylab analyze {run.Folder} --pair {string.Join(':', options.Pins.Take(2).Select(p => p.Name))}"));
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
