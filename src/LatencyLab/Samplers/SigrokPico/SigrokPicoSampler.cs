using System.Globalization;
using System.Text;
using LatencyLab.Links;
using LatencyLab.MicroPython;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Samplers.SigrokPico;

/// <summary>
/// A Pico with the sigrok-pico firmware (protocol version 02): all lines sampled at one clock, streamed with run lengths. At least five channels are
/// always enabled, since the denser form for four adds eight samples at the end of some buffers, which would shift every later time.
/// </summary>
public sealed class SigrokPicoSampler : ISampler
{
    private const long DefaultRateHz = 1_000_000;

    // What the firmware accepts, and the clock that its divider starts from.
    private const long LeastRateHz = 5_000;
    private const long MostRateHz = 120_000_016;
    private const long ClockHz = 120_000_000;
    private const long LongestFixed = 1_000_000_000;
    private const int FirstGpio = 2;
    private const int LeastChannels = 5;
    private const int MostChannels = 32;

    // Half of the larger chip's buffer: so many samples at most pass between two transfers.
    private const double HalfBufferSamples = 238_000;
    private const int MostBytesToEnd = 64 * 1024 * 1024;
    private const int Tries = 3;
    private static readonly TimeSpan AnswerWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TransferSilence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndWait = TimeSpan.FromSeconds(5);

    // "SRPICO,AxxyDzz,02": analog channels, bytes of an analog sample, digital channels, protocol version.
    private const int IdBytes = 17;
    private static readonly byte[] ResetCommand = "*"u8.ToArray();
    private static readonly byte[] StopCommand = "+"u8.ToArray();

    private readonly ILink _link;
    private readonly LinkBuffer _buffer;
    private readonly long _rateHz;
    private readonly StepLimits _limits;
    private int _analog;
    private int _digital;

    private SigrokPicoSampler(ILink link, long rateHz, StepLimits limits)
    {
        _link = link;
        _buffer = new LinkBuffer(link, limits.Clock);
        _rateHz = rateHz;
        _limits = limits;
    }

    public string Kind => "sigrok-pico";

    public string Name => _link.Name;

    public bool EndsByItself => false;

