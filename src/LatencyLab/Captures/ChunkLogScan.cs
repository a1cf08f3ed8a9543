using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using LatencyLab.Signals;

namespace LatencyLab.Captures;

/// <summary>An edge chunk that was found whole.</summary>
/// <param name="Offset">Of its payload in the file.</param>
/// <param name="PayloadBytes">Length of the payload.</param>
/// <param name="Count">Edges in it.</param>
/// <param name="FirstIndex">Number of its first edge in the channel.</param>
/// <param name="FirstTick">Tick of the first edge.</param>
/// <param name="LastTick">Tick of the last edge.</param>
/// <param name="FirstLevel">Level after the first edge.</param>
internal readonly record struct ChunkPlace(long Offset, int PayloadBytes, int Count, long FirstIndex, long FirstTick, long LastTick, bool FirstLevel);

/// <summary>
/// First pass over a chunk log: checks every record, finds its way past damage, and works out from indices and totals what is missing where.
/// Memory follows the number of chunks.
/// </summary>
internal sealed class ChunkLogScan
{
    // Looking for the next record inside of one whose CRC is wrong costs time; a file made of such records gets this much a byte of its length.
    private const int MaxRetriesPerByte = 8;

    private readonly string _path;
    private readonly ChunkLogWindow _window;
    private readonly List<ChunkLogDamage> _damages = [];
    private readonly List<Gap> _gaps = [];
    private List<ChunkPlace>[] _chunks = [];
    private CaptureMetadata? _head;
    private uint _nonce;
    private long? _lastSequence;
    private long _recordedGaps;
    private long _watermark;
    private long[] _totals = [];
    private long? _endTick;
    private long[]? _beforeDamage;
    private long?[] _doubtSince = [];

    private ChunkLogScan(string path, ChunkLogWindow window)
    {
        _path = path;
        _window = window;
    }

    /// <summary>The readable chunks of each channel in their order.</summary>
    public IReadOnlyList<IReadOnlyList<ChunkPlace>> Chunks => _chunks;

    public static (ChunkLogScan Scan, ChunkLogReport Report) Run(string path, ChunkLogWindow window, CancellationToken cancellationToken)
    {
        var scan = new ChunkLogScan(path, window);
        scan.FindRecords(cancellationToken);
        return (scan, scan.Report());
    }

    private void FindRecords(CancellationToken cancellationToken)
    {
        var offset = 0L;
        var damageFrom = -1L;
        var retryBudget = (_window.Length * MaxRetriesPerByte) + ChunkRecord.MaxPayloadBytes;
        while (offset < _window.Length && _endTick is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (length, isWhole) = Check(offset);
            if (isWhole && Accept(offset, length, damageFrom))
            {
                offset += length;
                damageFrom = -1;
                continue;
            }

            damageFrom = damageFrom < 0 ? offset : damageFrom;
            retryBudget -= length;
            offset = retryBudget < 0 && length > 0 ? offset + length : NextMagic(offset + 1);
        }

        damageFrom = damageFrom < 0 && offset < _window.Length ? offset : damageFrom;
        if (damageFrom >= 0)
        {
            _damages.Add(new ChunkLogDamage(damageFrom, _window.Length - damageFrom, 0));
        }

        if (_head is null)
        {
            throw new CaptureFormatException(
                _window.Length == 0 ? "The chunk log is empty." : "The chunk log has no readable head, so that nobody knows its channels and time base.", _path, 0);
        }
    }

