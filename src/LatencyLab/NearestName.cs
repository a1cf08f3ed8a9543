namespace LatencyLab;

/// <summary>Finds what somebody probably meant: chips, keys of configuration files, columns.</summary>
public static class NearestName
{
    /// <summary>
    /// The candidate with the fewest single-character edits from <paramref name="name"/>, case ignored; null where even that one differs in more
    /// than half of its characters.
    /// </summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var nearest = candidates
            .Select(candidate => (Candidate: candidate, Distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault();
        return nearest.Candidate is { } best && nearest.Distance <= Math.Max(1, best.Length / 2) ? best : null;
    }

    /// <summary>Letters to insert, remove or change between two words (Levenshtein), one row at a time.</summary>
    internal static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
