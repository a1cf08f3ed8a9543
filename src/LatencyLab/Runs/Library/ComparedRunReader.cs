using System.Buffers.Text;
using System.Globalization;
using System.Text;
using LatencyLab.Comparison;
using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Pipeline;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Runs.Library;

/// <summary>Makes of a run folder what a comparison needs: conditions from run.json, latencies from latency.csv.</summary>
public static class ComparedRunReader
{
    private const int BlockBytes = 1 << 16;

    /// <summary>Reads a folder.</summary>
    /// <exception cref="LatencyLabException">The folder holds no readable run, or a run without latencies (kind storage or measurement).</exception>
    public static ComparedRun Read(string folder)
    {
        var run = ReadDocument(folder);
        if (run.Status != RunStatus.Complete)
        {
            throw new LatencyLabException(
                FaultKind.Measurement, $"The run is {run.Status.ToString().ToLowerInvariant()}: {string.Join("; ", run.Reasons)}.", folder, "Compare complete runs.");
        }

        if (run.Counts is not { } counts || run.Sampler is not { } sampler)
        {
            throw new LatencyLabException(FaultKind.Measurement, "The run has no latencies to compare.", folder, "Compare runs with stimuli: the tests irq, poll and schedule.");
        }

        var files = RunFolder.Open(folder);
        var latencies = run.Live is null ? ReadLatencies(files.LatencyCsvPath) : LatencyCounts.Read(files.LatencyCountsPath).Latencies;
        return new ComparedRun
        {
            RunId = run.RunId,
            Firmware = FirmwareOf(run),
            CreatedUtc = run.CreatedUtc,
            TimeBase = new TimeBase(sampler.TickHz, sampler.ClockPpm),
            Latencies = latencies,
            Late = counts.Late,
            Missed = counts.Missed,
            Effective = EffectiveOf(run.LatencyNs?.NEff),
            Conditions = Conditions(run),
            Individuals = Present(("target", run.Target?.Uid), ("sampler board", sampler.Uid)),
        };
    }

    /// <summary>The run document of a folder.</summary>
    /// <exception cref="LatencyLabException">There is none, or it can't be read (kind storage).</exception>
    public static RunDocument ReadDocument(string folder) => RunFolder.Open(folder).Read();

    /// <summary>The user's name for the firmware of a run, else its MicroPython version.</summary>
    public static string FirmwareOf(RunDocument run) => run.Plan.Label ?? VersionOf(run) ?? "unknown";

    /// <summary>"v1.27.0"; null where the board didn't say.</summary>
    public static string? VersionOf(RunDocument run) => run.Target?.Micropython is { Length: > 0 } version ? "v" + version.TrimStart('v') : null;

    /// <summary>What must be equal for two runs to be comparable.</summary>
    public static IReadOnlyDictionary<string, string> Conditions(RunDocument run) => Present(
        ("test", run.Plan.Test), ("chip", run.Target?.Chip), ("clock", run.Target?.CpuHz is { } hz ? UnitText.Frequency(hz) : null), ("load", run.Plan.Load),
        ("pin", Number(run.Plan.Pin)), ("wiring", Wiring(run.Plan)), ("irq", run.Plan.Irq),
        ("handler", run.Plan.Handler), ("idle", run.Plan.Idle), ("sampler", run.Sampler?.Kind), ("gap", Gap(run.Plan)), ("window", Time(run.Plan.WindowNs)),
        ("min-latency", Time(run.Plan.MinLatencyNs ?? 0)),
        ("burst", run.Plan.Burst is { } burst ? string.Create(CultureInfo.InvariantCulture, $"{burst} every {Time(run.Plan.BurstGapNs ?? 0)}") : "none"),
        ("script", run.Plan.Script is { } script ? run.Firmware.GetValueOrDefault("script:" + script, script) : "none"),
        ("rig", run.Simulated ? "simulated" : "real"));

    /// <summary>Every condition that a run can have.</summary>
    public static IReadOnlyList<string> ConditionNames { get; } =
        ["test", "chip", "clock", "load", "pin", "wiring", "irq", "handler", "idle", "sampler", "gap", "window", "min-latency", "burst", "script", "rig"];

    private static EffectiveSize? EffectiveOf(IReadOnlyDictionary<string, double>? sizes) =>
        sizes is not null && sizes.TryGetValue("mean", out var mean) && sizes.TryGetValue("p50", out var p50) && sizes.TryGetValue("p90", out var p90)
        && sizes.TryGetValue("p99", out var p99) && sizes.TryGetValue("p99_9", out var p999) && sizes.TryGetValue("p99_99", out var p9999)
            ? new EffectiveSize(mean, p50, p90, p99, p999, p9999)
            : null;

