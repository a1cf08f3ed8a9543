using LatencyLab.Signals;

namespace LatencyLab.Captures;

/// <summary>
/// Reads chunk logs, also those of killed processes and with damage: everything readable comes back, what isn't becomes gaps. Only a log whose
/// head is gone, or one that contradicts itself although its checksums fit, is an error.
/// </summary>
public static class ChunkLogReader
{
    /// <summary>True where a file with these first bytes is meant to be a chunk log.</summary>
    public static bool Recognises(ReadOnlySpan<byte> head) => head.StartsWith(ChunkRecord.Magic);

    /// <summary>Checks every record without handing over edges.</summary>
    /// <exception cref="CaptureFormatException">The head is gone, or the records contradict each other.</exception>
    /// <exception cref="LatencyLabException">The file can't be read (kind storage).</exception>
    public static ChunkLogReport Verify(string path, CancellationToken cancellationToken = default)
    {
        using var file = Open(path);
        return ChunkLogScan.Run(path, new ChunkLogWindow(file, path), cancellationToken).Report;
    }

    /// <summary>Pushes what the log holds into the sink: first all gaps, then edges in the order of time from chunk to chunk.</summary>
    /// <inheritdoc cref="Verify" path="/exception"/>
    public static ChunkLogReport Read(string path, IEdgeSink sink, CancellationToken cancellationToken = default)
    {
        using var file = Open(path);
        var window = new ChunkLogWindow(file, path);
        var (scan, report) = ChunkLogScan.Run(path, window, cancellationToken);
        sink.Begin(report.Metadata.Header);
        foreach (var gap in report.Metadata.Gaps)
        {
            sink.Gap(gap);
        }

        PushEdges(path, window, scan.Chunks, sink, cancellationToken);
        var end = report.Metadata.EndTick!.Value;
        sink.Advance(end);
        sink.End(end);
        return report;
    }

    private static void PushEdges(string path, ChunkLogWindow window, IReadOnlyList<IReadOnlyList<ChunkPlace>> chunks, IEdgeSink sink, CancellationToken cancellationToken)
    {
        // The channel whose next chunk begins first goes on; before that chunk's first tick everything has been handed over.
        var next = new PriorityQueue<(int Channel, int Index), (long FirstTick, int Channel)>();
        for (var channel = 0; channel < chunks.Count; channel++)
        {
            if (chunks[channel].Count > 0)
            {
                next.Enqueue((channel, 0), (chunks[channel][0].FirstTick, channel));
            }
        }

        var ticks = new long[ChunkRecord.MaxEdges];
        var bytes = new byte[Math.Min(ChunkRecord.MaxPayloadBytes, window.Length)];
        while (next.TryDequeue(out var place, out _))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var chunk = chunks[place.Channel][place.Index];
            var payload = bytes.AsSpan(0, chunk.PayloadBytes);
            if (!window.TryRead(chunk.Offset, payload) || !Decode(payload[ChunkRecord.EdgesHeadBytes..], chunk, ticks))
            {
                throw new CaptureFormatException("The edges of a chunk contradict its head.", path, chunk.Offset);
            }

            sink.Edges(place.Channel, chunk.FirstLevel, ticks.AsSpan(0, chunk.Count));
            if (place.Index + 1 < chunks[place.Channel].Count)
            {
                next.Enqueue((place.Channel, place.Index + 1), (chunks[place.Channel][place.Index + 1].FirstTick, place.Channel));
            }

            if (next.TryPeek(out _, out var head))
            {
                sink.Advance(head.FirstTick);
            }
        }
    }

    private static bool Decode(ReadOnlySpan<byte> differences, ChunkPlace chunk, long[] ticks)
    {
        var at = 0;
        var tick = chunk.FirstTick;
        ticks[0] = tick;
        for (var i = 1; i < chunk.Count; i++)
        {
            var difference = 0UL;
            for (var shift = 0; ; shift += 7)
            {
                if (at == differences.Length || shift > 63)
                {
                    return false;
                }

                var group = differences[at++];
                difference |= (ulong)(group & 0x7F) << shift;
                if (group < 0x80)
                {
                    break;
                }
            }

            // Adding an unsigned difference may pass from negative ticks to positive ones; what wraps isn't later than its predecessor.
            var later = unchecked(tick + (long)difference);
            if (later <= tick)
            {
                return false;
            }

            tick = later;
            ticks[i] = tick;
        }

        return at == differences.Length && tick == chunk.LastTick;
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, path, "read");
        }
    }
}
