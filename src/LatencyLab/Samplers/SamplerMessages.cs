using System.Buffers.Binary;
using System.Text.Json;
using LatencyLab.MicroPython;

namespace LatencyLab.Samplers;

/// <summary>The HELLO frame: what the sampler says of itself before it starts.</summary>
/// <param name="Proto">Protocol version; this host speaks 1.</param>
/// <param name="Hz">System clock.</param>
/// <param name="TickHz">Ticks per second, half the system clock.</param>
/// <param name="Channels">Captured GPIOs in channel order.</param>
/// <param name="Stim">Stimulus GPIO; null when nothing is driven.</param>
/// <param name="Pulses">Pulses that will come.</param>
/// <param name="Build">Version text of the interpreter.</param>
public sealed record SamplerHello(int Proto, long Hz, long TickHz, IReadOnlyList<int> Channels, int? Stim, long Pulses, string Build)
{
    /// <summary>Null when the payload isn't a HELLO that makes sense.</summary>
    public static SamplerHello? Parse(ReadOnlySpan<byte> payload)
    {
        if (WireJson.ParseObject(payload) is not { } document)
        {
            return null;
        }

        using (document)
        {
            var root = document.RootElement;
            if (Number(root, "proto") is not { } proto || Number(root, "hz") is not { } hz || Number(root, "tick_hz") is not { } tickHz
                || tickHz is < 1 or > Units.TimeBase.MaxTickHz || !root.TryGetProperty("channels", out var channels)
                || channels.ValueKind != JsonValueKind.Array || channels.GetArrayLength() is 0 or > 16)
            {
                return null;
            }

            var gpios = new List<int>();
            foreach (var channel in channels.EnumerateArray())
            {
                if (channel.ValueKind != JsonValueKind.Number || !channel.TryGetInt32(out var gpio))
                {
                    return null;
                }

                gpios.Add(gpio);
            }

            var build = root.TryGetProperty("build", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
            return new SamplerHello((int)Math.Clamp(proto, 0, int.MaxValue), hz, tickHz, gpios, Number(root, "stim") is { } stim and >= 0 and <= byte.MaxValue ? (int)stim : null, Number(root, "pulses") ?? 0, build);
        }
    }

    internal static long? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}

/// <summary>The HEARTBEAT frame: time and words done, each 100 ms.</summary>
/// <param name="TicksUs">Board's microsecond counter before the DMA counts were read; wraps at 2^30.</param>
/// <param name="StartUs">The same counter right after the state machines were started.</param>
/// <param name="Fdebug">PIO FDEBUG; bits 3..0 are RXSTALL.</param>
public readonly record struct SamplerHeartbeat(uint TicksUs, uint StartUs, uint Fdebug)
{
    /// <summary>Bytes before the words done: the three numbers, and the fewest unused words of any ring, which nothing here needs.</summary>
    public const int FixedBytes = 16;

    /// <summary>False when the payload isn't a heartbeat for that many channels.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, Span<uint> wordsDone, out SamplerHeartbeat heartbeat)
    {
        heartbeat = default;
        if (payload.Length != FixedBytes + (4 * wordsDone.Length))
        {
            return false;
        }

        heartbeat = new SamplerHeartbeat(
            BinaryPrimitives.ReadUInt32LittleEndian(payload), BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]));
        for (var c = 0; c < wordsDone.Length; c++)
        {
            wordsDone[c] = BinaryPrimitives.ReadUInt32LittleEndian(payload[(FixedBytes + (4 * c))..]);
        }

        return true;
    }
}

/// <summary>The END frame: totals, to be compared with what has come.</summary>
/// <param name="Pulses">Pulses fired.</param>
/// <param name="Words">Records stamped, one number a channel.</param>
/// <param name="Fdebug">PIO FDEBUG at the end.</param>
/// <param name="Reason">done, stop, dead man, overrun or interrupt.</param>
/// <param name="ElapsedUs">Microseconds from start to end; null when not said.</param>
public sealed record SamplerEnd(long Pulses, IReadOnlyList<long> Words, uint Fdebug, string Reason, long? ElapsedUs)
{
    /// <summary>Null when the payload isn't an END that makes sense.</summary>
    public static SamplerEnd? Parse(ReadOnlySpan<byte> payload, int channels)
    {
        if (WireJson.ParseObject(payload) is not { } document)
        {
            return null;
        }

        using (document)
        {
            var root = document.RootElement;
            if (SamplerHello.Number(root, "pulses") is not (>= 0 and <= uint.MaxValue) || !root.TryGetProperty("words", out var words)
                || words.ValueKind != JsonValueKind.Array || words.GetArrayLength() != channels)
            {
                return null;
            }

            var totals = new List<long>();
            foreach (var word in words.EnumerateArray())
            {
                if (word.ValueKind != JsonValueKind.Number || !word.TryGetInt64(out var total) || total is < 0 or > uint.MaxValue)
                {
                    return null;
                }

                totals.Add(total);
            }

            var reason = root.TryGetProperty("reason", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
            var fdebug = unchecked((uint)(SamplerHello.Number(root, "fdebug") ?? 0));
            return new SamplerEnd(SamplerHello.Number(root, "pulses")!.Value, totals, fdebug, reason, SamplerHello.Number(root, "us"));
        }
    }
}
