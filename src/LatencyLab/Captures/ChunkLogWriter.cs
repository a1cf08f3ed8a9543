using System.Buffers.Binary;
using System.Text;
using LatencyLab.Signals;
using Microsoft.Win32.SafeHandles;

namespace LatencyLab.Captures;

/// <summary>
/// Writes edges as they come into an append-only chunk log (edges.llc; <see cref="ChunkRecord"/> has the layout). Whoever records calls
/// <see cref="FlushWhenDue"/> for every piece that comes: a process killed at any moment loses what came after the last call and nothing else.
/// Thread-safe: one thread hands over edges while another flushes.
/// </summary>
public sealed class ChunkLogWriter : IEdgeSink, IDisposable
{
    /// <summary>
    /// How often to flush: half of the 250 ms after which a chunk must be safe, since whoever flushes looks at the clock only when something comes, at
    /// the latest with the sampler's heartbeat each 100 ms.
    /// </summary>
    public static readonly TimeSpan FlushPeriod = TimeSpan.FromMilliseconds(125);

    private static readonly TimeSpan SyncPeriod = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly CaptureOrigin _origin;
    private readonly TimeProvider _time;
    private readonly uint _nonce = unchecked((uint)Random.Shared.Next());
    private readonly byte[] _record = new byte[ChunkRecord.HeadBytes + ChunkRecord.MaxEdgesPayloadBytes + ChunkRecord.CrcBytes];
    private PendingEdges[] _channels = [];
    private long _length;
    private uint _sequence;
    private uint _gaps;
    private long? _watermark;
    private long? _writtenWatermark;
    private long _lastSync;
    private long _lastFlush;
    private bool _ended;

    private ChunkLogWriter(string path, SafeFileHandle file, CaptureOrigin origin, TimeProvider time)
    {
        _path = path;
        _file = file;
        _origin = origin;
        _time = time;
        _lastSync = _lastFlush = time.GetTimestamp();
    }

