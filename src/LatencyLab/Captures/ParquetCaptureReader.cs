using System.Text;
using LatencyLab.Signals;
using Parquet;
using Parquet.Schema;

namespace LatencyLab.Captures;

/// <summary>Reads what <see cref="ParquetCaptureWriter"/> wrote; a Parquet file without LatencyLab's footer has no time base and is refused.</summary>
public static class ParquetCaptureReader
{
    /// <summary>Reason of a gap that isn't one in the capture: its edges weren't asked for.</summary>
    public const string NotRead = "not read";

    /// <summary>True where a file with these first bytes is meant to be Parquet.</summary>
    public static bool Recognises(ReadOnlySpan<byte> head) => head.StartsWith("PAR1"u8);

    /// <summary>Header, origin, gaps and end, without reading edges.</summary>
    /// <exception cref="CaptureFormatException">Not Parquet, damaged, or not LatencyLab's.</exception>
    /// <exception cref="LatencyLabException">The file can't be read (kind storage).</exception>
    public static CaptureMetadata ReadMetadata(string path)
    {
        using var file = Open(path);
        return Metadata(OpenTable(file, path), path);
    }

    /// <summary>Pushes the capture into the sink: gaps first, then edges in the order of time.</summary>
    /// <inheritdoc cref="ReadMetadata" path="/exception"/>
    public static CaptureMetadata Read(string path, IEdgeSink sink, CancellationToken cancellationToken = default) => Read(path, sink, null, cancellationToken);

    /// <summary>The same, but row groups that lie outside of all wanted spans of ticks are skipped unread.</summary>
    /// <inheritdoc cref="ReadMetadata" path="/exception"/>
    public static CaptureMetadata Read(string path, IEdgeSink sink, IReadOnlyList<(long FromTick, long ToTick)>? wanted, CancellationToken cancellationToken = default)
    {
        using var file = Open(path);
        var reader = OpenTable(file, path);
        var metadata = Metadata(reader, path);
        var fields = Fields(Decoding(path, () => reader.Schema), path);
        using var pages = new ParquetPages(file);
        sink.Begin(metadata.Header);
        foreach (var gap in metadata.Gaps)
        {
            sink.Gap(gap);
        }

        PushGroups(new ParquetRows(path, metadata, sink), reader.RowGroupCount, Load, cancellationToken);
        sink.Advance(metadata.EndTick!.Value);
        sink.End(metadata.EndTick.Value);
        return metadata;

        EdgeGroup? Load(int index) => wanted is null || Meets(reader, index, fields.Ticks, wanted, path) ? ReadGroup(file, pages, reader, index, fields, path) : null;
    }

    // While one group is paired and counted, the next one is decoded: both take about as long.
    private static void PushGroups(ParquetRows rows, int groups, Func<int, EdgeGroup?> load, CancellationToken cancellationToken)
    {
        var next = Task.FromResult(groups > 0 ? load(0) : null);
        try
        {
            for (var i = 0; i < groups; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var group = next.GetAwaiter().GetResult();
                var following = i + 1;
                next = following < groups ? Task.Run(() => load(following), CancellationToken.None) : Task.FromResult<EdgeGroup?>(null);
                if (group is null)
                {
                    rows.Skip();
                }
                else
                {
                    rows.Push(group);
                    group.Return();
                }
            }
        }
        finally
        {
            // The file must stay open until nobody reads it any more; what went wrong there doesn't matter now.
            ((IAsyncResult)next).AsyncWaitHandle.WaitOne();
        }
    }

    // A group whose footer doesn't say where it lies is read.
    private static bool Meets(ParquetReader reader, int index, DataField ticks, IReadOnlyList<(long FromTick, long ToTick)> wanted, string path) => Decoding(path, () =>
    {
        using var group = reader.OpenRowGroupReader(index);
        return group.GetStatistics(ticks) is not { MinValue: long min, MaxValue: long max } || wanted.Any(w => min <= w.ToTick && max >= w.FromTick);
    });

