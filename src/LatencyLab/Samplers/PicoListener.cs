using LatencyLab.MicroPython;
using LatencyLab.Signals;

namespace LatencyLab.Samplers;

/// <summary>A Pico as a sampler that only listens.</summary>
public sealed class PicoListener : ISampler
{
    // What ends by itself isn't planned to last; the sampler's dead man waits for the plan, and the host says stop long before.
    private const double OpenEndSeconds = 86_400;

    private readonly ScriptedBoard _board;
    private readonly IAsyncDisposable _connection;

    private readonly ClockCalibration? _clock;

    private PicoListener(ScriptedBoard board, ClockCalibration? clock, IAsyncDisposable connection)
    {
        _clock = clock;
        _board = board;
        _connection = connection;
    }

    public string Kind => PicoSampler.Kind;

    public string Name => _board.Repl.Name;

    public bool EndsByItself => false;

    /// <summary>Resets the board of a connection and loads the capture script; the listener owns the connection from then on.</summary>
    /// <param name="connection">The board.</param>
    /// <param name="clock">What was measured of its clock; null where nobody has.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="DeviceException">The board is no Pico, or doesn't answer as the protocol says.</exception>
    public static async Task<PicoListener> StartAsync(BoardConnection connection, ClockCalibration? clock, CancellationToken cancellationToken)
    {
        try
        {
            var board = await ScriptedBoard.StartAsync(connection.Repl, cancellationToken);
            if (board.Identity.Platform != "rp2")
            {
                throw new DeviceException($"The sampler must be a Raspberry Pi Pico, but {connection.Name} is {connection.Description}.", connection.Name, "Name the Pico with --sampler.");
            }

            await board.LoadAsync(PicoSampler.Parts, cancellationToken);
            return new PicoListener(board, clock, connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<SamplerOutcome> ListenAsync(ListenRequest request, IEdgeSink sink, Action? onProgress, CancellationToken cancellationToken)
    {
        var capture = new CaptureRequest(
            unchecked((uint)Random.Shared.Next()), [.. request.Lines.Select(l => Gpio(l.Input))], [.. request.Lines.Select(l => l.Name)], null, 0, 1, default, default,
            request.Duration is { } duration ? duration.Seconds : OpenEndSeconds)
        {
            CalibrationPpm = _clock?.Ppm,
        };
        var outcome = await PicoSampler.CaptureAsync(_board, capture, sink, onProgress is null ? null : _ => onProgress(), cancellationToken);
        return new SamplerOutcome(PicoSampler.IdentityOf(_board, outcome.Hello.TickHz, _clock), outcome.Health)
        {
            Faults = [.. PicoSampler.FaultsOf(outcome.Health)],
            Firmware = _board.Loaded,
        };
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static int Gpio(string input) => int.TryParse(input, System.Globalization.NumberStyles.None, null, out var gpio) && gpio <= PicoSampler.LargestGpio
        ? gpio
        : throw new LatencyLabException(FaultKind.Usage, $"'{input}' is no GPIO of a Pico.", "--channels", $"Use 0 to {PicoSampler.LargestGpio}, such as --channels 2,3.");
}