    // Length is that of the whole record as it claims to be; 0 where there is none.
    private (int Length, bool IsWhole) Check(long offset)
    {
        var bytes = _window.From(offset, ChunkRecord.HeadBytes);
        if (bytes.Length < ChunkRecord.HeadBytes || !bytes.StartsWith(ChunkRecord.Magic))
        {
            return (0, false);
        }

        var payload = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (payload > ChunkRecord.MaxPayloadBytes || payload > _window.Length - offset - ChunkRecord.HeadBytes - ChunkRecord.CrcBytes)
        {
            return (0, false);
        }

        var crcAt = ChunkRecord.HeadBytes + (int)payload;
        bytes = _window.From(offset, crcAt + ChunkRecord.CrcBytes);
        var isWhole = Crc32.HashToUInt32(bytes[4..crcAt]) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[crcAt..]);
        return (crcAt + ChunkRecord.CrcBytes, isWhole);
    }

    private long NextMagic(long offset)
    {
        while (offset < _window.Length)
        {
            var bytes = _window.From(offset, 1);
            var found = bytes.IndexOf(ChunkRecord.Magic);
            if (found >= 0)
            {
                return offset + found;
            }

            // The magic may begin in the last three bytes of the window.
            offset += Math.Max(1, bytes.Length - ChunkRecord.Magic.Length + 1);
        }

        return _window.Length;
    }

    /// <summary>Takes a whole record; false where it is a remnant of another log or a copy of an earlier record.</summary>
    private bool Accept(long offset, int length, long damageFrom)
    {
        var record = _window.From(offset, length);
        var sequence = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        var nonce = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        var kind = (ChunkKind)record[4];
        var payload = record[ChunkRecord.HeadBytes..(length - ChunkRecord.CrcBytes)];
        if (_head is null)
        {
            if (kind != ChunkKind.Header)
            {
                return false;
            }

            var (head, error) = CaptureMetadata.Parse(payload);
            _head = head ?? throw Fault($"The head of the chunk log can't be used: {error}.", offset);
            _nonce = nonce;
            _watermark = head.Header.StartTick;
            _chunks = [.. head.Header.Channels.Select(_ => new List<ChunkPlace>())];
            _totals = new long[_chunks.Length];
            _doubtSince = new long?[_chunks.Length];
        }
        else if (nonce != _nonce || sequence <= _lastSequence)
        {
            return false;
        }

        var lost = sequence - (_lastSequence + 1 ?? 0);
        if (damageFrom >= 0 || lost > 0)
        {
            _damages.Add(new ChunkLogDamage(damageFrom < 0 ? offset : damageFrom, damageFrom < 0 ? 0 : offset - damageFrom, lost));
            _beforeDamage ??= [.. Enumerable.Range(0, _chunks.Length).Select(c => (long)Int128.Max(Reached(c).LastTick, _head.Header.StartTick))];
        }

        _lastSequence = sequence;
        switch (kind)
        {
            case ChunkKind.Header:
                break;
            case ChunkKind.Edges:
                AcceptEdges(payload, offset);
                break;
            case ChunkKind.Gap:
                AcceptGap(payload, offset);
                break;
            case ChunkKind.Advance:
                _watermark = AcceptTotals(payload, offset);
                break;
            case ChunkKind.End:
                _endTick = AcceptTotals(payload, offset);
                break;
            default:
                throw Fault($"A record of the chunk log is of the unknown kind {(byte)kind}.", offset);
        }

        return true;
    }

    private void AcceptEdges(ReadOnlySpan<byte> payload, long offset)
    {
        if (payload.Length < ChunkRecord.EdgesHeadBytes)
        {
            throw Fault("An edge chunk is too short.", offset);
        }

        var channel = BinaryPrimitives.ReadUInt16LittleEndian(payload);
        var chunk = new ChunkPlace(
            offset + ChunkRecord.HeadBytes,
            payload.Length,
            BinaryPrimitives.ReadInt32LittleEndian(payload[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(payload[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(payload[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(payload[24..]),
            (BinaryPrimitives.ReadUInt16LittleEndian(payload[2..]) & 1) != 0);
        if (channel >= _chunks.Length || chunk.Count is < 1 or > ChunkRecord.MaxEdges || chunk.LastTick < chunk.FirstTick)
        {
            throw Fault("An edge chunk says what can't be.", offset);
        }

        var chunks = _chunks[channel];
        var (index, after) = Reached(channel);
        var lost = (Int128)chunk.FirstIndex - index;
        if (lost < 0 || chunk.FirstIndex > long.MaxValue / 2 || chunk.FirstTick <= after || (lost > 0 && chunk.FirstTick - after <= 1))
        {
            throw Fault("An edge chunk doesn't follow the one before it.", offset);
        }

        if (lost > 0)
        {
            _gaps.Add(new Gap((long)(after + 1), chunk.FirstTick - 1, channel, (long)lost, "part of the log is damaged"));
        }

        chunks.Add(chunk);
        _totals[channel] = chunk.FirstIndex + chunk.Count;
        CountGaps(BinaryPrimitives.ReadUInt32LittleEndian(payload[32..]), offset);
        CloseDoubt(channel, chunk.FirstTick);
    }

    private void AcceptGap(ReadOnlySpan<byte> payload, long offset)
    {
        if (payload.Length < ChunkRecord.GapHeadBytes)
        {
            throw Fault("A gap record is too short.", offset);
        }

        var channel = BinaryPrimitives.ReadInt32LittleEndian(payload[16..]);
        var lost = BinaryPrimitives.ReadInt64LittleEndian(payload[20..]);
        var gap = new Gap(
            BinaryPrimitives.ReadInt64LittleEndian(payload),
            BinaryPrimitives.ReadInt64LittleEndian(payload[8..]),
            channel < 0 ? null : channel,
            lost < 0 ? null : lost,
            Encoding.UTF8.GetString(payload[ChunkRecord.GapHeadBytes..]));
        if (gap.FromTick > gap.ToTick || channel >= _chunks.Length)
        {
            throw Fault("A gap record says what can't be.", offset);
        }

        _gaps.Add(gap);
        _recordedGaps++;
    }

    private long AcceptTotals(ReadOnlySpan<byte> payload, long offset)
    {
        if (payload.Length != ChunkRecord.TotalsBytes(_chunks.Length))
        {
            throw Fault("A record with totals has another length than its channels need.", offset);
        }

        CountGaps(BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]), offset);
        for (var i = 0; i < _totals.Length; i++)
        {
            var total = BinaryPrimitives.ReadInt64LittleEndian(payload[(12 + (8 * i))..]);
            if (total < _totals[i])
            {
                throw Fault("The totals of the chunk log are smaller than what it holds.", offset);
            }

            _totals[i] = total;
        }

        return BinaryPrimitives.ReadInt64LittleEndian(payload);
    }

    // A lost gap record can't say where it was. It was written after the chunks before the damage and before those after it, so on each channel
    // the doubt reaches from the last edge before to the first edge after.
    private void CountGaps(long written, long offset)
    {
        if (written < _recordedGaps)
        {
            throw Fault("The chunk log holds more gap records than it says.", offset);
        }

        if (written > _recordedGaps)
        {
            _recordedGaps = written;
            for (var channel = 0; channel < _doubtSince.Length; channel++)
            {
                _doubtSince[channel] ??= _beforeDamage?[channel] ?? throw Fault("The chunk log says it holds a gap record that was never there.", offset);
            }
        }

        _beforeDamage = null;
    }

    private void CloseDoubt(int channel, long toTick)
    {
        if (_doubtSince[channel] is { } fromTick)
        {
            _gaps.Add(new Gap(fromTick, Math.Max(fromTick, toTick), channel, null, "a record of a gap is damaged"));
            _doubtSince[channel] = null;
        }
    }

    private ChunkLogReport Report()
    {
        var head = _head!;
        var lastTick = Enumerable.Range(0, _chunks.Length).Max(c => Reached(c).LastTick);
        var hasEnd = _endTick is not null;
        var end = _endTick ?? (long)Int128.Min(long.MaxValue, Int128.Max(_watermark, lastTick + 1));
        if (end < head.Header.StartTick || (hasEnd && end <= lastTick))
        {
            throw Fault("The chunk log ends before its last edge.", _window.Length);
        }

        for (var channel = 0; channel < _chunks.Length; channel++)
        {
            var (index, after) = Reached(channel);
            if (_totals[channel] > index && after + 1 < end)
            {
                _gaps.Add(new Gap((long)(after + 1), end - 1, channel, _totals[channel] - index, "part of the log is damaged"));
            }

            CloseDoubt(channel, end);
        }

        if (!hasEnd && _watermark < end)
        {
            _gaps.Add(new Gap(_watermark, end - 1, null, null, "the log breaks off"));
        }

        var metadata = head with { EndTick = end, Gaps = [.. _gaps.OrderBy(g => g.FromTick)] };
        CheckLevels(metadata);
        return new ChunkLogReport(metadata, [.. _chunks.Select(c => c.Sum(k => (long)k.Count))], hasEnd, _damages, _window.Length);
    }

    // Levels alternate from chunk to chunk as they do inside of one, unless a gap lies between: anything else is a lost edge that nobody owns up to.
    private void CheckLevels(CaptureMetadata metadata)
    {
        foreach (var channel in metadata.Header.Channels)
        {
            var (level, lastTick) = (channel.InitialLevel, metadata.Header.StartTick);
            var (nextGap, doubtUntil) = (0, long.MinValue);
            foreach (var chunk in _chunks[channel.Index])
            {
                for (; nextGap < metadata.Gaps.Count && metadata.Gaps[nextGap].FromTick <= chunk.FirstTick; nextGap++)
                {
                    var gap = metadata.Gaps[nextGap];
                    doubtUntil = gap.Channel is null || gap.Channel == channel.Index ? Math.Max(doubtUntil, gap.ToTick) : doubtUntil;
                }

                if (level == chunk.FirstLevel && doubtUntil < lastTick)
                {
                    throw Fault("An edge chunk goes on with the level that its channel has already.", chunk.Offset);
                }

                (level, lastTick) = (chunk.FirstLevel ^ ((chunk.Count & 1) == 0), chunk.LastTick);
            }
        }
    }

    // Number of the edge after the last one of a channel, and that one's tick; 128 bits since a capture may begin at the very first tick.
    private (long NextIndex, Int128 LastTick) Reached(int channel) =>
        _chunks[channel] is [.., var last] ? (last.FirstIndex + last.Count, last.LastTick) : (0, (Int128)_head!.Header.StartTick - 1);

    private CaptureFormatException Fault(string what, long offset) => new(what, _path, offset);
}
