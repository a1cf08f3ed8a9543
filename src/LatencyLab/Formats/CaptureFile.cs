using LatencyLab.Signals;

namespace LatencyLab.Formats;

/// <summary>A capture in a file whose format was recognised.</summary>
public interface ICaptureSource
{
    /// <summary>The format for people: "sigrok session", "VCD".</summary>
    string Format { get; }

    /// <summary>
    /// Pushes the whole capture into the sink, in blocks; memory follows the edges between two calls of
    /// <see cref="IEdgeSink.Advance"/>, not the length of the capture.
    /// </summary>
    /// <exception cref="CaptureFormatException">The content is damaged, or can't be what it claims to be. What was pushed before is then worthless.</exception>
    /// <exception cref="LatencyLabException">A wanted channel isn't there, or the file has no sample rate and nobody supplied one.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    void Read(IEdgeSink sink, CancellationToken cancellationToken = default);
}

/// <summary>Captures of every format: recognised by what stands in the file, never by its name.</summary>
public static class CaptureFile
{
    // Enough for the longest magic and for the header line of a CSV with many channels.
    private const int HeadBytes = 64 * 1024;

    private static readonly CaptureFormat[] Formats =
    [
        SrReader.Format,
        OwnFormats.ChunkLog,
        OwnFormats.Parquet,
        VcdReader.Format,
        SaleaeBinaryReader.Format,
        EdgeCsvReader.Format,
        SaleaeCsvReader.Format,
        SampleCsvReader.Format,
    ];

    /// <summary>Recognises the file.</summary>
    /// <exception cref="LatencyLabException">The file can't be read, or is in no known format.</exception>
    public static ICaptureSource Open(string path, ReadOptions? options = null)
    {
        using var file = InputFile.Open(path);
        var head = new byte[Math.Min(HeadBytes, file.Length)];
        head = head[..file.Read(0, head)];
        if (head.Length == 0)
        {
            throw file.Fault("The file is empty.", 0);
        }

        foreach (var format in Formats)
        {
            if (format.Recognises(head))
            {
                return new Source(path, options ?? ReadOptions.Default, format);
            }
        }

        throw file.Fault("The format isn't known.", 0, $"LatencyLab reads {string.Join(", ", Formats.Select(f => f.Name))}.");
    }

    private sealed class Source(string path, ReadOptions options, CaptureFormat format) : ICaptureSource
    {
        public string Format => format.Name;

        public void Read(IEdgeSink sink, CancellationToken cancellationToken = default)
        {
            using var file = InputFile.Open(path);
            format.Read(file, options, sink, cancellationToken);
        }
    }
}

/// <summary>One readable format.</summary>
/// <param name="Name">For people.</param>
/// <param name="Recognises">Whether a file with these first bytes is meant to be of this format; damage comes to light in reading.</param>
/// <param name="Read">Pushes the file's capture into a sink.</param>
internal sealed record CaptureFormat(string Name, RecogniseHead Recognises, Action<InputFile, ReadOptions, IEdgeSink, CancellationToken> Read);

internal delegate bool RecogniseHead(ReadOnlySpan<byte> head);