    /// <summary>Asks the device who it is; the sampler owns the link from then on.</summary>
    /// <param name="link">The open port.</param>
    /// <param name="options">The option samplerate; 1 MHz without it.</param>
    /// <param name="limits">Time limits.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="LatencyLabException">The device is silent or another one, or can't sample at that rate.</exception>
    public static async Task<SigrokPicoSampler> OpenAsync(ILink link, IReadOnlyDictionary<string, string> options, StepLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            SamplerOptions.RefuseUnknown(options, "sigrok-pico", ["samplerate"]);
            var rate = SamplerOptions.Hertz(options, "samplerate") ?? DefaultRateHz;
            if (rate is < LeastRateHz or > MostRateHz)
            {
                throw new LatencyLabException(FaultKind.Usage, $"The device can't sample with {UnitText.Frequency(rate)}.", "--sampler", $"Use {UnitText.Frequency(LeastRateHz)} to {UnitText.Frequency(ClockHz)}.");
            }

            var sampler = new SigrokPicoSampler(link, rate, limits);
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
        int[] lines = [.. request.Lines.Select(l => IndexOf(l.Input))];
        var channels = Math.Max(LeastChannels, lines.Max() + 1);
        var wanted = request.SamplesAt(_rateHz) is { } samples ? Math.Max(1, samples) : (long?)null;
        var edges = new SampleEdges(sink, new TimeBase(_rateHz), [.. request.Lines.Zip(lines, (line, bit) => (line.Name, bit))]);
        var decoder = new SigrokPicoDecoder(channels, edges, wanted ?? long.MaxValue);
        try
        {
            await StartAsync(channels, wanted, cancellationToken);
            await StreamAsync(decoder, edges, onProgress, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped before the first sample.
            await ResetAsync();
        }
        catch (DeviceException)
        {
            if (edges.Tick > 0)
            {
                edges.BreakOff(wanted ?? 0, "link lost");
            }

            throw;
        }

        return Conclude(decoder, edges, wanted, cancellationToken.IsCancellationRequested);
    }

    public async ValueTask DisposeAsync()
    {
        await ResetAsync();
        await _link.DisposeAsync();
        _buffer.Dispose();
    }

    private SamplerOutcome Conclude(SigrokPicoDecoder decoder, SampleEdges edges, long? wanted, bool stopped)
    {
        var fault = decoder.End switch
        {
            SigrokPicoEnd.Overflow => $"The sampler's buffer ran over after {Samples(edges, wanted)}: USB was too slow. Use a lower samplerate, or lines that move less.",
            SigrokPicoEnd.Damaged => $"The stream is damaged after {Samples(edges, wanted)}: 0x{decoder.Offending:x2} stands among the samples.",
            SigrokPicoEnd.Closed when decoder.SaidBytes != decoder.DataBytes =>
                $"The sampler sent {decoder.SaidBytes} bytes, {decoder.DataBytes} came: nobody can know where samples are missing.",
            SigrokPicoEnd.Closed when edges.Tick < wanted && !stopped => $"The sampler sent {Samples(edges, wanted)}.",
            _ => null,
        };
        var bytesLost = decoder.End == SigrokPicoEnd.Closed && decoder.SaidBytes != decoder.DataBytes;
        if (fault is null)
        {
            edges.End();
        }
        else
        {
            edges.BreakOff(wanted ?? 0, decoder.End == SigrokPicoEnd.Overflow ? "sampler overrun" : bytesLost ? "bytes lost on the link" : "capture cut short");
        }

        return new SamplerOutcome(
            new SamplerIdentity(Kind, Name, _rateHz) { Machine = "sigrok-pico", Build = "protocol 02" }, new StreamHealth { Overrun = decoder.End == SigrokPicoEnd.Overflow })
        {
            Faults = fault is null ? [] : [fault],
            Warnings = ClockHz % _rateHz == 0 ? [] : [$"{UnitText.Frequency(_rateHz)} doesn't divide the sampler's clock of {UnitText.Frequency(ClockHz)}: its samples jitter by up to one clock cycle."],
        };
    }

    private async Task IdentifyAsync(CancellationToken cancellationToken)
    {
        byte[] said = [];
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            await _link.WriteAsync(ResetCommand, cancellationToken);
            await _buffer.DrainAsync(_limits.Of(Quiet), _limits.Of(AnswerWait), MostBytesToEnd / 64, cancellationToken);
            await _link.WriteAsync("i\n"u8.ToArray(), cancellationToken);
            await _buffer.HasAsync(IdBytes, _limits.Of(AnswerWait), cancellationToken);
            said = _buffer.Waiting.Length > 0 ? _buffer.Waiting[..Math.Min(_buffer.Waiting.Length, 64)].ToArray() : said;
            _buffer.Consume(_buffer.Waiting.Length);
            if (TryIdentify(Encoding.ASCII.GetString(said.AsSpan(0, Math.Min(said.Length, IdBytes)))))
            {
                return;
            }
        }

        throw AnalyserTalk.Another("sigrok-pico", Name, said);
    }

    private bool TryIdentify(string id)
    {
        if (id.Length != IdBytes || !id.StartsWith("SRPICO,A", StringComparison.Ordinal) || id[11] != 'D' || id[14] != ','
            || !int.TryParse(id.AsSpan(8, 2), NumberStyles.None, CultureInfo.InvariantCulture, out _analog) || !int.TryParse(id.AsSpan(12, 2), NumberStyles.None, CultureInfo.InvariantCulture, out _digital))
        {
            return false;
        }

        if (id[15..] != "02")
        {
            throw new DeviceException($"The device speaks version {id[15..]} of the sigrok-pico protocol, this host 02.", Name, "Put the newest sigrok-pico firmware on it.");
        }

        return _digital is >= LeastChannels and <= MostChannels
            ? true
            : throw new DeviceException($"The device says that it has {_digital} digital channels.", Name, $"LatencyLab uses {LeastChannels} to {MostChannels}; put the newest sigrok-pico firmware on it.");
    }