    /// <summary>Makes the file; an existing one is never overwritten.</summary>
    /// <exception cref="LatencyLabException">The file can't be made (kind storage).</exception>
    public static ChunkLogWriter Create(string path, CaptureOrigin origin, TimeProvider? time = null)
    {
        try
        {
            return new ChunkLogWriter(path, File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read), origin, time ?? TimeProvider.System);
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, path, "write");
        }
    }

    public void Begin(CaptureHeader header)
    {
        CaptureMetadata.CheckChannels(header);
        var json = new CaptureMetadata(header, _origin, null, []).ToUtf8();
        if (json.Length > ChunkRecord.MaxPayloadBytes)
        {
            throw new LatencyLabException(FaultKind.Usage, "The names of the channels are too long for a capture.", _path, "Give them shorter names with --map.");
        }

        lock (_lock)
        {
            _channels = [.. header.Channels.Select(c => new PendingEdges(c.Index))];
            var record = new byte[ChunkRecord.HeadBytes + json.Length + ChunkRecord.CrcBytes];
            json.CopyTo(record, ChunkRecord.HeadBytes);
            Append(record, ChunkKind.Header, json.Length);
            Append(record, ChunkKind.Header, json.Length);
        }
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks)
    {
        lock (_lock)
        {
            var pending = _channels[channel];
            while (!ticks.IsEmpty)
            {
                if (pending.Count > 0 && firstLevel != pending.NextLevel)
                {
                    WriteChunk(pending);
                }

                var taken = pending.Take(firstLevel, ticks);
                firstLevel = pending.NextLevel;
                ticks = ticks[taken..];
                if (pending.Count == ChunkRecord.MaxEdges)
                {
                    WriteChunk(pending);
                }
            }
        }
    }

    public void Gap(Gap gap)
    {
        lock (_lock)
        {
            foreach (var pending in _channels.Where(c => gap.Channel is null || c.Channel == gap.Channel))
            {
                WriteChunk(pending);
            }

            var payload = _record.AsSpan(ChunkRecord.HeadBytes);
            BinaryPrimitives.WriteInt64LittleEndian(payload, gap.FromTick);
            BinaryPrimitives.WriteInt64LittleEndian(payload[8..], gap.ToTick);
            BinaryPrimitives.WriteInt32LittleEndian(payload[16..], gap.Channel ?? -1);
            BinaryPrimitives.WriteInt64LittleEndian(payload[20..], gap.LostEdges ?? -1);
            Encoding.UTF8.TryGetBytes(gap.Reason, payload[ChunkRecord.GapHeadBytes..], out var reasonBytes);
            Append(_record, ChunkKind.Gap, ChunkRecord.GapHeadBytes + reasonBytes);
            _gaps++;
        }
    }

    public void Advance(long completeBeforeTick)
    {
        lock (_lock)
        {
            _watermark = completeBeforeTick;
        }
    }

    public void End(long endTick)
    {
        lock (_lock)
        {
            WriteAllChunks();
            if (Array.Exists(_channels, c => c.LastTick >= endTick))
            {
                throw new InvalidOperationException("The source handed over edges behind its own end.");
            }

            WriteTotals(ChunkKind.End, endTick);
            _ended = true;
        }

        Sync();
    }

    /// <summary>Flushes where that is <see cref="FlushPeriod"/> ago.</summary>
    /// <exception cref="LatencyLabException">The disk is full or gone (kind storage).</exception>
    public void FlushWhenDue()
    {
        if (_time.GetElapsedTime(_lastFlush) >= FlushPeriod)
        {
            _lastFlush = _time.GetTimestamp();
            Flush();
        }
    }

    /// <summary>Hands everything so far to the operating system, and about once a second to the disk itself.</summary>
    /// <exception cref="LatencyLabException">The disk is full or gone (kind storage).</exception>
    public void Flush()
    {
        lock (_lock)
        {
            if (_ended || _channels.Length == 0)
            {
                return;
            }

            WriteAllChunks();
            if (_watermark is { } watermark && _watermark != _writtenWatermark)
            {
                WriteTotals(ChunkKind.Advance, watermark);
                _writtenWatermark = watermark;
            }

            if (_time.GetElapsedTime(_lastSync) < SyncPeriod)
            {
                return;
            }

            _lastSync = _time.GetTimestamp();
        }

        // Outside of the lock: a slow disk must not hold up the thread that reads the sampler.
        Sync();
    }

    /// <summary>Closes the file as it is; without <see cref="End"/> it stays a log that breaks off.</summary>
    public void Dispose() => _file.Dispose();

    private void Sync()
    {
        try
        {
            RandomAccess.FlushToDisk(_file);
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, _path, "write");
        }
    }

    private void WriteAllChunks()
    {
        foreach (var pending in _channels)
        {
            WriteChunk(pending);
        }
    }

    private void WriteChunk(PendingEdges pending)
    {
        if (pending.Count == 0)
        {
            return;
        }

        Append(_record, ChunkKind.Edges, pending.Encode(_record.AsSpan(ChunkRecord.HeadBytes), _gaps));
        pending.Clear();
    }

    private void WriteTotals(ChunkKind kind, long tick)
    {
        var payload = _record.AsSpan(ChunkRecord.HeadBytes);
        BinaryPrimitives.WriteInt64LittleEndian(payload, tick);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[8..], _gaps);
        for (var i = 0; i < _channels.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(payload[(12 + (8 * i))..], _channels[i].Written);
        }

        Append(_record, kind, ChunkRecord.TotalsBytes(_channels.Length));
    }

    private void Append(byte[] record, ChunkKind kind, int payloadBytes)
    {
        var length = ChunkRecord.Seal(record, kind, payloadBytes, _sequence, _nonce);
        try
        {
            RandomAccess.Write(_file, record.AsSpan(0, length), _length);
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, _path, "write");
        }

        _length += length;
        _sequence++;
    }
}
