using System.Buffers.Text;
using System.Globalization;
using System.Text;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>Reads LatencyLab's edge CSV (<see cref="EdgeCsv"/>). Only the ticks count; the column of nanoseconds is for people.</summary>
internal sealed class EdgeCsvReader
{
    private const int RowsBetweenWords = 64 * 1024;

    private readonly TextLines _lines;
    private readonly IEdgeSink _sink;
    private readonly List<(string Name, bool? Level)> _declared = [];
    private byte[][] _names = [];
    private int[] _channels = [];
    private bool?[] _levels = [];
    private long[] _lastTicks = [];
    private long[] _doubtUntil = [];
    private TimedEdges? _edges;
    private TimeBase? _timeBase;
    private long _startTick;
    private long _tick;
    private bool _hasEnded;

    private EdgeCsvReader(TextLines lines, IEdgeSink sink) => (_lines, _sink) = (lines, sink);

    public static CaptureFormat Format { get; } = new("LatencyLab edge CSV", head => head.StartsWith("t_ticks,t_ns,channel,level,event,note"u8), Read);

    public static void Read(InputFile file, ReadOptions options, IEdgeSink sink, CancellationToken cancellationToken) =>
        new EdgeCsvReader(new TextLines(file), sink).Read(file, options, cancellationToken);

    private void Read(InputFile file, ReadOptions options, CancellationToken cancellationToken)
    {
        _lines.TryNext(out _);
        var rows = 0;
        while (!_hasEnded ? _lines.TryNext(out var row) : _lines.TryNextRow(out row))
        {
            if (_hasEnded)
            {
                throw _lines.Fault("There is a row behind the end of the capture.");
            }

            ReadRow(row, options, file);
            if (++rows % RowsBetweenWords == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _edges?.MoveTo(_sink);
                _sink.Advance(_tick);
            }
        }

        if (!_hasEnded)
        {
            throw file.Fault("The last row isn't the end of the capture.", file.Length, "The file may be truncated.");
        }
    }

    private void ReadRow(ReadOnlySpan<byte> row, ReadOptions options, InputFile file)
    {
        if (!Utf8Parser.TryParse(row, out long tick, out var used) || used == row.Length || row[used] != (byte)',')
        {
            throw _lines.Fault("The row doesn't begin with a tick.");
        }

        if (_timeBase is not null && tick < _tick)
        {
            throw _lines.Fault("The ticks go back.");
        }

        // An edge, the row of which there are millions, first: everything else is split with quotes in mind.
        if (_edges is not null && TryEdge(row[(used + 1)..], tick))
        {
            return;
        }

        if (CsvText.Split(row) is not { Count: 6 } fields)
        {
            throw _lines.Fault("The row doesn't have 6 columns.");
        }

        switch (fields[4])
        {
            case EdgeCsv.Begin when _timeBase is null:
                _timeBase = ReadTimeBase(fields[5], options, file);
                (_startTick, _tick) = (tick, tick);
                break;
            case EdgeCsv.Channel when _timeBase is not null && _edges is null && tick == _startTick && _declared.Count < CsvText.MaxFields:
                _declared.Add((CsvText.Unfield(fields[2]), fields[3] switch { "0" => false, "1" => true, "" => null, _ => throw Level() }));
                break;
            case EdgeCsv.Edge when _edges is null && BeginCapture(options, file):
                if (!TryEdge(row[(used + 1)..], tick))
                {
                    throw _lines.Fault("The row is no edge of a known channel.");
                }

                break;
            case EdgeCsv.Gap when _edges is not null || BeginCapture(options, file):
                ReadGap(fields, tick);
                break;
            case EdgeCsv.End when _edges is not null || BeginCapture(options, file):
                if (tick < _tick || (tick == _tick && tick != _startTick))
                {
                    throw _lines.Fault("The capture ends before its last edge.");
                }

                _edges!.MoveTo(_sink);
                _sink.Advance(tick);
                _sink.End(tick);
                _hasEnded = true;
                break;
            default:
                throw _lines.Fault($"A row '{(fields[4].Length > 40 ? fields[4][..40] : fields[4])}' has no place here.");
        }
    }

