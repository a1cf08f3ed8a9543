using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>Writes what Saleae Logic 2 calls a raw-data CSV: one row at each instant at which a channel changes, and a closing row.</summary>
internal sealed class SaleaeCsvWriter(Stream stream, ExportNotes notes, bool isSimulated) : ITimedSink
{
    private readonly TextOutput _text = new(stream);
    private CaptureHeader? _header;
    private byte[] _values = [];
    private long _tick;
    private int _decimals;

    public void Begin(CaptureHeader header)
    {
        _header = header;
        _decimals = Decimals(header.TimeBase.TickHz);
        if (PowerOfTen(_decimals) % header.TimeBase.TickHz != 0)
        {
            notes.Add($"A tick of {UnitText.Frequency(header.TimeBase.TickHz)} has no end in decimals: times are rounded to {_decimals} decimals of a second.");
        }

        if (isSimulated)
        {
            notes.Add("The capture is SIMULATED; this format has no place to say so.");
        }

        _text.Write("Time [s]"u8);
        _values = new byte[header.Channels.Count * 2];
        foreach (var channel in header.Channels)
        {
            var name = CsvText.Field(OneLine(channel));

            // Unquoted, the blanks would be taken for those that some tools write behind commas.
            name = name.Trim() == name ? name : $"\"{name}\"";
            _text.Write("," + name);
            _values[channel.Index * 2] = (byte)',';
            _values[(channel.Index * 2) + 1] = (byte)(channel.InitialLevel is null ? 'X' : channel.InitialLevel.Value ? '1' : '0');
        }

        _text.Write((byte)'\n');
        _tick = header.StartTick;
    }

    public void Edge(long tick, int channel, bool level)
    {
        if (tick != _tick)
        {
            WriteRow();
            _tick = tick;
        }

        _values[(channel * 2) + 1] = (byte)(level ? '1' : '0');
    }

    public void Gap(Gap gap) => throw ExportNotes.RefuseGap(gap, _header!, "Saleae CSV");

    public void End(long endTick)
    {
        WriteRow();
        if (endTick > _tick)
        {
            _tick = endTick;
            WriteRow();
        }

        _text.Flush();
    }

    private void WriteRow()
    {
        var (units, rest) = Int128.DivRem((Int128)_tick * PowerOfTen(_decimals), _header!.TimeBase.TickHz);
        if (Int128.Abs(rest) * 2 >= _header.TimeBase.TickHz)
        {
            units += rest < 0 ? -1 : 1;
        }

        _text.WriteDecimal(units, _decimals);
        _text.Write(_values);
        _text.Write((byte)'\n');
    }

    private string OneLine(Channel channel)
    {
        var name = channel.Name.ReplaceLineEndings(" ");
        if (name != channel.Name)
        {
            notes.Add($"The line ends in the name of channel {channel.Index} became blanks.");
        }

        return name;
    }

    /// <summary>Logic 2 writes nine; more where nine don't hold a tick but more do, or where ticks are too close.</summary>
    private static int Decimals(long tickHz)
    {
        for (var decimals = 9; decimals <= 15; decimals++)
        {
            if (PowerOfTen(decimals) % tickHz == 0)
            {
                return decimals;
            }
        }

        return tickHz <= 100_000_000 ? 9 : tickHz <= 100_000_000_000 ? 12 : 15;
    }

    private static long PowerOfTen(int power) => (long)Math.Pow(10, power);
}
