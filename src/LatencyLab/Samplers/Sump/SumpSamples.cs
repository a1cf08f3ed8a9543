using System.Globalization;

namespace LatencyLab.Samplers.Sump;

/// <summary>What a SUMP device has sent, newest sample first, to edges in the order of time.</summary>
internal static class SumpSamples
{
    /// <summary>Samples that the bytes stand for; null where run-length counts don't add up.</summary>
    public static long? Count(ReadOnlySpan<byte> newestFirst, SumpSettings settings)
    {
        if (!settings.Rle)
        {
            return newestFirst.Length / settings.Width;
        }

        long total = 0;
        uint? count = null;
        for (var at = 0; at < newestFirst.Length; at += settings.Width)
        {
            var word = Word(newestFirst, at, settings.Width);
            if (!IsCount(word, settings.Width))
            {
                total += 1 + (count ?? 0L);
                count = null;
            }
            else if (count is not null)
            {
                return null;
            }
            else
            {
                count = word & ~Top(settings.Width);
            }
        }

        // A count whose value fell out of the memory stands for samples that nobody knows.
        return total;
    }

    /// <summary>Turns the stream round and pushes it.</summary>
    /// <param name="newestFirst">Whole words, counts checked by <see cref="Count"/>.</param>
    /// <param name="settings">Width, groups, run-length counts.</param>
    /// <param name="edges">Where samples go.</param>
    /// <param name="most">Samples after which the rest is dropped.</param>
    public static void Push(ReadOnlySpan<byte> newestFirst, SumpSettings settings, SampleEdges edges, long most)
    {
        for (var at = newestFirst.Length - settings.Width; at >= 0 && edges.Tick < most; at -= settings.Width)
        {
            var word = Word(newestFirst, at, settings.Width);
            if (settings.Rle && IsCount(word, settings.Width))
            {
                continue;
            }

            // In memory a value is followed by its count, so on the way back the count has been received before it.
            var before = at - settings.Width;
            var repeats = settings.Rle && before >= 0 && Word(newestFirst, before, settings.Width) is var count && IsCount(count, settings.Width) ? count & ~Top(settings.Width) : 0;
            edges.Add(Spread(word, settings.Groups), Math.Min(1L + repeats, most - edges.Tick));
        }
    }

    /// <summary>Says in which way a transfer is too short; null when it isn't.</summary>
    public static string? Shortage(int received, long expected, long? samples, SumpSettings settings)
    {
        if (received % settings.Width != 0)
        {
            return $"The device stopped inside a sample, after {received} bytes.";
        }

        if (samples is not { } got)
        {
            return "The device sent two run-length counts in a row: bytes were lost on the way.";
        }

        var wanted = settings.Wanted ?? (settings.Rle ? 1 : expected / settings.Width);
        return got >= wanted && (settings.Rle || received >= expected) ? null
            : string.Create(CultureInfo.InvariantCulture, $"The device sent {got} of {(settings.Rle ? wanted : expected / settings.Width)} samples.");
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int at, int width)
    {
        uint word = 0;
        for (var i = 0; i < width; i++)
        {
            word |= (uint)bytes[at + i] << (8 * i);
        }

        return word;
    }

    private static uint Top(int width) => 1u << ((8 * width) - 1);

    private static bool IsCount(uint word, int width) => (word & Top(width)) != 0;

    /// <summary>Puts the bytes of the enabled groups where their channels are.</summary>
    private static uint Spread(uint word, int groups)
    {
        uint sample = 0;
        for (var group = 0; group < 4; group++)
        {
            if ((groups & (1 << group)) != 0)
            {
                sample |= (word & 0xFF) << (8 * group);
                word >>= 8;
            }
        }

        return sample;
    }
}
