using System.Globalization;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace LatencyLab.Runs.Suites;

/// <summary>
/// A TOML file as tables of texts and lists of texts, each with its line. It is small on purpose: suites and rigs need no more, and every key that
/// nobody asked for is refused with the nearest key that exists.
/// </summary>
internal sealed class TomlFile
{
    private const int MaxBytes = 1 << 20;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _tableArrays = new(StringComparer.Ordinal);

    private TomlFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="LatencyLabException">It can't be read (kind storage), or it isn't TOML (kind usage), with line and column.</exception>
    public static TomlFile Read(string path)
    {
        string text;
        try
        {
            text = new FileInfo(path).Length <= MaxBytes ? File.ReadAllText(path) : throw new LatencyLabException(FaultKind.Usage, $"The file has more than {MaxBytes} bytes.", path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LatencyLabException(
                FaultKind.Storage, e is FileNotFoundException or DirectoryNotFoundException ? "There is no such file." : $"The file can't be read: {e.Message}", path,
                "Check the path, which counts from the current folder; docs/bench has an example of a suite and of a rig.", e);
        }

        return Parse(text, path);
    }

    internal static TomlFile Parse(string text, string path)
    {
        DocumentSyntax document;
        try
        {
            document = SyntaxParser.Parse(text, path, validate: true);
        }
        catch (Exception e) when (e is Tomlyn.TomlException or FormatException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new LatencyLabException(FaultKind.Usage, $"The file isn't TOML: {e.Message}", path, null, e);
        }

        if (document.HasErrors)
        {
            var first = document.Diagnostics.First(d => d.Kind == DiagnosticMessageKind.Error);
            throw new LatencyLabException(FaultKind.Usage, $"The file isn't TOML: {first.Message}", Where(path, first.Span.Start));
        }

        var file = new TomlFile(path);
        foreach (var pair in document.KeyValues)
        {
            file.Add("", pair);
        }

        foreach (var table in document.Tables)
        {
            var name = table.Name?.ToString().Trim() ?? "";
            if (table is TableArraySyntax)
            {
                var index = file._tableArrays.GetValueOrDefault(name);
                file._tableArrays[name] = index + 1;
                name = string.Create(CultureInfo.InvariantCulture, $"{name}[{index}]");
            }

            foreach (var item in table.Items)
            {
                file.Add(name + ".", item);
            }
        }

        return file;
    }

    /// <summary>How many tables of a list there are: [[firmware]].</summary>
    public int Count(string list) => _tableArrays.GetValueOrDefault(list);

    /// <summary>The text of a key; null where it isn't there.</summary>
    public string? Text(string key) => Find(key) is not { } entry ? null
        : entry.Values is [var one] && !entry.IsList ? one
        : throw Wrong(key, "it takes one value, not a list");

    /// <summary>The texts of a key, one or a list of them; null where it isn't there.</summary>
    public IReadOnlyList<string>? Texts(string key) => Find(key)?.Values;

    public int? Number(string key, int least, int most) => Text(key) is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw Wrong(key, $"'{text}' isn't a whole number from {least} to {most}");

    /// <summary>A mistake in the value of a key, with its line.</summary>
    public LatencyLabException Wrong(string key, string what) =>
        new(FaultKind.Usage, $"{key}: {what}.", _entries.TryGetValue(key, out var entry) ? Where(Path, entry.Position) : Path);

    /// <summary>Refuses keys that were never asked for.</summary>
    /// <exception cref="LatencyLabException">There is one; the nearest key is named (kind usage).</exception>
    public void RefuseUnknown(IReadOnlyList<string> known)
    {
        foreach (var (key, entry) in _entries)
        {
            if (_asked.Contains(key))
            {
                continue;
            }

            var plain = key.IndexOf('[', StringComparison.Ordinal) is >= 0 and var open ? key[..open] + key[(key.IndexOf(']', StringComparison.Ordinal) + 1)..] : key;
            var nearest = known.MinBy(k => NearestName.Distance(plain, k))!;
            throw new LatencyLabException(FaultKind.Usage, $"There is no key '{plain}'.", Where(Path, entry.Position), $"Did you mean '{nearest}'? The keys are {string.Join(", ", known)}.");
        }
    }

    private Entry? Find(string key)
    {
        _asked.Add(key);
        return _entries.GetValueOrDefault(key);
    }

    private void Add(string prefix, KeyValueSyntax pair)
    {
        var key = prefix + (pair.Key?.ToString().Trim() ?? "");
        var position = pair.Span.Start;
        if (pair.Value is ArraySyntax array)
        {
            _entries[key] = new Entry([.. array.Items.Select(item => Scalar(key, item.Value, position))], true, position);
            return;
        }

        _entries[key] = new Entry([Scalar(key, pair.Value, position)], false, position);
    }

    private string Scalar(string key, ValueSyntax? value, TextPosition position) => value switch
    {
        StringValueSyntax text => text.Value ?? "",
        IntegerValueSyntax number => number.Value.ToString(CultureInfo.InvariantCulture),
        BooleanValueSyntax flag => flag.Value ? "true" : "false",
        FloatValueSyntax real => real.Value.ToString(CultureInfo.InvariantCulture),
        _ => throw new LatencyLabException(FaultKind.Usage, $"{key}: it takes a text, a number or a list of them.", Where(Path, position)),
    };

    private static string Where(string path, TextPosition position) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}, line {position.Line + 1}, column {position.Column + 1}");

    private sealed record Entry(IReadOnlyList<string> Values, bool IsList, TextPosition Position);
}
