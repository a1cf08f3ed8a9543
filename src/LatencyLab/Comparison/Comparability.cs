using System.Globalization;
using LatencyLab.Units;

namespace LatencyLab.Comparison;

/// <summary>Whether runs were made under the same conditions, and in which order.</summary>
public static class Comparability
{
    /// <summary>Conditions that differ between any of the runs, each as a sentence; empty when all are comparable.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyList<ComparedRun> runs, IReadOnlyCollection<string> mayDiffer)
    {
        var reasons = new List<string>();
        if (runs.Select(r => r.TimeBase.TickHz).Distinct().ToArray() is { Length: > 1 } rates)
        {
            reasons.Add($"tick rate differs: {string.Join(" against ", rates.Select(r => UnitText.Frequency(r)))}");
        }

        reasons.AddRange(Differing(runs, r => r.Conditions).Where(d => !mayDiffer.Contains(d.Name)).Select(d => d.Text));
        return reasons;
    }

    /// <summary>What to be careful about: other individual boards, drift that can't be told from firmware.</summary>
    public static IReadOnlyList<string> Warnings(IReadOnlyList<ComparedRun> before, IReadOnlyList<ComparedRun> after)
    {
        var warnings = Differing([.. before, .. after], r => r.Individuals).Select(d => d.Text + ": a board may differ as much as a firmware").ToList();
        if (before.Count > 1 && after.Count > 1 && !AreInterleaved(before, after))
        {
            warnings.Add("The runs are not interleaved: a drift of the rig looks like a change of firmware. A suite interleaves them.");
        }

        return warnings;
    }

    /// <summary>True when the sides take turns in time (ABBA, random blocks) instead of one following the other.</summary>
    public static bool AreInterleaved(IReadOnlyList<ComparedRun> before, IReadOnlyList<ComparedRun> after)
    {
        var order = before.Select(r => (r.CreatedUtc, r.RunId, IsNew: false)).Concat(after.Select(r => (r.CreatedUtc, r.RunId, IsNew: true)))
            .OrderBy(r => r.CreatedUtc).ThenBy(r => r.RunId, StringComparer.Ordinal).Select(r => r.IsNew).ToArray();
        var stretches = 1 + order.Zip(order.Skip(1)).Count(pair => pair.First != pair.Second);

        // ABBA makes k + 1 stretches of 2 k runs, random blocks of two hardly fewer than k.
        return stretches >= Math.Max(3, Math.Min(before.Count, after.Count));
    }

    private static IEnumerable<(string Name, string Text)> Differing(
        IReadOnlyList<ComparedRun> runs, Func<ComparedRun, IReadOnlyDictionary<string, string>> named) =>
        from name in runs.SelectMany(r => named(r).Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        let values = runs.Select(r => named(r).GetValueOrDefault(name, "unknown")).Distinct(StringComparer.Ordinal).ToArray()
        where values.Length > 1
        select (name, string.Create(CultureInfo.InvariantCulture, $"{name} differs: {string.Join(" against ", values.Take(4))}"));
}
