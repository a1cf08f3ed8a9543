using System.Globalization;
using LatencyLab.Cli.Doctor;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Runs.Library;
using LatencyLab.Samplers;
using LatencyLab.Samplers.Sigrok;
using LatencyLab.Samplers.SigrokPico;
using LatencyLab.Samplers.Sump;

namespace LatencyLab.Cli.Devices;

/// <summary>Which sampler is meant, as --sampler says it; analysers and files have a prefix, a Pico has none.</summary>
/// <param name="Text">As the user wrote it.</param>
/// <param name="Kind">"pico", or the prefix.</param>
/// <param name="Value">What follows the prefix, without options.</param>
/// <param name="Options">What stands behind the question mark.</param>
internal sealed record SamplerSelection(string Text, string Kind, string Value, IReadOnlyDictionary<string, string> Options)
{
    private const string Replay = "replay";
    private const string Sump = "sump";
    private const string SigrokPico = "sigrok-pico";
    private const string Sigrok = "sigrok";
    private static readonly string[] Prefixes = [Replay, Sump, SigrokPico, Sigrok];

    /// <summary>True where it can't fire stimuli.</summary>
    public bool OnlyListens => Kind != PicoSampler.Kind;

    /// <summary>True where a recording ends by itself.</summary>
    public bool EndsByItself => KnowsItsEnd(Text);

    /// <summary>True where what stamps, or what was stamped, isn't real.</summary>
    /// <exception cref="LatencyLabException">A file can't be read.</exception>
    public bool IsSimulated => Kind == PicoSampler.Kind ? DeviceSelector.Parse(Text).Kind == SelectorKind.Simulated : Kind == Replay && SimulatedMark.IsOn(Value);

    /// <summary>Whether a text names a sampler whose recordings end by themselves; false also for a text that names none.</summary>
    public static bool KnowsItsEnd(string text) => text.StartsWith(Replay + ":", StringComparison.Ordinal) || text.StartsWith(Sump + ":", StringComparison.Ordinal);

    /// <summary>Reads the option.</summary>
    /// <exception cref="LatencyLabException">It names no sampler (kind usage).</exception>
    public static SamplerSelection Parse(string text)
    {
        var prefix = Array.Find(Prefixes, p => text.StartsWith(p + ":", StringComparison.Ordinal));
        if (prefix is null)
        {
            RefuseUnlessDevice(text);
            return new SamplerSelection(text, PicoSampler.Kind, text, new Dictionary<string, string>());
        }

        var rest = text[(prefix.Length + 1)..];
        var question = prefix == Sigrok ? -1 : rest.LastIndexOf('?');
        var value = question < 0 ? rest : rest[..question];
        if (value.Length == 0)
        {
            var what = prefix switch { Replay => "FILE", Sigrok => "driver=NAME,samplerate=RATE", _ => "PORT" };
            throw new LatencyLabException(FaultKind.Usage, $"Nothing follows '{prefix}:'.", "--sampler", $"Write {prefix}:{what}.");
        }

        return new SamplerSelection(text, prefix, value, question < 0 ? new Dictionary<string, string>() : ParseOptions(rest[(question + 1)..]));
    }

    // What a device selector says of a wrong word knows nothing of analysers and files.
    private static void RefuseUnlessDevice(string text)
    {
        try
        {
            DeviceSelector.Parse(text);
        }
        catch (LatencyLabException e) when (e.Kind == FaultKind.Usage)
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var near = colon > 0 ? NearestName.Of(text[..colon], Prefixes) : null;
            throw new LatencyLabException(
                FaultKind.Usage, $"'{text}' names no sampler.", "--sampler",
                (near is null ? "" : $"Did you mean {near}{text[colon..]}? ")
                + "A Pico is auto, a0, u0, a port path, id:…, uid:…, usb:…, tid:…, tcp://HOST:PORT, rfc2217://HOST:PORT or sim:pico; what only listens is sump:PORT, sigrok-pico:PORT, sigrok:driver=… or replay:FILE; "
                + "self lets the target time itself (run only).", e);
        }
    }

    /// <summary>Opens it.</summary>
    /// <exception cref="LatencyLabException">It is missing, busy, forbidden, or another device.</exception>
    public async Task<ISampler> OpenAsync(string? timeout, TextWriter talk, CancellationToken cancellationToken)
    {
        var access = DeviceAccess.Create(timeout, null, talk);
        return Kind switch
        {
            Replay => CaptureReplay.Open(Value, Speed(), TimeProvider.System),
            Sigrok => new SigrokSampler(SigrokOptions.Parse(Value), access.Limits),
            Sump => await SumpSampler.OpenAsync(await OpenPortAsync(access, cancellationToken), SumpOptions.Parse(Options), access.Limits, cancellationToken),
            SigrokPico => await SigrokPicoSampler.OpenAsync(await OpenPortAsync(access, cancellationToken), Options, access.Limits, cancellationToken),
            _ => await OpenPicoAsync(access, cancellationToken),
        };
    }

    private async Task<PicoListener> OpenPicoAsync(BoardAccess access, CancellationToken cancellationToken)
    {
        var connection = await BoardFinder.OpenAsync(DeviceSelector.Parse(Text), BoardRole.Sampler, access, cancellationToken);
        return await PicoListener.StartAsync(connection, CalibrationStore.Default.Of(connection.Identity), cancellationToken);
    }

    /// <summary>The port alone: what is behind it isn't a board with MicroPython.</summary>
    private async Task<ILink> OpenPortAsync(BoardAccess access, CancellationToken cancellationToken)
    {
        if (Kind == Sump)
        {
            // Before the port is touched.
            SumpOptions.Parse(Options);
        }

        return await BoardConnection.OpenLockedLinkAsync(DeviceSelector.Parse(Value), access, cancellationToken);
    }

    private double? Speed()
    {
        SamplerOptions.RefuseUnknown(Options, Kind, ["speed"]);
        return Options.GetValueOrDefault("speed", "max") switch
        {
            "max" => null,
            var text when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed) && speed is >= 0.001 and <= 1e6 => speed,
            var text => throw new LatencyLabException(FaultKind.Usage, $"'{text}' is no speed.", "--sampler", "Write speed=max, or how many recorded seconds pass in a second, such as speed=1."),
        };
    }

    private static Dictionary<string, string> ParseOptions(string text)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split('&'))
        {
            if (part.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } value] || !options.TryAdd(name, value))
            {
                throw new LatencyLabException(FaultKind.Usage, $"'{part}' is not NAME=VALUE, or stands there twice.", "--sampler", "Write options like ?samplerate=1M&rle=on.");
            }
        }

        return options;
    }
}
