using System.Globalization;
using System.Text;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>
/// Writes value change dumps that every known reader takes: one change a line, times from 0, all values at 0, ASCII names without blanks, a closing
/// time, no comment among the changes. The timescale is the coarsest that holds every tick.
/// </summary>
internal sealed class VcdWriter(Stream stream, ExportNotes notes, bool isSimulated) : ITimedSink
{
    private const long FemtosecondsPerSecond = 1_000_000_000_000_000;

    // A time with the room that it needs while it is written, and the longest code that the channels of a capture can need.
    private const int LongestLines = 64;

    private readonly TextOutput _text = new(stream);
    private CaptureHeader? _header;
    private byte[][] _changes = [];
    private long _unitsPerTick;
    private long _unitsPerSecond;
    private long _nearTick;
    private long _lastTick = -1;

    public void Begin(CaptureHeader header)
    {
        _header = header;
        var (scale, unitsPerSecond) = Timescale(header.TimeBase.TickHz);
        _unitsPerSecond = unitsPerSecond;
        _unitsPerTick = unitsPerSecond % header.TimeBase.TickHz == 0 ? unitsPerSecond / header.TimeBase.TickHz : 0;
        if (_unitsPerTick == 0)
        {
            notes.Add(
                $"A tick of {UnitText.Frequency(header.TimeBase.TickHz)} is no multiple of {scale}: times are rounded to {scale}, each by at most 0.5{scale[1..]}. " +
                "sigrok-cli and PulseView read such a file step by step, which takes long; a .sr file (--to sr) keeps the samples for them.");
        }

        // Up to here 64 bits hold the time; capture and product both begin at 0 or above.
        _nearTick = _unitsPerTick > 0 && header.StartTick >= 0 ? long.MaxValue / _unitsPerTick : -1;
        notes.Shifted(header);
        _text.Write(isSimulated ? "$version LatencyLab SIMULATED $end\n"u8 : "$version LatencyLab $end\n"u8);
        if (unitsPerSecond != header.TimeBase.TickHz)
        {
            _text.Write($"$comment {VcdHeader.RateComment}{header.TimeBase.TickHz.ToString(CultureInfo.InvariantCulture)} $end\n");
        }

        _text.Write($"$timescale {scale} $end\n$scope module latencylab $end\n");
        var names = Names(header.Channels);
        _changes = new byte[header.Channels.Count * 2][];
        foreach (var channel in header.Channels)
        {
            var code = Code(channel.Index);
            _text.Write($"$var wire 1 {code} {names[channel.Index]} $end\n");
            _changes[channel.Index * 2] = Encoding.ASCII.GetBytes($"0{code}\n");
            _changes[(channel.Index * 2) + 1] = Encoding.ASCII.GetBytes($"1{code}\n");
        }

        _text.Write("$upscope $end\n$enddefinitions $end\n#0\n"u8);
        foreach (var channel in header.Channels)
        {
            _text.Write($"{channel.InitialLevel switch { true => '1', false => '0', null => 'x' }}{Code(channel.Index)}\n");
        }
    }

    public void Edge(long tick, int channel, bool level)
    {
        var text = _text.Room(LongestLines);
        var at = 0;
        if (tick != _lastTick)
        {
            at = WriteTime(tick, text);
            _lastTick = tick;
        }

        var change = _changes[(channel * 2) + (level ? 1 : 0)];
        change.CopyTo(text[at..]);
        _text.Commit(at + change.Length);
    }

    public void Gap(Gap gap) => throw ExportNotes.RefuseGap(gap, _header!, "VCD");

    public void End(long endTick)
    {
        _text.Commit(WriteTime(endTick, _text.Room(LongestLines)));
        _text.Flush();
    }

    private int WriteTime(long tick, Span<byte> text)
    {
        var units = tick >= _header!.StartTick && tick <= _nearTick ? (tick - _header.StartTick) * _unitsPerTick : FarUnits(tick);
        text[0] = (byte)'#';
        var digits = DecimalDigits.Write(units, text[1..]);
        text[digits + 1] = (byte)'\n';
        return digits + 2;
    }

    private long FarUnits(long tick)
    {
        var ticks = (Int128)tick - _header!.StartTick;
        var units = _unitsPerTick > 0
            ? ticks * _unitsPerTick
            : ((ticks * _unitsPerSecond) + (_header.TimeBase.TickHz / 2)) / _header.TimeBase.TickHz;
        return units <= long.MaxValue
            ? (long)units
            : throw new LatencyLabException(FaultKind.Usage, "The capture is too long for the times of a VCD.", null, "Export a range of it: --from, --to.");
    }

    /// <summary>The coarsest of 1, 10 and 100 s to fs of which a tick is a multiple; a picosecond where none is.</summary>
    private static (string Scale, long UnitsPerSecond) Timescale(long tickHz)
    {
        var unitsPerSecond = 1L;
        while (unitsPerSecond < FemtosecondsPerSecond && unitsPerSecond % tickHz != 0)
        {
            unitsPerSecond *= 10;
        }

        if (unitsPerSecond % tickHz != 0)
        {
            // Fine enough that two ticks never get the same time.
            unitsPerSecond = tickHz <= 100_000_000_000 ? 1_000_000_000_000 : FemtosecondsPerSecond;
        }

        var exponent = (int)Math.Round(Math.Log10(unitsPerSecond));
        var unit = (exponent + 2) / 3;
        var number = ((unit * 3) - exponent) switch { 0 => "1", 1 => "10", _ => "100" };
        return ($"{number} {((string[])["s", "ms", "us", "ns", "ps", "fs"])[unit]}", unitsPerSecond);
    }

    private string[] Names(IReadOnlyList<Channel> channels) =>
        notes.UniqueNames(channels, name => string.Concat(name.Select(c => c is > ' ' and <= '~' and not '$' and not '[' and not ']' ? c : '_')));

    // '!' to '~', shortest first.
    private static string Code(int index)
    {
        const int radix = '~' - '!' + 1;
        var code = new StringBuilder();
        for (var rest = index; rest >= 0; rest = (rest / radix) - 1)
        {
            code.Insert(0, (char)('!' + (rest % radix)));
        }

        return code.ToString();
    }
}
