using System.Globalization;
using LatencyLab.MicroPython;
using LatencyLab.Signals;

namespace LatencyLab.Samplers;

/// <summary>What the sampler script is asked for (docs/protocol.md section 2.4).</summary>
/// <param name="Nonce">Number of this capture.</param>
/// <param name="Gpios">GPIOs to capture, in channel order.</param>
/// <param name="Names">Names of the channels.</param>
/// <param name="StimulusGpio">GPIO to drive; null to listen only.</param>
/// <param name="Pulses">Pulses to fire.</param>
/// <param name="Seed">Seed of the stimulus table.</param>
/// <param name="Low">Low time before a pulse, in system clock cycles.</param>
/// <param name="High">Length of a pulse, in system clock cycles.</param>
/// <param name="Seconds">How long it is planned to take; the dead man waits ten seconds more. Without a stimulus it ends the capture.</param>
/// <param name="TailMs">How long to go on listening after the last pulse.</param>
public sealed record CaptureRequest(
    uint Nonce, IReadOnlyList<int> Gpios, IReadOnlyList<string> Names, int? StimulusGpio, int Pulses, uint Seed, CycleRange Low, CycleRange High, double Seconds,
    int TailMs = 100)
{
    /// <summary>Records after which the capture ends, kept in the sampler's memory instead of streamed: for edges that come faster than USB carries. Null: streamed.</summary>
    public int? OneShotWords { get; init; }

    /// <summary>Measured deviation of the sampler's clock in ppm, for the capture's time base; null where nobody has measured it.</summary>
    public double? CalibrationPpm { get; init; }

    /// <summary>Pulses in trains; null for single ones.</summary>
    public TrainCycles? Train { get; init; }

    /// <summary>Arguments of the call.</summary>
    public string ToJson() => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"nonce":{{Nonce}},"channels":[{{string.Join(',', Gpios)}}],"stim":{{(StimulusGpio is { } gpio ? gpio.ToString(CultureInfo.InvariantCulture) : "null")}},"pulses":{{Pulses}},"seed":{{Seed}},"gap":[{{Low.Min}},{{Low.Width}}],"high":[{{High.Min}},{{High.Width}}],"seconds":{{Seconds:0.###}},"tail_ms":{{TailMs}},"oneshot":{{(OneShotWords is { } words ? words.ToString(CultureInfo.InvariantCulture) : "null")}}{{(Train is { } train ? $",\"burst\":[{train.Pulses},{train.LowCycles}]" : "")}}}""");
}

/// <summary>A Pico with the sampler script.</summary>
public static class PicoSampler
{
    /// <summary>What run.json calls it.</summary>
    public const string Kind = "pico";

    /// <summary>GPIO that fires the stimulus, also captured as channel 0.</summary>
    public const int StimulusGpio = 2;

    /// <summary>GPIO that listens to the response, channel 1.</summary>
    public const int ResponseGpio = 3;

    /// <summary>Largest GPIO of an RP2040.</summary>
    public const int LargestGpio = 29;

    /// <summary>
    /// Half width of the clock's deviation where nobody has measured it, in ppm: the tolerance of the Pico's 12 MHz crystal (Abracon ABM8-272-T3,
    /// Hardware design with RP2040, section 2.3).
    /// </summary>
    public const double ClockPpm = 30;

    public static IReadOnlyList<string> Parts { get; } = ["sampler/core", "sampler/pio", "sampler/capture"];

    // A heartbeat comes each 100 ms; the table of 2048 pairs takes the board a few hundred milliseconds to make first.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);
    private static readonly byte[] StopLine = "stop\n"u8.ToArray();

    /// <summary>
    /// Runs one capture to its END and hands the edges to the sink. When the capture breaks off (link lost, script ended, cancelled) the
    /// sink is brought to its end all the same, with the doubt as gaps, and then the fault is thrown.
    /// </summary>
    /// <param name="board">The sampler with its parts loaded.</param>
    /// <param name="request">What to capture.</param>
    /// <param name="sink">Where edges go.</param>
    /// <param name="onProgress">Called after each piece of the stream.</param>
    /// <param name="cancellationToken">Stops the capture in order: the sampler is told to stop, and what it still sends is taken.</param>
    /// <param name="call">The script's call: "capture", or "selftest" to have both channels listen to the stimulus pin.</param>
    /// <exception cref="DeviceException">The sampler is silent or gone, or its script failed.</exception>
    public static async Task<CaptureOutcome> CaptureAsync(
        ScriptedBoard board, CaptureRequest request, IEdgeSink sink, Action<PicoFrameReader>? onProgress, CancellationToken cancellationToken, string call = "capture")
    {
        await board.LoadAsync(Parts, cancellationToken);
        var program = await board.Repl.StartAsync(ScriptedBoard.CallSource(call, request.ToJson()), cancellationToken);
        var reader = new PicoFrameReader(request.Nonce, request.Names, sink, request.CalibrationPpm);
        var decoder = new FrameDecoder(reader);
        var stopping = false;
        try
        {
            while (!decoder.Ended)
            {
                if (cancellationToken.IsCancellationRequested && !stopping)
                {
                    stopping = true;
                    await program.WriteAsync(StopLine, CancellationToken.None);
                }

                var bytes = await ReadAsync(program, stopping, cancellationToken);
                if (bytes.IsEmpty && cancellationToken.IsCancellationRequested && !stopping)
                {
                    continue;
                }

                if (bytes.IsEmpty)
                {
                    throw await EndedEarlyAsync(program, reader, board.Repl.Name);
                }

                program.Consume(decoder.Feed(bytes.Span));
                onProgress?.Invoke(reader);
            }

            await program.FinishAsync(CancellationToken.None);
        }
        catch (LatencyLabException e) when (e.Kind != FaultKind.Storage)
        {
            reader.BreakOff("link lost");
            throw;
        }

        return new CaptureOutcome(reader.Hello!, reader.End!, reader.Health, stopping);
    }

    /// <summary>What run.json keeps of the board; one tick is two cycles of its system clock.</summary>
    public static SamplerIdentity IdentityOf(ScriptedBoard board, long tickHz, ClockCalibration? calibration = null) => new(Kind, board.Repl.Name, tickHz)
    {
        ClockHz = tickHz * 2,
        ClockPpm = calibration?.Ppm,
        ClockPpmLimit = calibration?.LimitPpm(ClockPpm) ?? ClockPpm,
        Calibration = calibration,
        Micropython = board.Identity.Version,
        Build = board.Identity.Build,
        Uid = board.Identity.UniqueId,
        Machine = board.Identity.Machine,
    };

    /// <summary>What makes a capture unbelievable.</summary>
    public static IEnumerable<string> FaultsOf(StreamHealth health)
    {
        if (health.Stalled)
        {
            yield return "RXSTALL: a state machine of the sampler had to wait, so that later stamps are late.";
        }

        if (health.Overrun)
        {
            yield return "Sampler overrun: edges came faster than USB could carry them.";
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(RunningProgram program, bool stopping, CancellationToken cancellationToken)
    {
        try
        {
            return await program.ReadAsync(Silence, stopping ? CancellationToken.None : cancellationToken);
        }
        catch (OperationCanceledException) when (!stopping)
        {
            return ReadOnlyMemory<byte>.Empty;
        }
    }

    private static async Task<LatencyLabException> EndedEarlyAsync(RunningProgram program, PicoFrameReader reader, string name)
    {
        var answer = await program.FinishAsync(CancellationToken.None);
        var said = answer.ErrorLine;
        foreach (var line in reader.Talk.Split('\n'))
        {
            if (said is null && BoardLine.Parse(line) is { } refused && BoardLine.KindOf(refused) == "ERROR")
            {
                return new BoardRefusedException("capture", BoardLine.Text(refused, "what") ?? "unknown error", name);
            }
        }

        return new LatencyLabException(
            reader.Hello is null ? FaultKind.Device : FaultKind.Measurement,
            $"The sampler's script ended before its END frame{(said is null ? "" : $": {said}")}.", name, "Press its reset button and run again.");
    }
}

/// <summary>How a capture went.</summary>
/// <param name="Hello">What the sampler said before it started.</param>
/// <param name="End">Its totals.</param>
/// <param name="Health">What went wrong on the link.</param>
/// <param name="Stopped">True when the host ended it early.</param>
public sealed record CaptureOutcome(SamplerHello Hello, SamplerEnd End, StreamHealth Health, bool Stopped);
