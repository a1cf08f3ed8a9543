using System.Text;
using System.Text.Json;
using LatencyLab.MicroPython;
using LatencyLab.Samplers;

namespace LatencyLab.Cli.Doctor;

/// <summary>Clock calibrations of samplers, one small file a board, by its unique_id.</summary>
/// <param name="Folder">Where they are kept.</param>
internal sealed record CalibrationStore(string Folder)
{
    private const int LongestFile = 64 * 1024;

    // Beyond this it is no crystal: the file is damaged.
    private const double MostPpm = 10_000;

    /// <summary>The user's own store: ~/.config/latencylab/calibration, or its like on other systems.</summary>
    public static CalibrationStore Default => new(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "latencylab", "calibration"));

    /// <summary>Keeps a calibration and returns the file's path.</summary>
    /// <exception cref="LatencyLabException">The file can't be written (kind storage).</exception>
    public string Write(string uid, ClockCalibration clock)
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
            json.WriteString("utc", clock.MeasuredUtc.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture));
            if (clock.HostSynchronised is { } synchronised)
            {
                json.WriteBoolean("host_synchronised", synchronised);
            }

            json.WriteEndObject();
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The calibration can't be stored: {e.Message}", path, "Free the folder, or leave --clock out.", e);
        }
    }

    /// <summary>The calibration of a board that says who it is.</summary>
    public ClockCalibration? Of(BoardIdentity board) => board.UniqueId is { } uid ? Read(uid) : null;

    /// <summary>The calibration of a board; null when there is none that can be read.</summary>
    public ClockCalibration? Read(string uid)
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
            // A file that was copied from another board's says so: its uid must be this one.
            return root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("uid", out var board) && board.ValueKind == JsonValueKind.String && FileOf(board.GetString()!) == path
                && Number(root, "clock_ppm", -MostPpm, MostPpm) is { } ppm && Number(root, "uncertainty_ppm", 0, MostPpm) is { } uncertaintyPpm
                && root.TryGetProperty("utc", out var utc) && utc.ValueKind == JsonValueKind.String && utc.TryGetDateTimeOffset(out var measuredUtc)
                ? new ClockCalibration(ppm, uncertaintyPpm, Number(root, "seconds", 0, double.MaxValue) ?? 0, measuredUtc.ToUniversalTime(), Flag(root, "host_synchronised"))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            // As good as none: a run states then that the clock is not calibrated.
            return null;
        }
    }

    private static double? Number(JsonElement root, string name, double min, double max) =>
        root.TryGetProperty(name, out var element) && element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && value >= min && value <= max ? value : null;

    private static bool? Flag(JsonElement root, string name) =>
        root.TryGetProperty(name, out var element) && element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : null;

    private string FileOf(string uid) => Path.Combine(Folder, string.Concat(uid.Where(char.IsAsciiLetterOrDigit)) + ".json");
}
