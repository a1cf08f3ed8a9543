using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LatencyLab.Runs.Documents;

/// <summary>Run and analysis documents as JSON bytes and back; the only place that knows their text form.</summary>
public static class RunJson
{
    /// <summary>No run document is larger; a longer file is refused before it is read.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>Indented UTF-8 with line feeds and one at the end. Numbers that aren't finite can't be written.</summary>
    public static byte[] ToUtf8(RunDocument run) => [.. JsonSerializer.SerializeToUtf8Bytes(run, RunJsonContext.Default.RunDocument), (byte)'\n'];

    /// <summary>The runs of one command with <c>--repeat</c>, schema latencylab.runs/1: one document that holds them all.</summary>
    public static byte[] ToUtf8(IReadOnlyList<RunDocument> runs) => [.. JsonSerializer.SerializeToUtf8Bytes(new RunSeries { Runs = runs }, RunJsonContext.Default.RunSeries), (byte)'\n'];

    /// <inheritdoc cref="ToUtf8(RunDocument)"/>
    public static byte[] ToUtf8(AnalysisDocument analysis) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(analysis, RunJsonContext.Default.AnalysisDocument), (byte)'\n'];

    /// <summary>Reads a run document. Members that this version doesn't know are ignored.</summary>
    /// <param name="utf8">Content of the file; a byte order mark is accepted.</param>
    /// <param name="file">What the user calls the file, for errors.</param>
    /// <exception cref="CaptureFormatException">Not JSON, not a run document, of a later schema, or a member is missing or of the wrong kind.</exception>
    public static RunDocument ReadRun(ReadOnlySpan<byte> utf8, string file)
    {
        if (utf8.Length > MaxBytes)
        {
            throw new CaptureFormatException($"A run document has at most {MaxBytes} bytes, this one {utf8.Length}.", file);
        }

        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        try
        {
            CheckSchema(JsonSerializer.Deserialize(utf8, RunJsonContext.Default.SchemaOnly)?.Schema, file);
            var run = JsonSerializer.Deserialize(utf8, RunJsonContext.Default.RunDocument)!;
            CheckElements(run);
            return run;
        }
        catch (JsonException e)
        {
            throw new CaptureFormatException($"Not a valid run document: {e.Message}", file, e.BytePositionInLine is null ? null : Offset(utf8, e), null, e);
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException or FormatException)
        {
            // What System.Text.Json throws for text that is no Unicode, such as half a surrogate pair.
            throw new CaptureFormatException($"Not a valid run document: {e.Message}", file, null, null, e);
        }
    }

    private static void CheckSchema(string? schema, string file)
    {
        const string family = "latencylab.run/";
        if (schema is null || !schema.StartsWith(family, StringComparison.Ordinal))
        {
            throw new CaptureFormatException("Not a run document: 'schema' doesn't begin with latencylab.run/.", file);
        }

        var major = schema[family.Length..].Split('.')[0];
        if (major == "1")
        {
            return;
        }

        throw int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 1
            ? new CaptureFormatException($"The run was written in schema {version}; this LatencyLab reads schema 1.", file, null, "Install a newer LatencyLab.")
            : new CaptureFormatException($"Unknown schema '{schema}'.", file);
    }

    // Nullability of list and dictionary elements isn't checked by the serializer.
    private static void CheckElements(RunDocument run)
    {
        IEnumerable<object?> elements =
        [
            .. run.Reasons, .. run.Argv, .. run.Warnings, .. run.Gaps, .. run.Firmware.Values,
            .. run.Sampler?.Channels ?? [], .. run.Wiring?.Wires ?? [], .. run.Source?.Channels ?? [],
            .. run.Burst?.Positions ?? [], .. run.Burst?.NullReasons.Values ?? [],
            .. run.LatencyNs?.NullReasons.Values ?? [], .. run.ByEdge?.Rising.LatencyNs.NullReasons.Values ?? [],
            .. run.ByEdge?.Falling.LatencyNs.NullReasons.Values ?? [], .. run.NullReasons.Values, .. run.Plan.Variants ?? [], .. run.Signals ?? [],
            .. run.DetailsNs?.Modes ?? [], .. run.DetailsNs?.Phases ?? [], .. run.DetailsNs?.Outliers?.Worst ?? [],
            .. (run.Signals ?? []).SelectMany(s => s is null ? [] : new[] { s.PeriodNs, s.HighNs, s.LowNs }).SelectMany(n => n.NullReasons.Values),
        ];
        if (elements.Contains(null))
        {
            throw new JsonException("A list holds null where an element must be.");
        }
    }

    private static long Offset(ReadOnlySpan<byte> utf8, JsonException e)
    {
        var offset = 0L;
        var rest = utf8;
        for (var line = 0L; line < e.LineNumber; line++)
        {
            var end = rest.IndexOf((byte)'\n') + 1;
            offset += end;
            rest = rest[end..];
        }

        return offset + (e.BytePositionInLine ?? 0);
    }
}

/// <summary>The one member that is read before all others are trusted to mean what this version thinks.</summary>
internal sealed record SchemaOnly(string? Schema = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NewLine = "\n",
    MaxDepth = 64,
    NumberHandling = JsonNumberHandling.Strict,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(FiniteConverter), typeof(RunStatusConverter), typeof(UtcConverter)])]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(AnalysisDocument))]
[JsonSerializable(typeof(RunSeries))]
[JsonSerializable(typeof(SchemaOnly))]
internal sealed partial class RunJsonContext : JsonSerializerContext;

/// <summary>No NaN and no infinity: a text such as 1e999 is refused instead of becoming one.</summary>
internal sealed class FiniteConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : throw new JsonException("Expected a finite number.");

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>complete, partial, invalid.</summary>
internal sealed class RunStatusConverter() : JsonStringEnumConverter<RunStatus>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

/// <summary>2026-11-23T17:27:59.123Z.</summary>
internal sealed class UtcConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var value) ? value.ToUniversalTime() : throw new JsonException("Expected a time.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}

/// <summary><c>[low, high]</c>, each a finite number or null.</summary>
internal sealed class IntervalConverter : JsonConverter<Interval>
{
    public override Interval Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("Expected [low, high].");
        }

        var interval = new Interval(End(ref reader), End(ref reader));
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray ? interval : throw new JsonException("Expected [low, high].");
    }

    public override void Write(Utf8JsonWriter writer, Interval value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        WriteEnd(writer, value.Low);
        WriteEnd(writer, value.High);
        writer.WriteEndArray();
    }

    private static double? End(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.Number when reader.TryGetDouble(out var value) && double.IsFinite(value) => value,
            _ => throw new JsonException("Expected a number or null."),
        };
    }

    private static void WriteEnd(Utf8JsonWriter writer, double? end)
    {
        if (end is { } value)
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
