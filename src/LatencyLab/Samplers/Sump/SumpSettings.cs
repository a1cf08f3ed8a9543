using System.Buffers.Binary;
using System.Globalization;
using LatencyLab.Units;

namespace LatencyLab.Samplers.Sump;

/// <summary>A capture as a SUMP device is told it: everything checked against what the device says of itself.</summary>
/// <param name="RateHz">Samples a second, exact.</param>
/// <param name="Groups">Enabled groups of eight channels, as bits.</param>
/// <param name="Samples">Samples that the device is asked for, a multiple of four.</param>
/// <param name="Wanted">Samples that the user asked for; the rest is rounding. Null where the whole memory is meant.</param>
/// <param name="Lines">Channel of the device for each line.</param>
/// <param name="Rle">Whether equal samples are counted.</param>
/// <param name="Trigger">What starts it.</param>
internal sealed record SumpSettings(long RateHz, int Groups, long Samples, long? Wanted, IReadOnlyList<int> Lines, bool Rle, SumpTrigger? Trigger)
{
    // The device's clock; its divider counts down from it (openbench Logic Sniffer, and libsigrok's driver, which knows no other).
    private const long ClockHz = 100_000_000;
    private const long DemuxClockHz = 200_000_000;
    private const long DefaultRateHz = 1_000_000;
    private const int Divisor24Bits = 1 << 24;

    // Counts of 16 bits in units of four samples (command 81); a device with more memory takes 32 bits (84 and 83).
    private const long ShortCountSamples = 65536 * 4;
    private const long LongestSamples = 64L * 1024 * 1024;
    private const int TriggerStages = 4;
    private const int MaxChannels = 32;
    private const int ChannelsInDemux = 16;

    /// <summary>True above the device's clock, where it takes two samples a cycle on half of its channels.</summary>
    public bool IsDemultiplexed => RateHz > ClockHz;

    /// <summary>Bytes of a sample on the wire.</summary>
    public int Width => System.Numerics.BitOperations.PopCount((uint)Groups);