    private static EdgeGroup ReadGroup(
        FileStream file, ParquetPages decoder, ParquetReader reader, int index, (DataField Ticks, DataField Channels, DataField Levels) fields, string path) =>
        Decoding(path, () =>
        {
            using var group = reader.OpenRowGroupReader(index);
            if (group.RowCount is < 0 or > ParquetEdges.RowsPerGroup)
            {
                throw new CaptureFormatException($"Row group {index} of the Parquet file claims {group.RowCount} rows; LatencyLab writes at most {ParquetEdges.RowsPerGroup}.", path);
            }

            var edges = EdgeGroup.Rent((int)group.RowCount);
            Column(fields.Ticks, edges.Columns.Ticks, pages => decoder.Read(pages, edges.Ticks));
            Column(fields.Channels, edges.Columns.Channels, pages => decoder.Read(pages, edges.Channels));
            Column(fields.Levels, edges.Columns.Levels, pages => decoder.Read(pages, edges.Levels));
            return edges;

            void Column<T>(DataField field, T[] column, Action<List<ParquetPage>> read)
                where T : struct
            {
                var chunk = group.RowGroup.Columns.Find(c => c.MetaData?.PathInSchema is [var name] && name == field.Name)
                    ?? throw new CaptureFormatException($"Row group {index} of the Parquet file has no column '{field.Name}'.", path);
                var pages = ParquetGuard.Pages(file, path, chunk);
                if (ParquetPages.Covers(chunk.MetaData!, pages))
                {
                    read(pages);
                }
                else
                {
                    group.ReadAsync(field, column.AsMemory(0, (int)group.RowCount)).AsTask().GetAwaiter().GetResult();
                }
            }
        });

    private static CaptureMetadata Metadata(ParquetReader reader, string path)
    {
        if (!Decoding(path, () => reader.CustomMetadata).TryGetValue(ParquetEdges.MetadataKey, out var text))
        {
            throw new CaptureFormatException(
                $"The Parquet file has no '{ParquetEdges.MetadataKey}' entry in its footer, so that nobody knows its time base.", path, null, "Export it as CSV and give --samplerate.");
        }

        var (metadata, error) = CaptureMetadata.Parse(Encoding.UTF8.GetBytes(text));
        return metadata switch
        {
            null => throw new CaptureFormatException($"The footer of the Parquet file can't be used: {error}.", path),
            { EndTick: null } => throw new CaptureFormatException("The footer of the Parquet file doesn't say where the capture ends.", path),
            _ => metadata,
        };
    }

    private static (DataField Ticks, DataField Channels, DataField Levels) Fields(ParquetSchema schema, string path)
    {
        return (Field(ParquetEdges.Ticks), Field(ParquetEdges.Channels), Field(ParquetEdges.Levels));

        DataField Field(DataField wanted) =>
            Array.Find(schema.DataFields, f => f.Name == wanted.Name) is { } found && found.ClrType == wanted.ClrType && !found.IsNullable && !found.IsArray
                ? found
                : throw new CaptureFormatException($"The Parquet file has no column '{wanted.Name}' of the kind that a capture has.", path);
    }

    private static ParquetReader OpenTable(FileStream file, string path) => Decoding(path, () =>
    {
        ParquetGuard.CheckFooter(file, path);
        return ParquetReader.CreateAsync(new EndGuard(file)).GetAwaiter().GetResult();
    });

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, path, "read");
        }
    }

    // Parquet.Net has no error type of its own for damaged input: whatever it throws while decoding means that the file can't be decoded.
    private static T Decoding<T>(string path, Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (Exception e) when (e is not LatencyLabException)
        {
            throw new CaptureFormatException($"The Parquet file is damaged: {e.Message}", path, null, "Recover the run from its chunk log, or copy the file again.", e);
        }
    }
}
