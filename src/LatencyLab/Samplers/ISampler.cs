using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Samplers;

/// <summary>
/// Something open that stamps edges of the lines it is given: a Pico, a logic analyser, a recorded capture. Whatever its protocol can lose becomes a
/// gap in the sink or a fault, never a shorter capture that looks whole. Disposing leaves the device as it was found.
/// </summary>
public interface ISampler : IAsyncDisposable
{
    /// <summary>Its kind as run.json names it: "pico", "sump", "replay".</summary>
    string Kind { get; }

    /// <summary>What the user calls it: the port path, tcp://host:port, a file.</summary>
    string Name { get; }

    /// <summary>True where the recording ends by itself, at the latest when the device's memory is full or the file is over.</summary>
    bool EndsByItself { get; }

    /// <summary>Records the lines, without stimuli, until what was asked for is there, the source is over, or the token says stop.</summary>
    /// <param name="request">Lines and end.</param>
    /// <param name="sink">Where edges go. It is brought to its end even when the recording breaks off, with the doubt as gaps.</param>
    /// <param name="onProgress">Called after each piece that has come; null for nobody.</param>
    /// <param name="cancellationToken">Stops the recording in order: what was recorded until then stays.</param>
    /// <exception cref="LatencyLabException">The device can't do what is asked, is another one, is silent or gone, or delivers less than it was asked for.</exception>
    Task<SamplerOutcome> ListenAsync(ListenRequest request, IEdgeSink sink, Action? onProgress, CancellationToken cancellationToken);
}

/// <summary>What to record.</summary>
/// <param name="Lines">The lines in the order in which they become channels.</param>
/// <param name="Duration">How long; null for as long as the source goes on, or until somebody says stop.</param>
public sealed record ListenRequest(IReadOnlyList<SampledLine> Lines, Duration? Duration)
{
    /// <summary>Samples that cover the duration at so many a second, exact; null where there is no duration.</summary>
    internal long? SamplesAt(long rateHz) => Duration is { } duration
        ? (long)Int128.Min((((Int128)duration.Picoseconds * rateHz) + 999_999_999_999) / 1_000_000_000_000, long.MaxValue)
        : null;
}

/// <summary>A line of the sampler and the channel that it becomes.</summary>
/// <param name="Input">The sampler's own word for it: GPIO "2" of a Pico, channel "0" of an analyser.</param>
/// <param name="Name">Name of the channel.</param>
public sealed record SampledLine(string Input, string Name);

/// <summary>What a sampler says of itself; run.json keeps it.</summary>
/// <param name="Kind">"pico", "sump", "replay", "self".</param>
/// <param name="Port">Where it is connected.</param>
/// <param name="TickHz">Ticks a second.</param>
public sealed record SamplerIdentity(string Kind, string Port, long TickHz)
{
    /// <summary>System clock of a board that stamps lines one by one, so that a cycle of it can stand between two stamps; null where all lines are sampled at one instant.</summary>
    public long? ClockHz { get; init; }

    /// <summary>Measured deviation of the clock; null when nobody has measured it.</summary>
    public double? ClockPpm { get; init; }

    /// <summary>Half width of the clock's deviation that uncertainties are computed with.</summary>
    public double ClockPpmLimit { get; init; } = UnknownClockPpm;

    /// <summary>How <see cref="ClockPpm"/> was measured; null when nobody has.</summary>
    public ClockCalibration? Calibration { get; init; }

    /// <summary>Where a board stamps itself, the clock of MicroPython that it reads: "ticks_cpu" or "ticks_us".</summary>
    public string? Ticks { get; init; }

    /// <summary>Where a board stamps itself, what one reading of its clock costs.</summary>
    public double? ReadNs { get; init; }

    /// <summary>Where a board stamps itself, how much too long a latency is at most.</summary>
    public double? BiasNs { get; init; }

    /// <summary>MicroPython version of a board that runs it.</summary>
    public string? Micropython { get; init; }

    /// <summary>Firmware as the device names it.</summary>
    public string? Build { get; init; }

    public string? Uid { get; init; }

    /// <summary>Device as it names itself.</summary>
    public string? Machine { get; init; }

    /// <summary>Half width of the deviation where nothing is known of a clock: what <c>analyze</c> assumes of a file.</summary>
    public const double UnknownClockPpm = 100;

    /// <summary>Half width of what shifts one edge against another beside quantisation, in nanoseconds.</summary>
    public double EdgeNs => BiasNs ?? (ClockHz is { } hz ? 1e9 / hz : 0);
}

/// <summary>How a recording went.</summary>
/// <param name="Sampler">What stamped.</param>
/// <param name="Health">What went wrong between sampler and host.</param>
public sealed record SamplerOutcome(SamplerIdentity Sampler, StreamHealth Health)
{
    /// <summary>What makes the recording unbelievable, as sentences.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>What the reader must know besides.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Pulses that it says it fired; null where it fires none.</summary>
    public long? Pulses { get; init; }

    /// <summary>SHA-256 of each script part that was sent to it, by name.</summary>
    public IReadOnlyDictionary<string, string> Firmware { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
