using System.Text.RegularExpressions;

namespace LatencyLab.Tests.Rules;

/// <summary>
/// Which folder may know which: data goes one way, from bytes to reports, and a stage never knows the stage after it. A new folder needs a line
/// here, and a line more in an existing entry is a decision about the design.
/// </summary>
public static partial class DependencyRules
{
    /// <summary>For each folder of the library the folders whose types it may name.</summary>
    public static IReadOnlyDictionary<string, string[]> Allowed { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Units"] = [],
        ["Boards"] = [],
        ["Statistics"] = [],
        ["Signals"] = ["Units"],
        ["Analysis"] = ["Units", "Signals"],
        ["Links"] = ["Units"],
        ["MicroPython"] = ["Units", "Links"],
        ["Targets"] = ["Units", "Signals", "Boards", "Links", "MicroPython"],
        ["Samplers"] = ["Units", "Signals", "Links", "MicroPython"],
        ["Simulation"] = ["Units", "Signals", "Boards", "Links", "MicroPython", "Targets", "Samplers", "Analysis"],
        ["Captures"] = ["Units", "Signals"],
        ["Formats"] = ["Units", "Signals", "Captures"],
        ["Comparison"] = ["Units", "Statistics"],
        ["Runs"] = ["Units", "Signals", "Boards", "Links", "MicroPython", "Targets", "Samplers", "Captures", "Formats", "Analysis", "Statistics", "Comparison"],
        ["Reports"] = ["Units", "Signals", "Boards", "Captures", "Formats", "Analysis", "Statistics", "Comparison", "Runs"],
    };

    /// <summary>For each package namespace the places that may use it, as path prefixes.</summary>
    public static IReadOnlyDictionary<string, string[]> Packages { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["ScottPlot"] = ["src/LatencyLab.Plots/"],
        ["SkiaSharp"] = ["src/LatencyLab.Plots/"],
        ["System.IO.Ports"] = ["src/LatencyLab/Links/"],
        ["MathNet"] = ["src/LatencyLab/Statistics/", "src/LatencyLab/Comparison/"],
        ["CsvHelper"] = ["src/LatencyLab/Reports/", "src/LatencyLab/Formats/"],
        ["Parquet"] = ["src/LatencyLab/Captures/"],
        ["Tomlyn"] = ["src/LatencyLab/Runs/"],
        ["Spectre"] = ["src/LatencyLab.Cli/"],
        ["System.CommandLine"] = ["src/LatencyLab.Cli/"],
    };

    /// <summary>Folders of the library that a file names: by using directive, in full, or relative to the root namespace.</summary>
    public static IEnumerable<(int Line, string Folder)> References(SourceFile file) =>
        from line in file.Code
        from Match match in Reference().Matches(line.Text)
        let folder = match.Groups["full"].Success ? match.Groups["full"].Value : match.Groups["relative"].Value
        where Allowed.ContainsKey(folder)
        select (line.Number, folder);

    /// <summary>Breaches of <see cref="Allowed"/> in one file of the library.</summary>
    public static IEnumerable<string> Breaches(SourceFile file)
    {
        var path = file.Below("src/LatencyLab");
        if (path.Length < 2)
        {
            return [];
        }

        return !Allowed.TryGetValue(path[0], out var allowed)
            ? [$"{file.Path}: the folder {path[0]} isn't in the table of dependencies"]
            : References(file)
                .Where(reference => reference.Folder != path[0] && !allowed.Contains(reference.Folder))
                .Select(reference => $"{file.Path}:{reference.Line}: {path[0]} must not know {reference.Folder}");
    }

    /// <summary>Breaches of <see cref="Packages"/> in one source file.</summary>
    public static IEnumerable<string> PackageBreaches(SourceFile file) =>
        from line in file.Code
        let match = Using().Match(line.Text)
        where match.Success
        from package in Packages
        where (match.Groups["name"].Value + ".").StartsWith(package.Key + ".", StringComparison.Ordinal)
        where !package.Value.Any(place => file.Path.StartsWith(place, StringComparison.Ordinal))
        select $"{file.Path}:{line.Number}: {package.Key} belongs in {string.Join(" or ", package.Value)} only";

    [GeneratedRegex(@"(?<![\w.])(?:global::)?(?:LatencyLab\.(?<full>[A-Z]\w+)|(?<relative>[A-Z]\w+)\.[A-Z])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^\s*(global )?using (static )?(\w+ = )?(?<name>[\w.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Using();
}