    private static string? Wiring(PlanDocument plan) =>
        Number(plan.ResponsePin) is { } response ? $"response GPIO{response}" : Number(plan.StimulusPin) is { } stimulus ? $"stimulus GPIO{stimulus}" : null;

    private static string? Gap(PlanDocument plan) => plan.GapMinNs is { } min ? $"{Time(min)} + {Time(plan.GapWidthNs ?? 0)}" : null;

    private static string? Time(double? ns) => ns is { } value ? UnitText.Time(value) : null;

    private static string? Number(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Present(params (string Name, string? Value)[] values) =>
        values.Where(v => v.Value is not null).ToDictionary(v => v.Name, v => v.Value!, StringComparer.Ordinal);

    /// <summary>The latencies of matched stimuli in ticks, from a latency.csv.</summary>
    /// <exception cref="LatencyLabException">It can't be read (kind storage).</exception>
    // A hundred thousand rows a run are read here for each comparison, so lines are taken apart as bytes, not as strings.
    internal static SortedCounts ReadLatencies(string path)
    {
        var table = new CountTable();
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            var buffer = new byte[BlockBytes];
            var filled = 0;
            long line = 0;
            Columns? columns = null;
            while (true)
            {
                var read = stream.Read(buffer, filled, buffer.Length - filled);
                filled += read;
                var rest = buffer.AsSpan(0, filled);
                int end;
                while ((end = rest.IndexOf((byte)'\n')) >= 0 || (read == 0 && rest.Length > 0))
                {
                    line++;
                    var row = (end < 0 ? rest : rest[..end]).TrimEnd((byte)'\r');
                    if (columns is null)
                    {
                        columns = Columns.Of(Encoding.UTF8.GetString(row), path);
                    }
                    else if (row.Length > 0)
                    {
                        columns.Count(row, table, path, line);
                    }

                    rest = end < 0 ? [] : rest[(end + 1)..];
                }

                if (read == 0)
                {
                    return columns is null ? throw new CaptureFormatException("The file is empty.", path, 0) : table.ToSorted();
                }

                if (rest.Length == buffer.Length)
                {
                    throw new CaptureFormatException($"Line {line + 1} is longer than {BlockBytes} bytes.", path);
                }

                rest.CopyTo(buffer);
                filled = rest.Length;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The latencies can't be read: {e.Message}", path, null, e);
        }
    }

    /// <summary>Where the columns stand that are needed.</summary>
    private sealed record Columns(int Sequence, int Stimulus, int Response, int Status, int Flags)
    {
        public static Columns Of(string header, string path)
        {
            var names = header.TrimStart('\uFEFF').Split(',');
            return new Columns(Find("seq"), Find("stimulus_ticks"), Find("response_ticks"), Find("status"), Array.IndexOf(names, "flags"));

            int Find(string name) => Array.IndexOf(names, name) is >= 0 and var at
                ? at
                : throw new CaptureFormatException($"The column '{name}' is missing.", path, 0);
        }

        public void Count(ReadOnlySpan<byte> row, CountTable table, string path, long line)
        {
            Span<Range> cells = stackalloc Range[32];
            var count = row.Split(cells);
            if (count <= Math.Max(Math.Max(Sequence, Status), Math.Max(Stimulus, Response)))
            {
                throw new CaptureFormatException($"Line {line} has {count} cells.", path);
            }

            if (!row[cells[Status]].SequenceEqual("matched"u8) || row[cells[Sequence]].StartsWith("-"u8)
                || (Flags >= 0 && Flags < count && row[cells[Flags]].IndexOf("shift"u8) >= 0))
            {
                return;
            }

            if (!TryLong(row[cells[Stimulus]], out var stimulus) || !TryLong(row[cells[Response]], out var response)
                || (Int128)response - stimulus is var latency && (latency < long.MinValue || latency > long.MaxValue))
            {
                throw new CaptureFormatException($"Line {line} has no whole numbers of ticks.", path);
            }

            table.Add((long)latency);
        }

        private static bool TryLong(ReadOnlySpan<byte> cell, out long value) => Utf8Parser.TryParse(cell, out value, out var used) && used == cell.Length;
    }
}

/// <summary>Cells of a CSV row without quotes.</summary>
internal static class CsvBytes
{
    public static int Split(this ReadOnlySpan<byte> row, Span<Range> cells)
    {
        var count = 0;
        var start = 0;
        while (count < cells.Length)
        {
            var comma = row[start..].IndexOf((byte)',');
            cells[count++] = start..(comma < 0 ? row.Length : start + comma);
            if (comma < 0)
            {
                break;
            }

            start += comma + 1;
        }

        return count;
    }
}
