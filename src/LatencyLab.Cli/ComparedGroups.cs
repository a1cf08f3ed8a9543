using LatencyLab.Runs.Documents;
using LatencyLab.Runs.Library;


namespace LatencyLab.Cli;

/// <summary>Two sides of a comparison.</summary>
internal sealed record ComparedGroups(IReadOnlyList<StoredRun> Before, IReadOnlyList<StoredRun> After)
{
    /// <summary>The sides as the command line names them.</summary>
    /// <exception cref="LatencyLabException">Not just one base and one new side (kind usage).</exception>
    public static ComparedGroups OfOperands(RunLibrary library, string[] operands, string[] before, string[] after)
    {
        var (first, second) = (operands.Length, before.Length, after.Length) switch
        {
            (2, 0, 0) => (operands[..1], operands[1..]),
            (0, > 0, > 0) => (before, after),
            _ => throw new LatencyLabException(FaultKind.Usage, "'latencylab compare' takes a base and a new side.", null, "Write 'compare BASE NEW' or 'compare --base A… --new B…'."),
        };
        var sides = new ComparedGroups(All(library, first), All(library, second));
        var both = sides.Before.Select(r => r.Document.RunId).Intersect(sides.After.Select(r => r.Document.RunId), StringComparer.Ordinal).ToArray();
        return both.Length == 0
            ? sides
            : throw new LatencyLabException(FaultKind.Usage, $"The run {both[0]} is on both sides.", "compare", "Name each run on one side only.");
    }

    /// <summary>
    /// The runs of one folder, split by a label or condition into groups, and by all other conditions into comparisons: a suite over two handlers and
    /// two firmwares gives two comparisons. The group with the earliest run is the base of the others.
    /// </summary>
    public static IReadOnlyList<ComparedGroups> Of(RunLibrary library, string[] operands, string key)
    {
        var runs = (operands.Length == 0 ? library.Runs : operands.SelectMany(library.Resolve)).Where(r => r.Document.Status == RunStatus.Complete)
            .OrderBy(r => r.Document.CreatedUtc).ThenBy(r => r.Document.RunId, StringComparer.Ordinal).ToArray();
        var order = runs.Select(r => Value(r, key)).Distinct(StringComparer.Ordinal).ToArray();
        if (order.Length < 2)
        {
            throw new LatencyLabException(
                FaultKind.Usage, $"All {runs.Length} complete runs have the same {key}{(order.Length == 1 ? $", {order[0]}" : "")}.", "--group-by", "Give runs different --label names.");
        }

        var pairs = new List<ComparedGroups>();
        foreach (var cell in runs.GroupBy(r => string.Join('|', ComparedRunReader.Conditions(r.Document).Where(c => c.Key != key).Select(c => $"{c.Key}={c.Value}")), StringComparer.Ordinal))
        {
            var groups = order.Select(o => cell.Where(r => Value(r, key) == o).ToArray()).Where(g => g.Length > 0).ToArray();
            pairs.AddRange(groups.Skip(1).Select(g => new ComparedGroups(groups[0], g)));
        }

        return pairs.Count > 0
            ? pairs
            : throw new LatencyLabException(FaultKind.Usage, $"No two runs differ in {key} alone.", "--group-by", "Name the sides: compare --base A… --new B….");
    }

    private static string Value(StoredRun run, string key) => key switch
    {
        "label" => ComparedRunReader.FirmwareOf(run.Document),
        "version" => ComparedRunReader.VersionOf(run.Document) ?? "unknown",
        _ => ComparedRunReader.Conditions(run.Document).TryGetValue(key, out var value)
            ? value
            : throw new LatencyLabException(
                FaultKind.Usage, $"Runs can't be grouped by '{key}'.", "--group-by", $"Use label, version, {string.Join(", ", ComparedRunReader.Conditions(run.Document).Keys)}."),
    };

    private static StoredRun[] All(RunLibrary library, string[] operands) =>
        [.. operands.SelectMany(library.Resolve).DistinctBy(r => r.Document.RunId).OrderBy(r => r.Document.CreatedUtc)];
}
