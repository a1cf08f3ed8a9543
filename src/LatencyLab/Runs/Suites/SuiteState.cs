using System.Text.Json;
using LatencyLab.Runs.Library;

namespace LatencyLab.Runs.Suites;

/// <summary>What of a suite is done, kept in suite.json of its folder after every run, so that a stopped suite goes on where it was.</summary>
public sealed class SuiteState
{
    private const string SchemaName = "latencylab.suite/1";
    private readonly Dictionary<string, string> _done = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly string _path;

    private SuiteState(string folder) => _path = Path.Combine(folder, "suite.json");

    /// <summary>Run ids by key of the suite's item.</summary>
    public IReadOnlyDictionary<string, string> Done => _done;

    /// <summary>Exit codes of the done runs that broke the limits of their rig or couldn't tell, by key.</summary>
    public IReadOnlyDictionary<string, int> Codes => _codes;

    /// <summary>The state of a folder; empty where the suite wasn't begun. A run whose folder is gone counts as not done.</summary>
    /// <exception cref="CaptureFormatException">The file is damaged.</exception>
    public static SuiteState Load(string folder)
    {
        var state = new SuiteState(folder);
        if (!File.Exists(state._path))
        {
            return state;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(state._path), new JsonDocumentOptions { MaxDepth = 8 });
            foreach (var item in json.RootElement.GetProperty("done").EnumerateObject())
            {
                if (item.Value.GetString() is { } id && File.Exists(Path.Combine(folder, id, "run.json")))
                {
                    state._done[item.Name] = id;
                    if (json.RootElement.TryGetProperty("codes", out var codes) && codes.TryGetProperty(item.Name, out var code) && code.TryGetInt32(out var number))
                    {
                        state._codes[item.Name] = number;
                    }
                }
            }

            return state;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CaptureFormatException($"The state of the suite can't be read: {e.Message}", state._path, null, "Remove the file to begin anew.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(FaultKind.Storage, $"The state of the suite can't be read: {e.Message}", state._path, null, e);
        }
    }

    /// <summary>Notes a run and writes the file.</summary>
    /// <param name="suite">Name of the suite.</param>
    /// <param name="key">Of its item.</param>
    /// <param name="runId">The run that was made for it.</param>
    /// <param name="code">Exit code of the run command; other than 0 where the run broke the limits of its rig.</param>
    /// <exception cref="LatencyLabException">It can't be written (kind storage).</exception>
    public void Add(string suite, string key, string runId, int code = 0)
    {
        _done[key] = runId;
        _codes.Remove(key);
        if (code != 0)
        {
            _codes[key] = code;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", SchemaName);
            writer.WriteString("suite", suite);
            writer.WriteStartObject("done");
            foreach (var (done, id) in _done)
            {
                writer.WriteString(done, id);
            }

            writer.WriteEndObject();
            writer.WriteStartObject("codes");
            foreach (var (done, number) in _codes)
            {
                writer.WriteNumber(done, number);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        RunFolder.Replace(_path, stream => stream.Write(buffer.ToArray()));
    }
}
