using System.Globalization;
using System.Text;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>Writes LatencyLab's edge CSV (<see cref="EdgeCsv"/>), which holds everything that a capture is.</summary>
internal sealed class EdgeCsvWriter(Stream stream, ExportNotes notes, bool isSimulated) : ITimedSink
{
    private readonly TextOutput _text = new(stream);
    private TimeBase _timeBase;
    private string[] _names = [];
    private byte[][] _tails = [];

    public void Begin(CaptureHeader header)
    {
        _timeBase = header.TimeBase;
        _names = [.. notes.UniqueNames(header.Channels, name => name.ReplaceLineEndings(" ")).Select(CsvText.Field)];
        _tails = [.. _names.SelectMany(n => (byte[][])[Encoding.UTF8.GetBytes($",{n},0,{EdgeCsv.Edge},\n"), Encoding.UTF8.GetBytes($",{n},1,{EdgeCsv.Edge},\n")])];
        _text.Write(EdgeCsv.Header + "\n");
        var ppm = _timeBase.CalibrationPpm is { } calibration ? ";calibration_ppm=" + calibration.ToString("R", CultureInfo.InvariantCulture) : "";
        WriteTime(header.StartTick);
        _text.Write($",,,{EdgeCsv.Begin},tick_hz={_timeBase.TickHz.ToString(CultureInfo.InvariantCulture)}{ppm}{(isSimulated ? ";SIMULATED=true" : "")}\n");
        foreach (var channel in header.Channels)
        {
            WriteTime(header.StartTick);
            _text.Write($",{_names[channel.Index]},{channel.InitialLevel switch { true => "1", false => "0", null => "" }},{EdgeCsv.Channel},\n");
        }
    }

    public void Edge(long tick, int channel, bool level)
    {
        WriteTime(tick);
        _text.Write(_tails[(channel * 2) + (level ? 1 : 0)]);
    }

    public void Gap(Gap gap)
    {
        WriteTime(gap.FromTick);
        var lost = gap.LostEdges is { } count ? "lost_edges=" + count.ToString(CultureInfo.InvariantCulture) + ";" : "";
        var note = CsvText.Field($"to_tick={gap.ToTick.ToString(CultureInfo.InvariantCulture)};{lost}reason={gap.Reason.ReplaceLineEndings(" ")}");
        _text.Write($",{(gap.Channel is { } channel ? _names[channel] : "")},,{EdgeCsv.Gap},{note}\n");
    }

    public void End(long endTick)
    {
        WriteTime(endTick);
        _text.Write($",,,{EdgeCsv.End},\n");
        _text.Flush();
    }

    private void WriteTime(long tick)
    {
        _text.Write(tick);
        _text.Write((byte)',');
        _text.WriteDecimal(_timeBase.ToPicoseconds(tick), 3);
    }
}