    private int IndexOf(string input)
    {
        var digits = input.StartsWith("GP", StringComparison.OrdinalIgnoreCase) ? input[2..] : input.StartsWith('D') ? input[1..] : input;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var gpio) && gpio >= FirstGpio && gpio < FirstGpio + _digital
            ? gpio - FirstGpio
            : throw new LatencyLabException(FaultKind.Usage, $"The device has no channel '{input}'.", "--channels", $"It has the GPIOs {FirstGpio} to {FirstGpio + _digital - 1}, also written D{FirstGpio} to D{FirstGpio + _digital - 1}.");
    }

    private async Task StartAsync(int channels, long? wanted, CancellationToken cancellationToken)
    {
        await _link.WriteAsync(ResetCommand, cancellationToken);
        await _buffer.DrainAsync(_limits.Of(Quiet), _limits.Of(AnswerWait), MostBytesToEnd / 64, cancellationToken);
        for (var index = 0; index < _analog; index++)
        {
            await CommandAsync($"A0{index}", cancellationToken);
        }

        for (var index = 0; index < _digital; index++)
        {
            await CommandAsync($"D{(index < channels ? 1 : 0)}{index}", cancellationToken);
        }

        var isFixed = wanted <= LongestFixed;
        await CommandAsync($"L{(isFixed ? wanted : LongestFixed)}", cancellationToken);
        await CommandAsync($"R{_rateHz}", cancellationToken);

        // Whatever else it said of the rate is over before the first sample.
        await _buffer.DrainAsync(_limits.Of(TimeSpan.FromMilliseconds(20)), _limits.Of(AnswerWait), MostBytesToEnd / 64, cancellationToken);
        await _link.WriteAsync(isFixed ? "F\n"u8.ToArray() : "C\n"u8.ToArray(), cancellationToken);
    }

    private async Task CommandAsync(string command, CancellationToken cancellationToken)
    {
        await _link.WriteAsync(Encoding.ASCII.GetBytes(command + "\n"), cancellationToken);
        if (!await _buffer.HasAsync(1, _limits.Of(AnswerWait), cancellationToken))
        {
            throw new DeviceException($"The device doesn't answer '{command}'.", Name, "Unplug it and plug it in again.");
        }

        if (_buffer.Waiting.Span[0] != (byte)'*')
        {
            throw new DeviceException($"The device refused '{command}': {AnalyserTalk.Show(_buffer.Waiting.Span)}.", Name, "Use another samplerate or other channels.");
        }

        _buffer.Consume(1);
    }

    private async Task StreamAsync(SigrokPicoDecoder decoder, SampleEdges edges, Action? onProgress, CancellationToken cancellationToken)
    {
        var silence = _limits.Of(TransferSilence) + TimeSpan.FromSeconds(HalfBufferSamples / _rateHz);
        long? stoppedAt = null;
        while (decoder.End == SigrokPicoEnd.Streaming)
        {
            if (stoppedAt is null && (decoder.IsFull || cancellationToken.IsCancellationRequested))
            {
                stoppedAt = _buffer.Received;
                await _link.WriteAsync(StopCommand, CancellationToken.None);
            }

            bool came;
            try
            {
                came = await _buffer.FillAsync(stoppedAt is null ? silence : _limits.Of(EndWait), stoppedAt is null ? cancellationToken : CancellationToken.None);
            }
            catch (OperationCanceledException) when (stoppedAt is null)
            {
                continue;
            }

            if (!came)
            {
                throw new DeviceException(stoppedAt is null ? $"The sampler has been silent for {silence.TotalSeconds:0.#} s." : "The sampler doesn't end its stream.", Name, "Unplug it and plug it in again.");
            }

            if (_buffer.Received - stoppedAt > MostBytesToEnd)
            {
                throw new DeviceException("The sampler goes on sending although it was told to stop.", Name, "Unplug it and plug it in again.");
            }

            decoder.Feed(_buffer.Waiting.Span);
            _buffer.Consume(_buffer.Waiting.Length);
            edges.Flush();
            onProgress?.Invoke();
        }
    }

    private async Task ResetAsync()
    {
        try
        {
            await _link.WriteAsync(StopCommand, CancellationToken.None);
            await _link.WriteAsync(ResetCommand, CancellationToken.None);
        }
        catch (DeviceException)
        {
            // A device that is gone needs no reset.
        }
    }

    private static string Samples(SampleEdges edges, long? wanted) =>
        string.Create(CultureInfo.InvariantCulture, $"{edges.Tick}{(wanted is { } all ? $" of {all}" : "")} samples");
}
