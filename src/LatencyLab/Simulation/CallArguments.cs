using System.Text.Json;

namespace LatencyLab.Simulation;

/// <summary>The JSON object of a call <c>ll('name','json')</c>. What is missing or of another kind raises what the script would raise.</summary>
internal sealed class CallArguments
{
    private readonly JsonElement _root;

    /// <exception cref="PythonException">The text isn't a JSON object.</exception>
    public CallArguments(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json.Length == 0 ? "{}" : json, new JsonDocumentOptions { MaxDepth = 16 });
            _root = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new PythonException("ValueError: syntax error in JSON");
        }

        if (_root.ValueKind != JsonValueKind.Object)
        {
            throw new PythonException("TypeError: object expected");
        }
    }

    public bool Has(string name) => Find(name) is not null;

    public long Integer(string name, long min, long max) => Integer(Required(name), name, min, max);

    public long Integer(string name, long min, long max, long otherwise) =>
        Find(name) is { } element ? Integer(element, name, min, max) : otherwise;

    public long? OptionalInteger(string name, long min, long max) => Find(name) is { } element ? Integer(element, name, min, max) : null;

    public string Text(string name, params ReadOnlySpan<string> allowed)
    {
        var element = Required(name);
        var text = element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Bad(name);
        return allowed.Contains(text) ? text : throw Bad(name);
    }

    /// <summary>Any text; null where there is none.</summary>
    public string? AnyText(string name) => Find(name) is not { } element ? null : element.ValueKind == JsonValueKind.String ? element.GetString() : throw Bad(name);

    public string? OptionalText(string name, params ReadOnlySpan<string> allowed) => Find(name) is null ? null : Text(name, allowed);

    public IReadOnlyList<int> Integers(string name, int min, int max, int maxCount)
    {
        var element = Required(name);
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() > maxCount)
        {
            throw Bad(name);
        }

        return [.. element.EnumerateArray().Select(e => (int)Integer(e, name, min, max))];
    }

    public (uint Min, uint Width) Range(string name)
    {
        var element = Required(name);
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() != 2)
        {
            throw Bad(name);
        }

        return ((uint)Integer(element[0], name, 0, uint.MaxValue), (uint)Integer(element[1], name, 0, uint.MaxValue));
    }

    private JsonElement? Find(string name) =>
        _root.TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null ? element : null;

    private JsonElement Required(string name) => Find(name) ?? throw new PythonException($"KeyError: {name}");

    // Numbers such as 2.5 s are rounded up: no script waits shorter than it was told.
    private static long Integer(JsonElement element, string name, long min, long max)
    {
        if (element.ValueKind != JsonValueKind.Number || !element.TryGetDouble(out var number))
        {
            throw Bad(name);
        }

        if (!element.TryGetInt64(out var value))
        {
            value = Math.Abs(number) < 1e15 ? (long)Math.Ceiling(number) : throw Bad(name);
        }

        return value >= min && value <= max ? value : throw Bad(name);
    }

    private static PythonException Bad(string name) => new($"ValueError: {name}");
}
