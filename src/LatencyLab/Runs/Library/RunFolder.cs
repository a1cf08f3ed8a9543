using System.Globalization;
using LatencyLab.Captures;
using LatencyLab.Formats;
using LatencyLab.Runs.Documents;

namespace LatencyLab.Runs.Library;

/// <summary>
/// The folder of one run: run.json, edges.llc while edges come in, edges.parquet afterwards, latency.csv, summary.csv and plots. Its name is the run id.
/// Every call that touches the disk ends in a <see cref="LatencyLabException"/> of kind storage when the disk doesn't do what it should.
/// </summary>
public sealed class RunFolder
{
    /// <summary>Reason in run.json from the first moment on until the run is over; still there afterwards, it tells of a killed run.</summary>
    public const string InProgress = "still being recorded, or the process was killed";

    // In ordinal order, without letters that are taken for digits; two of them count to 1,089.
    private const string IdLetters = "0123456789abcdefghjkmnpqrstuvwxyz";

    private RunFolder(string path)
    {
        Path = path;
        RunId = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(path));
    }

    public string Path { get; }

    public string RunId { get; }

    public string RunJsonPath => In("run.json");

    public string LogPath => In("edges.llc");

    public string TablePath => In("edges.parquet");

    public string LatencyCsvPath => In("latency.csv");

    public string SummaryCsvPath => In("summary.csv");

    /// <summary>How often each latency was seen, in the folder of a live session.</summary>
    public string LatencyCountsPath => In("latency-counts.csv");

    /// <summary>There while a live session goes on, and after its kill.</summary>
    internal string SessionPath => In("session.lock");

    /// <summary>A path inside the folder, for plots and reports.</summary>
    public string In(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>
    /// Makes a new folder <c>root/yyyyMMdd-HHmmss-id</c>; the root is made as well if need be. The first two letters of the id count the milliseconds of the
    /// second, so that the order of names is that of begins also for runs in quick succession.
    /// </summary>
    /// <exception cref="LatencyLabException">The folder can't be made (kind storage).</exception>
    public static RunFolder Create(string root, DateTimeOffset now)
    {
        var (high, low) = Math.DivRem(now.Millisecond, IdLetters.Length);
        var begin = now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture) + $"-{IdLetters[high]}{IdLetters[low]}";
        try
        {
            while (true)
            {
                var path = System.IO.Path.Combine(root, begin + new string(Random.Shared.GetItems<char>(IdLetters, 3)));
                if (!Directory.Exists(path))
                {
                    Directory.CreateDirectory(path);
                    return new RunFolder(path);
                }
            }
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, root, "write");
        }
    }

    /// <summary>An existing folder, whatever is in it.</summary>
    /// <exception cref="LatencyLabException">There is no such folder (kind storage).</exception>
    public static RunFolder Open(string path) => Directory.Exists(path)
        ? new RunFolder(path)
        : throw new LatencyLabException(FaultKind.Storage, "There is no such run folder.", path, "See 'latencylab runs list'.");

    /// <summary>What is known of the run in this folder before it is measured.</summary>
    public RunOrigin Origin(DateTimeOffset createdUtc, IReadOnlyList<string> argv, ToolDocument tool, bool simulated) => new(RunId, Path, createdUtc, argv, tool, simulated);

    /// <summary>True where the path is a folder with a run.json, or with edges of a run that was killed.</summary>
    public static bool IsRun(string path) =>
        File.Exists(System.IO.Path.Combine(path, "run.json")) || File.Exists(System.IO.Path.Combine(path, "edges.llc"));

    /// <summary>Reads run.json.</summary>
    /// <exception cref="CaptureFormatException">It is damaged, or of a later schema.</exception>
    /// <exception cref="LatencyLabException">It can't be read.</exception>
    public RunDocument Read()
    {
        try
        {
            using var file = new FileStream(RunJsonPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (file.Length > RunJson.MaxBytes)
            {
                throw new CaptureFormatException($"A run document has at most {RunJson.MaxBytes} bytes, this one {file.Length}.", RunJsonPath);
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return RunJson.ReadRun(bytes, RunJsonPath) with { Folder = Path };
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, RunJsonPath, "read");
        }
    }

    /// <summary>Writes run.json in one step: a reader sees the old one or the new one, also after a power loss.</summary>
    public void Write(RunDocument run) => Replace(RunJsonPath, stream => stream.Write(RunJson.ToUtf8(run)));

    /// <summary>Writes run.json as it is before the first edge, so that a killed run is recognised.</summary>
    public void Begin(RunDocument run) => Write(run with { Status = RunStatus.Partial, Reasons = [InProgress] });

    /// <summary>Begins edges.llc. The caller has it flushed by <see cref="ChunkLogWriter.FlushWhenDue"/>.</summary>
    public ChunkLogWriter CreateLog(bool simulated, TimeProvider time) => ChunkLogWriter.Create(LogPath, new CaptureOrigin(RunId, simulated), time);

    /// <summary>Makes edges.parquet from the closed log, and then removes the log.</summary>
    /// <param name="keepLog">True keeps the log as well.</param>
    /// <param name="cancellationToken">Ends the work; the log stays.</param>
    /// <returns>What the log held and in which state it was.</returns>
    public ChunkLogReport ConvertLog(bool keepLog, CancellationToken cancellationToken = default)
    {
        var origin = ChunkLogReader.Verify(LogPath, cancellationToken).Metadata.Origin;
        ChunkLogReport report;
        using (var table = ParquetCaptureWriter.Create(TablePath, origin))
        {
            report = ChunkLogReader.Read(LogPath, table, cancellationToken);
        }

        if (!keepLog)
        {
            Touching(LogPath, "remove", File.Delete);
        }

        return report;
    }

    /// <summary>The edges of the run: its table, or its log while there is no table yet.</summary>
    /// <exception cref="LatencyLabException">The folder holds no edges.</exception>
    public ICaptureSource OpenEdges(ReadOptions? options = null) =>
        File.Exists(TablePath) ? CaptureFile.Open(TablePath, options)
        : File.Exists(LogPath) ? CaptureFile.Open(LogPath, options)
        : throw new LatencyLabException(FaultKind.Storage, "The run folder holds no edges.", Path, "Look for edges.parquet or edges.llc in a copy of the folder.");

    /// <summary>Says that a live session goes on, which has no log that would tell so; the file goes when the session is over.</summary>
    /// <exception cref="LatencyLabException">The folder can't be written to (kind storage).</exception>
    public IDisposable HoldForSession()
    {
        try
        {
            return new FileStream(SessionPath, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, SessionPath, "write");
        }
    }

    /// <summary>Waits for nobody: true where no process has the log open, or goes on with a session.</summary>
    public bool IsIdle() => IsFree(LogPath) && IsFree(SessionPath);

    private static bool IsFree(string path)
    {
        if (!File.Exists(path))
        {
            return true;
        }

        try
        {
            // Whoever records holds a shared lock on its log, so that an exclusive one is refused.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 0);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException e)
        {
            throw StorageFault.From(e, path, "read");
        }
    }

    /// <summary>Removes the folder of a run that failed before its first edge: there is nothing in it to keep.</summary>
    public void RemoveIfNothingWasRecorded()
    {
        if (!HoldsEdges())
        {
            Touching(Path, "remove", path => Directory.Delete(path, recursive: true));
        }
    }

    /// <summary>The same for a live session, which counts before it stores an edge.</summary>
    public void RemoveUnlessMeasured()
    {
        if (!File.Exists(LatencyCountsPath))
        {
            RemoveIfNothingWasRecorded();
        }
    }

    // Called while a fault is on its way to the user, which a second one must not hide: what can't be read is kept, not complained about.
    private bool HoldsEdges()
    {
        if (new FileInfo(LogPath) is not { Exists: true, Length: > 0 })
        {
            return false;
        }

        try
        {
            return ChunkLogReader.Verify(LogPath, CancellationToken.None).Edges > 0;
        }
        catch (LatencyLabException)
        {
            return true;
        }
    }

    internal static void Touching(string path, string doing, Action<string> touch)
    {
        try
        {
            touch(path);
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, path, doing);
        }
    }

    /// <summary>Writes a file in one step: under another name, to the disk, then in place of an older one.</summary>
    public static void Replace(string path, Action<Stream> write) => Touching(path, "write", _ =>
    {
        var partial = path + ".partial";
        using (var file = FreshFile.Create(partial))
        {
            write(file);
            file.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    });
}
