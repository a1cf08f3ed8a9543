using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LatencyLab.Boards;

/// <summary>Every chip that LatencyLab knows, read once from the data files in the library.</summary>
public static class BoardCatalog
{
    private const string Folder = "boards/";

    private static readonly Lazy<IReadOnlyList<Chip>> Loaded = new(Load);

    /// <summary>All chips, ordered by id.</summary>
    public static IReadOnlyList<Chip> Chips => Loaded.Value;

    /// <summary>The chip of that id or alias, in any spelling ("ESP32-S3", "esp32_s3", "pico"), or null.</summary>
    public static Chip? Find(string name)
    {
        var wanted = Normalize(name);
        return Chips.FirstOrDefault(chip => string.Equals(chip.Id, wanted, StringComparison.Ordinal))
            ?? Chips.FirstOrDefault(chip => chip.Aliases.Contains(wanted, StringComparer.Ordinal));
    }

    /// <summary>The chip of that id or alias; a usage fault with the nearest name where there is none.</summary>
    public static Chip Get(string name) => Find(name) ?? throw Unknown(name);

    /// <summary>Lower case letters and digits only: the form in which names are compared.</summary>
    public static string Normalize(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant));

    private static LatencyLabException Unknown(string name)
    {
        var nearest = NearestName.Of(Normalize(name), Chips.SelectMany(chip => chip.Aliases.Prepend(chip.Id)));
        var known = string.Join(", ", Chips.Select(chip => chip.Id));
        return new LatencyLabException(
            FaultKind.Usage, $"unknown chip '{name}'{(nearest is null ? "" : $", did you mean '{nearest}'?")}", null, $"One of: {known}.");
    }

    private static Chip[] Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                return JsonSerializer.Deserialize(stream, BoardJson.Default.Chip)!;
            })];
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
