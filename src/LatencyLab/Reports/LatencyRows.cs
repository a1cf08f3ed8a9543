using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using LatencyLab.Analysis;
using LatencyLab.Units;

namespace LatencyLab.Reports;

/// <summary>
/// The rows of latency.csv as bytes: nothing but numbers and fixed words, so nothing needs quoting. The hot path of every analysis with a CSV; a
/// general writer looks at each field once more and takes several times as long.
/// </summary>
/// <param name="stream">Gets whole buffers.</param>
/// <param name="firstColumn">The run id as CSV, with the comma behind it.</param>
/// <param name="timeBase">Gives the length of a tick.</param>
/// <param name="selfTimed">True where the board stamped itself: each row says so.</param>
internal sealed class LatencyRows(Stream stream, byte[] firstColumn, TimeBase timeBase, bool selfTimed)
{
    // Three ticks with a sign of 20 bytes, three times of 20 digits with sign, point and decimals, the words.
    private const int LongestRest = (3 * 20) + (3 * 48) + 96;
    private const long PicosecondsPerSecond = 1_000_000_000_000;
    private const int FlagSets = 1 << 5;

    // The line's ending by status and flags: ",matched,falling\n".
    private static readonly byte[][] SampledEndings = AllEndings(selfTimed: false);
    private static readonly byte[][] SelfTimedEndings = AllEndings(selfTimed: true);

    private static readonly uint[] Fractions = AllFractions();

    private readonly byte[][] _endings = selfTimed ? SelfTimedEndings : SampledEndings;

    private readonly byte[] _buffer = new byte[Math.Max(64 * 1024, 4 * (firstColumn.Length + LongestRest))];

    // Length of a tick where it is a whole number of picoseconds, as with most clocks: then no division by the rate is needed.
    private readonly long _tickPs = PicosecondsPerSecond % timeBase.TickHz == 0 ? PicosecondsPerSecond / timeBase.TickHz : 0;

    // As far from 0 a tick's picoseconds fit into 64 bits.
    private readonly long _near = PicosecondsPerSecond % timeBase.TickHz == 0 ? long.MaxValue / (PicosecondsPerSecond / timeBase.TickHz) : -1;
    private int _count;

    public void Write(ReadOnlySpan<Pair> pairs)
    {
        foreach (ref readonly var pair in pairs)
        {
            if (_buffer.Length - _count < firstColumn.Length + LongestRest)
            {
                Flush();
            }

            _count += Row(in pair, _buffer.AsSpan(_count));
        }
    }

    /// <summary>Hands on what is still held.</summary>
    public void Flush()
    {
        // Once, also where the disk is full: the caller may try to close the file.
        var count = _count;
        _count = 0;
        stream.Write(_buffer, 0, count);
    }

    private int Row(in Pair pair, Span<byte> text)
    {
        var hasStimulus = (pair.Flags & PairFlags.StimulusLost) == PairFlags.None;
        var hasResponse = (pair.Flags & PairFlags.NoResponse) == PairFlags.None;
        var hasLatency = hasStimulus && hasResponse && (pair.Flags & PairFlags.MaybeShifted) == PairFlags.None;
        firstColumn.CopyTo(text);
        var at = firstColumn.Length;
        at += DecimalDigits.Write(pair.Sequence, text[at..]);
        text[at++] = (byte)',';
        at += hasStimulus ? DecimalDigits.Write(pair.StimulusTick, text[at..]) : 0;
        text[at++] = (byte)',';
        at += hasResponse ? DecimalDigits.Write(pair.ResponseTick, text[at..]) : 0;
        text[at++] = (byte)',';
        at += hasStimulus ? Nanoseconds(pair.StimulusTick, text[at..]) : 0;
        text[at++] = (byte)',';
        at += hasResponse ? Nanoseconds(pair.ResponseTick, text[at..]) : 0;
        text[at++] = (byte)',';
        at += hasLatency ? Nanoseconds(pair.ResponseTick - pair.StimulusTick, text[at..]) : 0;
        var ending = _endings[((int)pair.Status * FlagSets) + (int)pair.Flags];
        ending.CopyTo(text[at..]);
        return at + ending.Length;
    }

    private int Nanoseconds(long ticks, Span<byte> text)
    {
        if (ticks > _near || ticks < -_near)
        {
            return FarNanoseconds(ticks, text);
        }

        var at = 0;
        var picoseconds = ticks * _tickPs;
        if (picoseconds < 0)
        {
            text[at++] = (byte)'-';
            picoseconds = -picoseconds;
        }

        var (whole, rest) = Math.DivRem((ulong)picoseconds, 1000);
        at += DecimalDigits.Write((long)whole, text[at..]);
        Decimals((uint)rest, text[at..]);
        return at + 4;
    }

    // A rate that doesn't divide a second, or years after the start.
    private int FarNanoseconds(long ticks, Span<byte> text)
    {
        var at = 0;
        var picoseconds = timeBase.ToPicoseconds(ticks);
        if (picoseconds < 0)
        {
            text[at++] = (byte)'-';
            picoseconds = -picoseconds;
        }

        (picoseconds / 1000).TryFormat(text[at..], out var written, default, CultureInfo.InvariantCulture);
        at += written;
        Decimals((uint)(picoseconds % 1000), text[at..]);
        return at + 4;
    }

    private static void Decimals(uint thousandths, Span<byte> text) => BinaryPrimitives.WriteUInt32LittleEndian(text, Fractions[thousandths]);

    // ".000" to ".999".
    private static uint[] AllFractions()
    {
        var fractions = new uint[1000];
        for (uint i = 0; i < fractions.Length; i++)
        {
            fractions[i] = '.' | (('0' + (i / 100)) << 8) | (('0' + (i / 10 % 10)) << 16) | (('0' + (i % 10)) << 24);
        }

        return fractions;
    }

    private static byte[][] AllEndings(bool selfTimed)
    {
        var endings = new byte[((int)PairStatus.Excluded + 1) * FlagSets][];
        for (var i = 0; i < endings.Length; i++)
        {
            endings[i] = Ending((PairStatus)(i / FlagSets), (PairFlags)(i % FlagSets), selfTimed);
        }

        return endings;
    }

    private static byte[] Ending(PairStatus status, PairFlags flags, bool selfTimed) =>
        Encoding.UTF8.GetBytes($",{status.ToString().ToLowerInvariant()},{Words(flags, selfTimed)}\n");

    private static string Words(PairFlags flags, bool selfTimed)
    {
        var words = new List<string>();
        Add(selfTimed, "self_timed");
        Add(flags.HasFlag(PairFlags.Falling), "falling");
        Add(flags.HasFlag(PairFlags.StimulusLost), "stimulus_lost");
        Add(flags.HasFlag(PairFlags.NoResponse), "no_response");
        Add(flags.HasFlag(PairFlags.MaybeShifted), "maybe_shifted");
        Add(flags.HasFlag(PairFlags.Surplus), "surplus");
        return string.Join('|', words);

        void Add(bool holds, string word)
        {
            if (holds)
            {
                words.Add(word);
            }
        }
    }
}
