using CsvHelper;
using LatencyLab.Analysis;
using LatencyLab.Captures;
using LatencyLab.Formats;
using LatencyLab.Units;

namespace LatencyLab.Reports;

/// <summary>
/// Writes latency.csv while pairs come in: one row a stimulus, warm-up included with negative seq. Ticks are exact; nanoseconds have three decimals,
/// rounded half to even. What isn't known is empty, and so is a latency that may belong to another stimulus.
/// </summary>
public sealed class LatencyCsv : IPairSink, IDisposable
{
    /// <summary>
    /// Stands instead of the run id in rows of the simulated rig: nobody shall take them for a board's, and the same seed gives the same file byte for
    /// byte, which the id of the folder, being its time, would prevent.
    /// </summary>
    public const string SimulatedRunId = "SIMULATED";

    private readonly string _path;
    private readonly FileStream _file;
    private readonly LatencyRows _rows;

    private LatencyCsv(string path, string runId, TimeBase timeBase, bool selfTimed, FileStream file)
    {
        _path = path;
        _file = file;
        _rows = new LatencyRows(file, FirstColumn(runId), timeBase, selfTimed);
        using var csv = CsvWriter.Create(file, CsvLayout.Options, leaveOpen: true);
        csv.WriteRecord(["run_id", "seq", "stimulus_ticks", "response_ticks", "stimulus_t_ns", "response_t_ns", "latency_ns", "status", "flags"]);
    }

    /// <summary>Makes or replaces the file and writes its header line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="runId">First column of every row.</param>
    /// <param name="timeBase">Gives the length of a tick.</param>
    /// <param name="selfTimed">True where the board stamped itself: each row says so.</param>
    /// <exception cref="LatencyLabException">The file can't be written (kind storage), now or in any later call.</exception>
    public static LatencyCsv Create(string path, string runId, TimeBase timeBase, bool selfTimed = false)
    {
        try
        {
            return new LatencyCsv(path, runId, timeBase, selfTimed, new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16));
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, path, "write");
        }
    }

    public void Pairs(ReadOnlySpan<Pair> pairs)
    {
        try
        {
            _rows.Write(pairs);
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, _path, "write");
        }
    }

    /// <summary>Writes what is still in buffers and closes the file.</summary>
    public void Dispose()
    {
        try
        {
            // A full disk is noticed here, and must not leave the file open.
            using (_file)
            {
                _rows.Flush();
            }
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, _path, "write");
        }
    }

    // The only text that comes from outside: quoted once for all rows, by the library that knows how.
    private static byte[] FirstColumn(string runId)
    {
        using var text = new MemoryStream();
        using (var csv = CsvWriter.Create(text, CsvLayout.Options, leaveOpen: true))
        {
            csv.WriteRecord([CsvText.Safe(runId), ""]);
        }

        return text.ToArray().AsSpan().TrimEnd((byte)'\n').ToArray();
    }
}
