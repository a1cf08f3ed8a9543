using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LatencyLab.Boards;

/// <summary>Every chip that LatencyLab knows, each read once from its data file in the library; the file's name is the chip's id.</summary>
public static class BoardCatalog
{
    private const string Folder = "boards/";
    private const string Ending = ".json";

    // A command about one chip doesn't wait for the other files.
    private static readonly SortedDictionary<string, Lazy<Chip>> ById = new(
        Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .ToDictionary(name => name[Folder.Length..^Ending.Length], name => new Lazy<Chip>(() => Load(name)), StringComparer.Ordinal),
        StringComparer.Ordinal);

    /// <summary>All chips, ordered by id.</summary>
    public static IReadOnlyList<Chip> Chips => [.. ById.Values.Select(chip => chip.Value)];

    /// <summary>The chip of that id or alias, in any spelling ("ESP32-S3", "esp32_s3", "pico"), or null.</summary>
    public static Chip? Find(string name)
    {
        var wanted = Normalize(name);
        return ById.TryGetValue(wanted, out var chip) ? chip.Value : Chips.FirstOrDefault(other => other.Aliases.Contains(wanted, StringComparer.Ordinal));
    }

    /// <summary>The chip of that id or alias; a usage fault with the nearest name where there is none.</summary>
    public static Chip Get(string name) => Find(name) ?? throw Unknown(name);

    /// <summary>Lower case letters and digits only: the form in which names are compared.</summary>
    public static string Normalize(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant));

    private static LatencyLabException Unknown(string name)
    {
        var nearest = NearestName.Of(Normalize(name), Chips.SelectMany(chip => chip.Aliases.Prepend(chip.Id)));
        var known = string.Join(", ", ById.Keys);
        return new LatencyLabException(
            FaultKind.Usage, $"There is no chip '{name}'.", null, $"{(nearest is null ? "" : $"Did you mean '{nearest}'? ")}There are {known}.");
    }

    private static Chip Load(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize(stream, BoardJson.Default.Chip)!;
    }
}

/// <summary>Readers and writers of chip data made at compile time, so that trimmed and native builds have them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(Chip))]
public sealed partial class BoardJson : JsonSerializerContext;
