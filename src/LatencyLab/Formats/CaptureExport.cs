using LatencyLab.Captures;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Formats;

/// <summary>The part of a capture that is written, by its own times.</summary>
/// <param name="From">Begin; null for that of the capture.</param>
/// <param name="To">End, not included; null for that of the capture.</param>
public readonly record struct ExportRange(Duration? From, Duration? To);

/// <summary>Writes captures in the formats of other tools.</summary>
public static class CaptureExport
{
    private const string Parquet = "parquet";

    private static readonly (string Name, string Extension, bool NeedsLevels, Func<Stream, ExportNotes, bool, ITimedSink> Create)[] Formats =
    [
        ("vcd", ".vcd", true, (stream, notes, simulated) => new VcdWriter(stream, notes, simulated)),
        ("sr", ".sr", true, (stream, notes, simulated) => new SrWriter(stream, notes, simulated)),
        ("saleae-csv", ".csv", true, (stream, notes, simulated) => new SaleaeCsvWriter(stream, notes, simulated)),
        ("csv", ".csv", false, (stream, notes, simulated) => new EdgeCsvWriter(stream, notes, simulated)),
    ];

    /// <summary>Names of the formats that <see cref="Write"/> knows.</summary>
    public static IReadOnlyList<string> FormatNames { get; } = [Parquet, .. Formats.Select(f => f.Name)];

    /// <summary>How files of a format usually end; null where the format isn't known.</summary>
    public static string? ExtensionOf(string format) => format == Parquet ? ".parquet" : Array.Find(Formats, f => f.Name == format).Extension;

    /// <summary>Writes the capture next to its final place and moves it there when it is whole.</summary>
    /// <param name="source">The capture.</param>
    /// <param name="path">The file; one that is there is replaced at the end.</param>
    /// <param name="format">One of <see cref="FormatNames"/>.</param>
    /// <param name="range">Which part.</param>
    /// <param name="origin">Where the capture comes from; files tell that it is simulated.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left of the file.</param>
    /// <returns>What the format couldn't hold and how it was written instead; empty when everything is as it was.</returns>
    /// <exception cref="LatencyLabException">
    /// The source can't be read, the file can't be written, or the format can't hold the capture in a way that could be put right afterwards.
    /// </exception>
    public static IReadOnlyList<string> Write(
        ICaptureSource source, string path, string format, ExportRange range = default, CaptureOrigin? origin = null, CancellationToken cancellationToken = default)
    {
        if (format == Parquet)
        {
            using var table = ParquetCaptureWriter.Create(path, origin ?? new CaptureOrigin());
            source.Read(Sliced(table, range), cancellationToken);
            return [];
        }

        var (name, _, needsLevels, create) = Array.Find(Formats, f => f.Name == format);
        if (name is null)
        {
            throw new LatencyLabException(FaultKind.Usage, $"'{format}' is no format to write.", "--to", $"Choose one of {string.Join(", ", FormatNames)}.");
        }

        var notes = new ExportNotes();
        var survey = needsLevels ? Survey(source, range, cancellationToken) : null;
        var unfinished = path + ".part";
        try
        {
            using (var stream = FreshFile.Create(unfinished, bufferBytes: 0))
            {
                var order = new TimeOrder(create(stream, notes, origin?.Simulated ?? false));
                source.Read(Sliced(survey?.Completing(order) ?? order, range), cancellationToken);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The file can't be written: {e.Message}", path, "Check the folder, its rights and the free space.", e);
        }
        finally
        {
            Remove(unfinished);
        }

        return notes.Changes;
    }

    private static LevelSurvey Survey(ICaptureSource source, ExportRange range, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var survey = new LevelSurvey(enough);
        try
        {
            source.Read(Sliced(survey, range), enough.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // All levels are known; the rest is read when it is written.
        }

        return survey;
    }

    private static IEdgeSink Sliced(IEdgeSink target, ExportRange range) => range is { From: null, To: null }
        ? target
        : new TimeSlice(
            target,
            header => range.From is { } from ? header.TimeBase.ToTicks(from) : null,
            header => range.To is { } to ? header.TimeBase.ToTicks(to) : null,
            "--from, --to");

    private static void Remove(string unfinished)
    {
        try
        {
            File.Delete(unfinished);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // The fault that left it there is the one to report.
        }
    }
}
