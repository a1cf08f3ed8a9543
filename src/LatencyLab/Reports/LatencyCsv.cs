using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using CsvHelper;
using LatencyLab.Analysis;
using LatencyLab.Captures;
using LatencyLab.Units;

namespace LatencyLab.Reports;

/// <summary>
/// Writes latency.csv while pairs come in: one row a stimulus, warm-up included with negative seq. Ticks are exact; nanoseconds have three decimals,
/// rounded half to even. What isn't known is empty, and so is a latency that may belong to another stimulus.
/// </summary>
public sealed class LatencyCsv : IPairSink, IDisposable
{
    /// <summary>Picoseconds of the longest capture have 20 digits, sign and point.</summary>
    private const int MaxNumberBytes = 48;

    /// <summary>
    /// Stands instead of the run id in rows of the simulated rig: nobody shall take them for a board's, and the same seed gives the same file byte for
    /// byte, which the id of the folder, being its time, would prevent.
    /// </summary>
    public const string SimulatedRunId = "SIMULATED";

    private static readonly byte[][] StatusWords = [.. Enum.GetNames<PairStatus>().Select(n => Encoding.UTF8.GetBytes(n.ToLowerInvariant()))];
    private static readonly byte[][] FlagWords = [.. Enumerable.Range(0, 1 << 5).Select(f => Encoding.UTF8.GetBytes(Words((PairFlags)f)))];

    private readonly string _path;
    private readonly string _runId;
    private readonly TimeBase _timeBase;
    private readonly FileStream _file;
    private readonly CsvWriter _csv;

    // Length of a tick where it is a whole number of picoseconds, as with most clocks: then no division is needed.
    private readonly long _wholePicoseconds;

    private LatencyCsv(string path, string runId, TimeBase timeBase, FileStream file)
    {
        _path = path;
        _runId = CsvText.Safe(runId);
        _timeBase = timeBase;
        _file = file;
        _csv = CsvWriter.Create(file, CsvText.Options, leaveOpen: true);
        _wholePicoseconds = 1_000_000_000_000 % timeBase.TickHz == 0 ? 1_000_000_000_000 / timeBase.TickHz : 0;
        _csv.WriteRecord(["run_id", "seq", "stimulus_ticks", "response_ticks", "stimulus_t_ns", "response_t_ns", "latency_ns", "status", "flags"]);
    }

    /// <summary>Makes or replaces the file and writes its header line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="runId">First column of every row.</param>
    /// <param name="timeBase">Gives the length of a tick.</param>
    /// <exception cref="LatencyLabException">The file can't be written (kind storage), now or in any later call.</exception>
    public static LatencyCsv Create(string path, string runId, TimeBase timeBase)
    {
        try
        {
            return new LatencyCsv(path, runId, timeBase, new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16));
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
            foreach (var pair in pairs)
            {
                Write(pair);
            }
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
                _csv.Dispose();
            }
        }
        catch (Exception e) when (StorageFault.Covers(e))
        {
            throw StorageFault.From(e, _path, "write");
        }
    }

    private void Write(Pair pair)
    {
        var hasStimulus = (pair.Flags & PairFlags.StimulusLost) == PairFlags.None;
        var hasResponse = (pair.Flags & PairFlags.NoResponse) == PairFlags.None;
        var mayBeShifted = (pair.Flags & PairFlags.MaybeShifted) != PairFlags.None;
        _csv.WriteField(_runId);
        _csv.WriteField(pair.Sequence);
        WriteTicks(hasStimulus, pair.StimulusTick);
        WriteTicks(hasResponse, pair.ResponseTick);
        WriteTime(hasStimulus, pair.StimulusTick);
        WriteTime(hasResponse, pair.ResponseTick);
        WriteTime(hasStimulus && hasResponse && !mayBeShifted, hasStimulus && hasResponse ? pair.ResponseTick - pair.StimulusTick : 0);
        _csv.WriteField(StatusWords[(int)pair.Status]);
        _csv.WriteField(FlagWords[(int)pair.Flags]);
        _csv.EndRecord();
    }

    private void WriteTicks(bool isKnown, long ticks)
    {
        if (isKnown)
        {
            _csv.WriteField(ticks);
        }
        else
        {
            _csv.WriteField(ReadOnlySpan<byte>.Empty);
        }
    }

    private void WriteTime(bool isKnown, long ticks)
    {
        Span<byte> text = stackalloc byte[MaxNumberBytes];
        _csv.WriteField(isKnown ? text[..Nanoseconds(ticks, text)] : []);
    }

    private int Nanoseconds(long ticks, Span<byte> text)
    {
        var picoseconds = _wholePicoseconds > 0 ? ticks * (Int128)_wholePicoseconds : _timeBase.ToPicoseconds(ticks);
        var length = 0;
        if (picoseconds < 0)
        {
            text[length++] = (byte)'-';
            picoseconds = -picoseconds;
        }

        int written;
        long fraction;
        if (picoseconds <= long.MaxValue)
        {
            (var whole, fraction) = Math.DivRem((long)picoseconds, 1000);
            Utf8Formatter.TryFormat(whole, text[length..], out written);
        }
        else
        {
            (var whole, fraction) = (picoseconds / 1000, (long)(picoseconds % 1000));
            whole.TryFormat(text[length..], out written, default, CultureInfo.InvariantCulture);
        }

        length += written;
        text[length++] = (byte)'.';
        Utf8Formatter.TryFormat(fraction, text[length..], out written, new StandardFormat('D', 3));
        return length + written;
    }

    private static string Words(PairFlags flags) => string.Join('|', new[]
    {
        (PairFlags.Falling, "falling"), (PairFlags.StimulusLost, "stimulus_lost"), (PairFlags.NoResponse, "no_response"), (PairFlags.MaybeShifted, "maybe_shifted"),
        (PairFlags.Surplus, "surplus"),
    }.Where(f => flags.HasFlag(f.Item1)).Select(f => f.Item2));
}
