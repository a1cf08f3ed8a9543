using System.Text.Json;
using System.Text.Json.Serialization;
using LatencyLab.Signals;
using LatencyLab.Units;

namespace LatencyLab.Captures;

/// <summary>Where a capture comes from, as far as it travels with the edges themselves.</summary>
/// <param name="RunId">The run folder it was recorded into; null for a file on its own.</param>
/// <param name="Simulated">True where any part of the rig was simulated.</param>
public sealed record CaptureOrigin(string? RunId = null, bool Simulated = false);

/// <summary>
/// Everything about a capture but its edges, as LatencyLab's own formats store it: in the head of a chunk log (end and gaps not known yet) and in
/// the footer of a Parquet file.
/// </summary>
/// <param name="Header">Time base, channels, first tick.</param>
/// <param name="Origin">Run and rig.</param>
/// <param name="EndTick">First tick about which nothing is known; null while it isn't known.</param>
/// <param name="Gaps">Spans of doubt, by first tick.</param>
public sealed record CaptureMetadata(CaptureHeader Header, CaptureOrigin Origin, long? EndTick, IReadOnlyList<Gap> Gaps)
{
    public const string SchemaName = "latencylab.edges/1";

    /// <summary>LatencyLab's own formats number channels in one byte.</summary>
    public const int MaxChannels = 256;

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(
        new MetadataDocument
        {
            Schema = SchemaName,
            RunId = Origin.RunId,
            Simulated = Origin.Simulated,
            TickHz = Header.TimeBase.TickHz,
            ClockPpm = Header.TimeBase.CalibrationPpm,
            StartTick = Header.StartTick,
            EndTick = EndTick,
            Channels = [.. Header.Channels.Select(c => new MetadataChannel { Index = c.Index, Name = c.Name, InitialLevel = c.InitialLevel })],
            Gaps = [.. Gaps.Select(g => new MetadataGap { FromTick = g.FromTick, ToTick = g.ToTick, Channel = g.Channel, LostEdges = g.LostEdges, Reason = g.Reason })],
        },
        MetadataContext.Default.MetadataDocument);

    /// <summary>Reads what <see cref="ToUtf8"/> wrote; null with the reason where the bytes don't say a possible capture.</summary>
    public static (CaptureMetadata? Metadata, string Error) Parse(ReadOnlySpan<byte> utf8)
    {
        MetadataDocument document;
        try
        {
            document = JsonSerializer.Deserialize(utf8, MetadataContext.Default.MetadataDocument) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or FormatException)
        {
            return (null, $"its metadata is no valid JSON ({e.Message})");
        }

        if (document.Schema != SchemaName && !document.Schema.StartsWith(SchemaName + ".", StringComparison.Ordinal))
        {
            return (null, $"its schema is '{document.Schema}', this LatencyLab reads {SchemaName}");
        }

        if (document.TickHz is < 1 or > TimeBase.MaxTickHz || (document.ClockPpm is { } ppm && !double.IsFinite(ppm)))
        {
            return (null, $"its rate of {document.TickHz} ticks a second isn't possible");
        }

        if (document.Channels.Count is 0 or > MaxChannels || document.Channels.Where((c, i) => c is null || c.Index != i).Any())
        {
            return (null, $"its {document.Channels.Count} channels aren't numbered from 0 to at most {MaxChannels - 1}");
        }

        if (document.EndTick < document.StartTick || document.Gaps.Any(g => g is null || g.FromTick > g.ToTick || g.Channel < 0 || g.Channel >= document.Channels.Count))
        {
            return (null, "its end or one of its gaps isn't possible");
        }

        var header = new CaptureHeader(
            new TimeBase(document.TickHz, document.ClockPpm), [.. document.Channels.Select(c => new Channel(c.Index, c.Name, c.InitialLevel))], document.StartTick);
        Gap[] gaps = [.. document.Gaps.Select(g => new Gap(g.FromTick, g.ToTick, g.Channel, g.LostEdges, g.Reason))];
        return (new CaptureMetadata(header, new CaptureOrigin(document.RunId, document.Simulated), document.EndTick, gaps), "");
    }

    /// <summary>Refuses a capture that LatencyLab's own formats can't number.</summary>
    /// <exception cref="LatencyLabException">Too many channels (kind usage).</exception>
    public static void CheckChannels(CaptureHeader header)
    {
        if (header.Channels.Count > MaxChannels)
        {
            throw new LatencyLabException(
                FaultKind.Usage, $"The capture has {header.Channels.Count} channels; a run folder holds at most {MaxChannels}.", null, "Name the channels that matter with --map.");
        }
    }
}

internal sealed record MetadataDocument
{
    public required string Schema { get; init; }

    public string? RunId { get; init; }

    public bool Simulated { get; init; }

    public required long TickHz { get; init; }

    public double? ClockPpm { get; init; }

    public required long StartTick { get; init; }

    public long? EndTick { get; init; }

    public required IReadOnlyList<MetadataChannel> Channels { get; init; }

    public required IReadOnlyList<MetadataGap> Gaps { get; init; }
}

internal sealed record MetadataChannel
{
    public required int Index { get; init; }

    public required string Name { get; init; }

    public bool? InitialLevel { get; init; }
}

internal sealed record MetadataGap
{
    public required long FromTick { get; init; }

    public required long ToTick { get; init; }

    public int? Channel { get; init; }

    public long? LostEdges { get; init; }

    public required string Reason { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    MaxDepth = 64,
    NumberHandling = JsonNumberHandling.Strict,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(MetadataDocument))]
internal sealed partial class MetadataContext : JsonSerializerContext;
