using LatencyLab.Captures;
using LatencyLab.Formats;

namespace LatencyLab.Runs.Library;

/// <summary>The mark that simulated edges carry wherever they are stored, so that nobody takes them for measured ones.</summary>
public static class SimulatedMark
{
    // Text formats that LatencyLab writes say so in their first lines.
    private const int HeadBytes = 4096;

    /// <summary>Whether a capture says that it was simulated, as far as its format can say so.</summary>
    /// <param name="path">A file or a run folder.</param>
    /// <exception cref="LatencyLabException">It can't be read.</exception>
    public static bool IsOn(string path)
    {
        if (Directory.Exists(path))
        {
            var folder = RunFolder.Open(path);
            return File.Exists(folder.RunJsonPath) ? folder.Read().Simulated : IsOn(File.Exists(folder.TablePath) ? folder.TablePath : folder.LogPath);
        }

        using var file = InputFile.Open(path);
        var head = new byte[Math.Min(HeadBytes, file.Length)];
        head = head[..file.Read(0, head)];
        return ParquetCaptureReader.Recognises(head) ? ParquetCaptureReader.ReadMetadata(path).Origin.Simulated
            : ChunkLogReader.Recognises(head) ? ChunkLogReader.Verify(path).Metadata.Origin.Simulated
            : head.AsSpan().IndexOf("SIMULATED"u8) >= 0;
    }
}
