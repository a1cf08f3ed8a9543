using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Samplers.Sump;

/// <summary>
/// A logic analyser that speaks the SUMP protocol, as the Openbench Logic Sniffer and many after it: it fills its memory and then sends it. The
/// protocol has no check of any kind, so that only a wrong number of samples can be noticed.
/// </summary>
public sealed class SumpSampler : ISampler
{
    // The device answers within a millisecond; serial servers and slow bridges don't. Between bytes of a transfer nothing takes long.
    private static readonly TimeSpan AnswerWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TransferSilence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StartWait = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);
    private const int Tries = 3;
    private const int MostDrained = 1 << 20;

    // Five, so that a command of five bytes that was begun is over too.
    private static readonly byte[] Reset = new byte[5];
    private static readonly byte[] AskId = [0x02];
    private static readonly byte[] AskMetadata = [0x04];
    private static readonly byte[] Arm = [0x01];

    private readonly LinkBuffer _buffer;
    private readonly ILink _link;
    private readonly SumpOptions _options;
    private readonly StepLimits _limits;

    private SumpSampler(ILink link, SumpOptions options, StepLimits limits)
    {
        _link = link;
        _buffer = new LinkBuffer(link, limits.Clock);
        _options = options;
        _limits = limits;
    }

    // libsigrok's own versions differ in what a count means here, and no test of ours has had a real device.
    private const string DemuxWarning = "Above 100 MHz a device takes two samples in each cycle, which not all firmware counts alike: measure a signal that you know before you believe the time axis.";

    public string Kind => "sump";

    public string Name => _link.Name;

    public bool EndsByItself => true;

    /// <summary>What the device says of itself.</summary>
    public SumpMetadata Device { get; private set; } = SumpMetadata.Unknown;

    /// <summary>Asks the device who it is; the sampler owns the link from then on.</summary>
    /// <exception cref="DeviceException">The device is silent or another one.</exception>
    public static async Task<SumpSampler> OpenAsync(ILink link, SumpOptions options, StepLimits limits, CancellationToken cancellationToken)
    {
        var sampler = new SumpSampler(link, options, limits);
        try
        {
            await sampler.IdentifyAsync(cancellationToken);
            return sampler;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    public async Task<SamplerOutcome> ListenAsync(ListenRequest request, IEdgeSink sink, Action? onProgress, CancellationToken cancellationToken)
    {
        var settings = SumpSettings.Of(request, _options, Device);
        var edges = new SampleEdges(sink, new TimeBase(settings.RateHz), [.. request.Lines.Zip(settings.Lines, (line, bit) => (line.Name, bit))]);
        var identity = new SamplerIdentity(Kind, Name, settings.RateHz) { Machine = Device.Name, Build = Device.Version };
        byte[] received;
        try
        {
            await _link.WriteAsync(Reset, cancellationToken);
            foreach (var command in settings.Commands())
            {
                await _link.WriteAsync(command, cancellationToken);
            }

            await _link.WriteAsync(Arm, cancellationToken);
            received = await ReceiveAsync(settings, onProgress, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The memory comes newest first and can't be dated before it is whole.
            await ResetAsync();
            edges.End();
            return new SamplerOutcome(identity, new StreamHealth());
        }

        var surplus = await DrainAsync();
        await ResetAsync();
        var expected = settings.Samples * settings.Width;
        var samples = received.Length % settings.Width == 0 ? SumpSamples.Count(received, settings) : null;
        if (SumpSamples.Shortage(received.Length, expected, samples, settings) is { } shortage)
        {
            throw new LatencyLabException(
                FaultKind.Measurement, shortage, Name, "Nothing of it is used, since nobody can know which are missing. Check the cable, close other programs on the port, and capture again.");
        }

        SumpSamples.Push(received, settings, edges, settings.Wanted ?? long.MaxValue);
        edges.End();
        onProgress?.Invoke();
        return new SamplerOutcome(identity, new StreamHealth { StrayBytes = surplus })
        {
            Warnings =
            [
                .. surplus > 0 ? new[] { $"The device sent {surplus} bytes more than it was asked for; they were ignored." } : [],
                .. settings.IsDemultiplexed ? [DemuxWarning] : Array.Empty<string>(),
            ],
        };
    }

    public async ValueTask DisposeAsync()
    {
        await ResetAsync();
        await _link.DisposeAsync();
        _buffer.Dispose();
    }

    private async Task IdentifyAsync(CancellationToken cancellationToken)
    {
        byte[] said = [];
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            await _link.WriteAsync(Reset, cancellationToken);
            await _buffer.DrainAsync(_limits.Of(Quiet), _limits.Of(AnswerWait), MostDrained, cancellationToken);
            await _link.WriteAsync(AskId, cancellationToken);
            await _buffer.HasAsync(4, _limits.Of(AnswerWait), cancellationToken);
            said = _buffer.Waiting.Length > 0 ? _buffer.Waiting[..Math.Min(_buffer.Waiting.Length, 64)].ToArray() : said;
            if (said.AsSpan().StartsWith("1ALS"u8) || said.AsSpan().StartsWith("1SLO"u8))
            {
                _buffer.Consume(4);
                await ReadMetadataAsync(cancellationToken);
                return;
            }

            _buffer.Consume(_buffer.Waiting.Length);
        }

        throw AnalyserTalk.Another("SUMP", Name, said);
    }

    private async Task ReadMetadataAsync(CancellationToken cancellationToken)
    {
        await _link.WriteAsync(AskMetadata, cancellationToken);
        while (await _buffer.FillAsync(_limits.Of(AnswerWait), cancellationToken))
        {
            if (SumpMetadata.TryParse(_buffer.Waiting.Span, out var metadata))
            {
                Device = metadata;
                _buffer.Consume(_buffer.Waiting.Length);
                return;
            }

            if (_buffer.Waiting.Length > SumpMetadata.MaxBytes)
            {
                throw AnalyserTalk.Another("SUMP", Name, _buffer.Waiting.Span);
            }
        }

        // Devices of the first generation don't know the command and say nothing; an answer that breaks off is another matter.
        if (_buffer.Waiting.Length > 0)
        {
            throw new DeviceException($"The device's description breaks off after {_buffer.Waiting.Length} bytes.", Name, "Close other programs on the port, and try again.");
        }
    }

    private async Task<byte[]> ReceiveAsync(SumpSettings settings, Action? onProgress, CancellationToken cancellationToken)
    {
        var expected = settings.Samples * settings.Width;
        var received = new byte[(int)Math.Min(expected, 1 << 20)];
        var count = 0;
        while (count < expected)
        {
            var silence = _limits.Of(count > 0 ? TransferSilence : StartWait) + (count > 0 ? TimeSpan.Zero : Recording(settings));
            if (!await _buffer.FillAsync(silence, cancellationToken))
            {
                if (count == 0)
                {
                    throw Silent(settings, silence);
                }

                break;
            }

            var piece = (int)Math.Min(_buffer.Waiting.Length, expected - count);
            if (count + piece > received.Length)
            {
                Array.Resize(ref received, (int)Math.Min(expected, received.Length * 2L));
            }

            _buffer.Waiting[..piece].CopyTo(received.AsMemory(count));
            _buffer.Consume(piece);
            count += piece;
            onProgress?.Invoke();
        }

        return received[..count];
    }

    /// <summary>How long the device may fill its memory before its first byte.</summary>
    private TimeSpan Recording(SumpSettings settings)
    {
        // A run of equal samples takes two words and stands for at most as many samples as its count can say.
        var perWord = settings.Rle ? Math.Pow(2, Math.Min((8 * settings.Width) - 1, 20)) / 2 : 1;
        var filling = Math.Min(settings.Samples * perWord / settings.RateHz, settings.Rle ? 600 : double.MaxValue);
        return TimeSpan.FromSeconds(Math.Min(filling, 86_400)) + (settings.Trigger is null ? TimeSpan.Zero : _options.TriggerWait);
    }

    private DeviceException Silent(SumpSettings settings, TimeSpan waited) => new(
        $"The device sent nothing within {waited.TotalSeconds:0.#} s{(settings.Trigger is null ? "" : ": its trigger didn't come")}.", Name,
        settings.Trigger is not null ? "Check the wire of the trigger channel, or wait longer with wait=10min."
        : settings.Rle ? "A line that hardly moves fills the memory slowly: use rle=off." : "Unplug it and plug it in again.");

    private async Task<long> DrainAsync()
    {
        var before = _buffer.Received - _buffer.Waiting.Length;
        await _buffer.DrainAsync(_limits.Of(Quiet), _limits.Of(AnswerWait), MostDrained, CancellationToken.None);
        return _buffer.Received - before;
    }

    /// <summary>Leaves the device idle, if it is still there.</summary>
    private async Task ResetAsync()
    {
        try
        {
            await _link.WriteAsync(Reset, CancellationToken.None);
        }
        catch (DeviceException)
        {
            // A device that is gone needs no reset; what it sent before is judged by itself.
        }
    }
}
