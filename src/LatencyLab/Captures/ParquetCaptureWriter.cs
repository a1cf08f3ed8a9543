using LatencyLab.Signals;
using Parquet;

namespace LatencyLab.Captures;

/// <summary>
/// Writes a capture as a Parquet table (t_ticks, channel, level), sorted by tick and then by channel, with everything else about it in the
/// footer. The file has another name until it is whole and on the disk, so that nobody ever sees half of one. Memory follows the edges between
/// two watermarks of the source, and one row group.
/// </summary>
public sealed class ParquetCaptureWriter : IEdgeSink, IDisposable
{
    // Most captures never fill a row group, whose ten megabytes they would pay for all the same.
    private const int FirstRows = ParquetEdges.RowsPerGroup / 16;

    private readonly string _path;
    private readonly string _partialPath;
    private readonly CaptureOrigin _origin;
    private readonly FileStream _file;
    private EdgeColumns _columns = EdgeColumns.Of(FirstRows);
    private readonly List<Gap> _gaps = [];
    private EdgeMerge _merge = new(0);
    private CaptureHeader? _header;
    private ParquetWriter? _writer;
    private int _rows;

    private ParquetCaptureWriter(string path, string partialPath, FileStream file, CaptureOrigin origin)
    {
        _path = path;
        _partialPath = partialPath;
        _file = file;
        _origin = origin;
    }

    /// <summary>Begins the file beside its final place; a file that is there already is replaced at the end.</summary>
    /// <exception cref="LatencyLabException">The file can't be made (kind storage).</exception>
    public static ParquetCaptureWriter Create(string path, CaptureOrigin origin)
    {
        var partialPath = path + ".partial";
        try
        {
            return new ParquetCaptureWriter(path, partialPath, FreshFile.Create(partialPath, 1 << 16), origin);
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, path, "write");
        }
    }

    public void Begin(CaptureHeader header)
    {
        CaptureMetadata.CheckChannels(header);
        _header = header;
        _merge = new EdgeMerge(header.Channels.Count);
        _writer = Storing(() => ParquetWriter.CreateAsync(ParquetEdges.Schema, _file, ParquetEdges.Options).GetAwaiter().GetResult());
    }

    public void Edges(int channel, bool firstLevel, ReadOnlySpan<long> ticks) => _merge.Add(channel, firstLevel, ticks);

    public void Gap(Gap gap) => _gaps.Add(gap);

    public void Advance(long completeBeforeTick)
    {
        while ((_rows = _merge.MoveTo(completeBeforeTick, _columns, _rows)) == _columns.Capacity)
        {
            if (_rows < ParquetEdges.RowsPerGroup)
            {
                _columns = _columns.Grown(Math.Min(ParquetEdges.RowsPerGroup, _rows * 4));
            }
            else
            {
                WriteGroup();
            }
        }
    }

    public void End(long endTick)
    {
        Advance(endTick);
        if (!_merge.IsEmpty)
        {
            throw new InvalidOperationException("The source handed over edges behind its own end.");
        }

        if (_rows > 0)
        {
            WriteGroup();
        }

        var metadata = new CaptureMetadata(_header!, _origin, endTick, [.. _gaps.OrderBy(g => g.FromTick)]);
        Storing(() =>
        {
            _writer!.CustomMetadata = new Dictionary<string, string> { [ParquetEdges.MetadataKey] = System.Text.Encoding.UTF8.GetString(metadata.ToUtf8()) };
            _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _writer = null;
            _file.Flush(flushToDisk: true);
            _file.Dispose();
            File.Move(_partialPath, _path, overwrite: true);
            return true;
        });
    }

    /// <summary>Removes the unfinished file where the source never came to its end.</summary>
    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            // What its buffer still held had no room; the file goes anyway, and the fault that ended the writing is on its way to the user.
        }

        Storing(() =>
        {
            File.Delete(_partialPath);
            return true;
        });
    }

    private void WriteGroup()
    {
        Storing(() =>
        {
            using var group = _writer!.CreateRowGroup();
            group.WriteAsync<long>(ParquetEdges.Ticks, _columns.Ticks.AsMemory(0, _rows)).GetAwaiter().GetResult();
            group.WriteAsync<byte>(ParquetEdges.Channels, _columns.Channels.AsMemory(0, _rows)).GetAwaiter().GetResult();
            group.WriteAsync<bool>(ParquetEdges.Levels, _columns.Levels.AsMemory(0, _rows)).GetAwaiter().GetResult();
            return true;
        });
        _rows = 0;
    }

    private T Storing<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, _path, "write");
        }
    }
}