    private bool TryEdge(ReadOnlySpan<byte> row, long tick)
    {
        // t_ns,channel,level,edge,
        if (!row.EndsWith(",edge,"u8))
        {
            return false;
        }

        var rest = row[..^6];
        rest = rest[(rest.IndexOf((byte)',') + 1)..];
        if (rest.Length < 2 || rest[^2] != (byte)',' || rest[^1] is not ((byte)'0' or (byte)'1'))
        {
            return false;
        }

        var source = IndexOf(rest[..^2]);
        if (source < 0)
        {
            return false;
        }

        var level = rest[^1] == (byte)'1';
        // Behind a gap a channel goes on with either level.
        var isExpected = _levels[source] == !level;
        if (!isExpected && _levels[source] is not null && _lastTicks[source] > _doubtUntil[source])
        {
            throw _lines.Fault("The channel has this level already.");
        }

        if (tick <= _lastTicks[source])
        {
            throw _lines.Fault("The channel has two edges in one tick, or one at the begin.");
        }

        _tick = tick;
        _lastTicks[source] = tick;
        var channel = _channels[source];
        if (channel >= 0)
        {
            if (_edges!.IsFull)
            {
                _edges.MoveTo(_sink);
                _sink.Advance(tick);
            }

            if (!isExpected)
            {
                _edges.MoveTo(_sink);
                _edges.Levels[channel] = !level;
            }

            _edges.Add(channel, tick);
        }

        _levels[source] = level;
        return true;
    }

    private int IndexOf(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private bool BeginCapture(ReadOptions options, InputFile file)
    {
        if (_timeBase is not { } timeBase || _declared.Count == 0)
        {
            return false;
        }

        var selection = ChannelSelection.Resolve([.. _declared.Select(d => d.Name)], options, file.Path);
        _names = [.. _declared.Select(d => Encoding.UTF8.GetBytes(CsvText.Field(d.Name)))];
        _levels = [.. _declared.Select(d => d.Level)];
        _lastTicks = [.. _declared.Select(_ => _startTick)];
        _doubtUntil = [.. _declared.Select(_ => long.MinValue)];
        _channels = new int[_declared.Count];
        Array.Fill(_channels, -1);
        _edges = new TimedEdges(selection.Count);
        for (var channel = 0; channel < selection.Count; channel++)
        {
            _channels[selection[channel].Source] = channel;
            _edges.Levels[channel] = _declared[selection[channel].Source].Level ?? false;
        }

        _sink.Begin(new CaptureHeader(timeBase, ChannelSelection.ToChannels(selection, source => _declared[source].Level), _startTick));
        return true;
    }

    private void ReadGap(List<string> fields, long tick)
    {
        var note = fields[5];
        var reason = note.IndexOf("reason=", StringComparison.Ordinal);
        var lost = Number(note, "lost_edges=");
        if (reason < 0 || Number(note, "to_tick=") is not { } toTick || toTick < tick || lost < 0)
        {
            throw _lines.Fault("The row is no gap.");
        }

        var source = fields[2].Length == 0 ? -1 : _declared.FindIndex(d => d.Name == CsvText.Unfield(fields[2]));
        if (source < 0 && fields[2].Length > 0)
        {
            throw _lines.Fault("The gap is one of no known channel.");
        }

        _edges!.MoveTo(_sink);
        _tick = tick;
        if (source < 0 || _channels[source] >= 0)
        {
            _sink.Gap(new Gap(tick, toTick, source < 0 ? null : _channels[source], lost, note[(reason + 7)..]));
        }

        for (var i = 0; i < _doubtUntil.Length; i++)
        {
            _doubtUntil[i] = source < 0 || source == i ? Math.Max(_doubtUntil[i], toTick) : _doubtUntil[i];
        }
    }

    private TimeBase ReadTimeBase(string note, ReadOptions options, InputFile file)
    {
        if (Number(note, "tick_hz=") is not { } tickHz || tickHz is < 1 or > TimeBase.MaxTickHz)
        {
            throw _lines.Fault("The first row has no tick_hz from 1 to 10^15.");
        }

        var at = note.IndexOf("calibration_ppm=", StringComparison.Ordinal);
        double? ppm = null;
        if (at >= 0)
        {
            var end = note.IndexOf(';', at);
            ppm = double.TryParse(note.AsSpan(at + 16, (end < 0 ? note.Length : end) - at - 16), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
                ? value
                : throw _lines.Fault("calibration_ppm is no number.");
        }

        return new TimeBase(SampleRates.Choose(tickHz, options, file.Path), ppm);
    }

    private static long? Number(string note, string key)
    {
        foreach (var part in note.Split(';'))
        {
            if (part.StartsWith(key, StringComparison.Ordinal) &&
                long.TryParse(part.AsSpan(key.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            {
                return value;
            }
        }

        return null;
    }

    private CaptureFormatException Level() => _lines.Fault("The level is neither 0 nor 1.");
}
