using System.Globalization;
using System.IO.Compression;
using System.Text;
using LatencyLab.Signals;

namespace LatencyLab.Formats;

/// <summary>
/// Writes sigrok sessions, version 2, with chunks of 4 MiB as libsigrok does: one sample a tick, so that a long capture with fine ticks grows without
/// bound and is refused.
/// </summary>
internal sealed class SrWriter(Stream stream, ExportNotes notes, bool isSimulated) : ITimedSink, IDisposable
{
    private const int ChunkBytes = 4 * 1024 * 1024;
    private const int MaxChannels = 64;
    private const long MaxSamples = 1_000_000_000;

    // The begin of the ZIP calendar: the same capture gives the same file.
    private static readonly DateTimeOffset MemberTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive _archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);
    private CaptureHeader? _header;
    private byte[] _chunk = [];
    private int _filled;
    private int _chunks;
    private int _unitSize;
    private ulong _sample;
    private long _tick;

    public void Begin(CaptureHeader header)
    {
        _header = header;
        if (header.Channels.Count > MaxChannels)
        {
            throw new LatencyLabException(FaultKind.Usage, $"A sigrok session holds at most {MaxChannels} channels, this capture has {header.Channels.Count}.", null, "Choose some: --channels A,B.");
        }

        notes.Shifted(header);
        _unitSize = (header.Channels.Count + 7) / 8;
        _chunk = new byte[ChunkBytes / _unitSize * _unitSize];
        _tick = header.StartTick;
        foreach (var channel in header.Channels)
        {
            _sample |= notes.KnownLevel(channel) ? 1UL << channel.Index : 0;
        }

        WriteMember("version", "2"u8);
        WriteMember("metadata", Encoding.UTF8.GetBytes(Metadata(header)));
    }

    public void Edge(long tick, int channel, bool level)
    {
        FillTo(tick);
        _sample = level ? _sample | (1UL << channel) : _sample & ~(1UL << channel);
    }

    public void Gap(Gap gap) => throw ExportNotes.RefuseGap(gap, _header!, "A sigrok session");

    public void End(long endTick)
    {
        FillTo(endTick);
        WriteChunk();
        _archive.Dispose();
    }

    public void Dispose() => _archive.Dispose();

    private void FillTo(long tick)
    {
        if ((Int128)tick - _header!.StartTick > MaxSamples)
        {
            throw new LatencyLabException(
                FaultKind.Usage, $"A sigrok session holds one sample a tick: this capture would need more than {MaxSamples}.", null, "Export a range of it: --from, --to.");
        }

        while (_tick < tick)
        {
            var samples = (int)Math.Min(tick - _tick, (_chunk.Length - _filled) / _unitSize);
            Fill(_chunk.AsSpan(_filled, samples * _unitSize));
            _filled += samples * _unitSize;
            _tick += samples;
            if (_filled == _chunk.Length)
            {
                WriteChunk();
            }
        }
    }

    private void Fill(Span<byte> bytes)
    {
        for (var i = 0; i < _unitSize; i++)
        {
            bytes[i] = (byte)((_sample >> (8 * i)) & 0xff);
        }

        // Each copy doubles what stands there.
        for (var filled = _unitSize; filled < bytes.Length; filled *= 2)
        {
            bytes[..Math.Min(filled, bytes.Length - filled)].CopyTo(bytes[filled..]);
        }
    }

    private void WriteChunk()
    {
        if (_filled > 0)
        {
            _chunks++;
            WriteMember("logic-1-" + _chunks.ToString(CultureInfo.InvariantCulture), _chunk.AsSpan(0, _filled));
            _filled = 0;
        }
    }

    private void WriteMember(string name, ReadOnlySpan<byte> bytes)
    {
        var entry = _archive.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = MemberTime;
        using var member = entry.Open();
        member.Write(bytes);
    }

    private string Metadata(CaptureHeader header)
    {
        var text = new StringBuilder(isSimulated ? "[latencylab]\nSIMULATED=true\n\n[global]" : "[global]").Append("\nsigrok version=0.5.2\n\n[device 1]\ncapturefile=logic-1\n");
        text.Append(CultureInfo.InvariantCulture, $"total probes={header.Channels.Count}\nsamplerate={header.TimeBase.TickHz}\ntotal analog=0\n");
        foreach (var channel in header.Channels)
        {
            text.Append(CultureInfo.InvariantCulture, $"probe{channel.Index + 1}={Escape(channel.Name)}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"unitsize={(header.Channels.Count + 7) / 8}\n").ToString();
    }

    // As GLib key files want it; a blank only matters at the begin.
    private static string Escape(string name)
    {
        var escaped = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)
            .Replace("\t", "\\t", StringComparison.Ordinal);
        escaped = escaped is [' ', ..] ? "\\s" + escaped[1..] : escaped;
        return escaped is [.., ' '] ? escaped[..^1] + "\\s" : escaped;
    }
}
