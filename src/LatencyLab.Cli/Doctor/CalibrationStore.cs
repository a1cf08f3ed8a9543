using System.Text;
using System.Text.Json;
using LatencyLab.Samplers;

namespace LatencyLab.Cli.Doctor;

/// <summary>Clock calibrations of samplers, one small file a board, by its unique_id.</summary>
/// <param name="Folder">Where they are kept.</param>
internal sealed record CalibrationStore(string Folder)
{
    private const int LongestFile = 64 * 1024;

    /// <summary>The user's own store: ~/.config/latencylab/calibration, or its like on other systems.</summary>
    public static CalibrationStore Default => new(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "latencylab", "calibration"));

    /// <summary>Keeps a calibration and returns the file's path.</summary>
    /// <exception cref="LatencyLabException">The file can't be written (kind storage).</exception>
    public string Write(string uid, ClockComparison clock, DateTimeOffset utc)
    {
        var path = FileOf(uid);
        try
        {
            Directory.CreateDirectory(Folder);
            using var file = File.Create(path);
            using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteStartObject();
            json.WriteString("schema", "latencylab.calibration/1");
            json.WriteString("uid", uid);
            json.WriteNumber("clock_ppm", Math.Round(clock.Ppm, 3));
            json.WriteNumber("uncertainty_ppm", Math.Round(clock.UncertaintyPpm, 3));
            json.WriteNumber("seconds", Math.Round(clock.Seconds, 1));
            json.WriteString("utc", utc.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteEndObject();
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The calibration can't be stored: {e.Message}", path, "Free the folder, or leave --clock out.", e);
        }
    }

    /// <summary>The calibration of a board: deviation and standard uncertainty in ppm; null when there is none that can be read.</summary>
    public (double ClockPpm, double UncertaintyPpm)? Read(string uid)
    {
        var path = FileOf(uid);
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: <= LongestFile })
            {
                return null;
            }

            using var document = JsonDocument.Parse(File.ReadAllText(path, Encoding.UTF8), new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("clock_ppm", out var ppm) && ppm.ValueKind == JsonValueKind.Number && Math.Abs(ppm.GetDouble()) < 10_000
                && root.TryGetProperty("uncertainty_ppm", out var u) && u.ValueKind == JsonValueKind.Number && u.GetDouble() is >= 0 and < 10_000
                ? (ppm.GetDouble(), u.GetDouble())
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // As good as none: a run states then that the clock is not calibrated.
            return null;
        }
    }

    private string FileOf(string uid) => Path.Combine(Folder, string.Concat(uid.Where(char.IsAsciiLetterOrDigit)) + ".json");
}