    /// <summary>Number of a channel as the user writes it: "3" or "D3"; null where it is none.</summary>
    public static int? ChannelOf(string text) =>
        int.TryParse(text.StartsWith('D') ? text[1..] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < MaxChannels ? number : null;

    /// <summary>Checks what is asked.</summary>
    /// <exception cref="LatencyLabException">The device has no such channel, rate or memory (kind usage).</exception>
    public static SumpSettings Of(ListenRequest request, SumpOptions options, SumpMetadata device)
    {
        var channels = Math.Min(device.Channels ?? MaxChannels, MaxChannels);
        int[] lines = [.. request.Lines.Select(l => ChannelOf(l.Input) is { } number && number < channels ? number : throw NoChannel(l.Input, channels))];
        var used = options.Trigger is { } trigger ? lines.Append(trigger.Channel < channels ? trigger.Channel : throw NoChannel($"{trigger.Channel}", channels)) : lines;
        var groups = used.Aggregate(0, (bits, channel) => bits | (1 << (channel / 8)));
        var width = System.Numerics.BitOperations.PopCount((uint)groups);
        if (options.Rle && lines.Contains(TopChannel(groups)))
        {
            throw new LatencyLabException(FaultKind.Usage, $"Channel {TopChannel(groups)} is lost to run-length counts.", "--sampler", "Use another channel, or rle=off.");
        }

        var memory = device.MemoryBytes is { } bytes ? Math.Min(bytes / width, LongestSamples) / 4 * 4 : ShortCountSamples;
        var rate = CheckedRate(options.SampleRateHz ?? DefaultRate(request.Duration, device, memory), device, used.Max());
        var wanted = request.SamplesAt(rate) is { } asked ? Math.Max(4, asked) : (long?)null;
        if (wanted > memory && !options.Rle)
        {
            throw new LatencyLabException(
                FaultKind.Usage, $"{request.Duration} at {UnitText.Frequency(rate)} are {wanted} samples; the device holds {memory} of {width} {(width == 1 ? "byte" : "bytes")}.", "--duration",
                $"Use at most {UnitText.Time(memory * 1e9 / rate)}, a lower samplerate, channels of one group of eight, or rle=on.");
        }

        if (memory < 4)
        {
            throw new LatencyLabException(FaultKind.Device, $"The device says that it has {device.MemoryBytes} bytes of memory.", null, "Its metadata can't be right; check its firmware.");
        }

        var samples = Math.Min(memory, options.Rle ? memory : (wanted ?? memory) + 3) / 4 * 4;
        return new SumpSettings(rate, groups, samples, wanted, lines, options.Rle, options.Trigger);
    }

    /// <summary>All commands but the start.</summary>
    public IEnumerable<byte[]> Commands()
    {
        var stages = Trigger is { } trigger ? Stages(trigger).ToArray() : [(Mask: 0u, Value: 0u)];
        for (var stage = 0; stage < TriggerStages; stage++)
        {
            // What an unused stage holds from another program must not match: it waits at a level that is never reached.
            var isUsed = stage < stages.Length;
            var code = (byte)(0xC0 + (4 * stage));
            yield return Long(code, isUsed ? stages[stage].Mask : 0);
            yield return Long((byte)(code + 1), isUsed ? stages[stage].Value : 0);

            // Level at which the stage is armed, and in the last one the bit that starts the capture.
            yield return Long((byte)(code + 2), ((uint)(isUsed ? stage : TriggerStages - 1) << 16) | (stage == stages.Length - 1 ? 0x08000000u : 0));
        }

        yield return Long(0x80, (uint)(((IsDemultiplexed ? DemuxClockHz : ClockHz) / RateHz) - 1));
        var count = (uint)((Samples / 4) - 1);
        if (Samples <= ShortCountSamples)
        {
            yield return Long(0x81, count | (count << 16));
        }
        else
        {
            yield return Long(0x84, count);
            yield return Long(0x83, count);
        }

        // Demultiplexing above 100 MHz, the noise filter below; a set bit disables its group.
        var flags = (IsDemultiplexed ? 0x0001u : 0x0002u) | ((uint)(~Groups & 0xF) << 2) | (Rle ? 0x0100u : 0);
        yield return Long(0x82, flags);
    }

    private static IEnumerable<(uint Mask, uint Value)> Stages(SumpTrigger trigger)
    {
        var mask = 1u << trigger.Channel;
        yield return (mask, trigger.First ? mask : 0);
        if (trigger.Then is { } then)
        {
            yield return (mask, then ? mask : 0);
        }
    }

    private static byte[] Long(byte code, uint value)
    {
        var command = new byte[5];
        command[0] = code;
        BinaryPrimitives.WriteUInt32LittleEndian(command.AsSpan(1), value);
        return command;
    }

    private static int TopChannel(int groups) => (8 * (31 - System.Numerics.BitOperations.LeadingZeroCount((uint)groups))) + 7;

    private static long DefaultRate(Duration? duration, SumpMetadata device, long memory)
    {
        var fastest = Math.Min(device.MaxRateHz ?? DefaultRateHz, ClockHz);
        return duration is not { } wanted ? Math.Min(DefaultRateHz, fastest)
            : Enumerable.Range(1, 10_000_000).Where(d => ClockHz % d == 0).Select(d => ClockHz / d).FirstOrDefault(r => r <= fastest && wanted.Seconds * r <= memory, 10);
    }

    private static long CheckedRate(long rate, SumpMetadata device, int highest)
    {
        if (device.MaxRateHz is { } most && rate > most)
        {
            throw new LatencyLabException(FaultKind.Usage, $"The device samples with {UnitText.Frequency(most)} at most, not with {UnitText.Frequency(rate)}.", "--sampler", $"Use samplerate={most} or less.");
        }

        var clock = rate > ClockHz ? DemuxClockHz : ClockHz;
        if (rate > DemuxClockHz || clock % rate != 0 || clock / rate > Divisor24Bits)
        {
            var below = clock / Math.Min(clock / Math.Max(1, rate) + 1, Divisor24Bits);
            throw new LatencyLabException(
                FaultKind.Usage, $"The device can't sample with {UnitText.Frequency(rate)}: its clock of {UnitText.Frequency(clock)} is divided by whole numbers.", "--sampler",
                $"Use a rate that divides it, such as {UnitText.Frequency(below)} or 1 MHz.");
        }

        return rate <= ClockHz || highest < ChannelsInDemux
            ? rate
            : throw new LatencyLabException(FaultKind.Usage, $"Above 100 MHz the device has {ChannelsInDemux} channels.", "--channels", "Use channels below 16, or a lower samplerate.");
    }

    private static LatencyLabException NoChannel(string input, int channels) => new(
        FaultKind.Usage, $"The device has no channel '{input}'.", "--channels", $"It has 0 to {channels - 1}, also written D0 to D{channels - 1}.");
}
