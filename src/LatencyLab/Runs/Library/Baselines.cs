using System.Text.Json;

namespace LatencyLab.Runs.Library;

/// <summary>Named runs or groups of runs to compare with, kept in baselines.json beside the run folders.</summary>
public sealed class Baselines
{
    private const string FileName = "baselines.json";
    private const string SchemaName = "latencylab.baselines/1";
    private const int MaxBytes = 16 << 20;
    private readonly SortedDictionary<string, IReadOnlyList<string>> _runs = new(StringComparer.Ordinal);
    private readonly string _path;

    private Baselines(string path) => _path = path;

    /// <summary>Run ids by name of the baseline.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> All => _runs;

    /// <summary>The baselines of a root; none where there is no file.</summary>
    /// <exception cref="CaptureFormatException">The file is damaged.</exception>
    public static Baselines Load(string root)
    {
        var baselines = new Baselines(Path.Combine(root, FileName));
        if (!File.Exists(baselines._path))
        {
            return baselines;
        }

        try
        {
            if (new FileInfo(baselines._path).Length > MaxBytes)
            {
                throw new CaptureFormatException($"The file has more than {MaxBytes} bytes.", baselines._path);
            }

            using var json = JsonDocument.Parse(File.ReadAllBytes(baselines._path), new JsonDocumentOptions { MaxDepth = 8 });
            if (json.RootElement.GetProperty("schema").GetString() != SchemaName)
            {
                throw new CaptureFormatException($"'schema' isn't {SchemaName}.", baselines._path);
            }

            foreach (var baseline in json.RootElement.GetProperty("baselines").EnumerateObject())
            {
                baselines._runs[baseline.Name] = [.. baseline.Value.EnumerateArray().Select(id => id.GetString() ?? throw new JsonException("A run id is null."))];
            }

            return baselines;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CaptureFormatException($"The baselines can't be read: {e.Message}", baselines._path, null, null, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The baselines can't be read: {e.Message}", baselines._path, null, e);
        }
    }

    /// <summary>The run ids of a baseline.</summary>
    /// <exception cref="LatencyLabException">There is none of this name (kind usage).</exception>
    public IReadOnlyList<string> Find(string name) => _runs.TryGetValue(name, out var runs)
        ? runs
        : throw new LatencyLabException(
            FaultKind.Usage, $"There is no baseline '{name}'.", _path,
            _runs.Count > 0 ? $"There are {string.Join(", ", _runs.Keys)}." : $"Set it first: latencylab baseline set {name} RUN…");

    /// <summary>Names runs, in place of those that had the name, and writes the file.</summary>
    /// <exception cref="LatencyLabException">The name can't be used, or the file can't be written.</exception>
    public void Set(string name, IReadOnlyList<string> runIds)
    {
        if (name.Length is 0 or > 100 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_' or '+')))
        {
            throw new LatencyLabException(FaultKind.Usage, $"'{name}' can't be the name of a baseline.", "baseline", "Use letters, digits, dot, dash and underscore.");
        }

        _runs[name] = runIds;
        Save();
    }

    /// <summary>Forgets a name; the runs stay.</summary>
    /// <exception cref="LatencyLabException">There is none of this name, or the file can't be written.</exception>
    public void Remove(string name)
    {
        Find(name);
        _runs.Remove(name);
        Save();
    }

    private void Save()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", SchemaName);
            writer.WriteStartObject("baselines");
            foreach (var (name, runs) in _runs)
            {
                writer.WriteStartArray(name);
                foreach (var id in runs)
                {
                    writer.WriteStringValue(id);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        RunFolder.Touching(_path, "write", path => Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!));
        RunFolder.Replace(_path, stream => stream.Write(buffer.ToArray()));
    }
}
