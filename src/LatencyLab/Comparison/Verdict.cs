namespace LatencyLab.Comparison;

/// <summary>What a comparison says about the new firmware.</summary>
public enum Verdict
{
    /// <summary>Surely better in at least one metric, surely worse in none.</summary>
    Improved,

    /// <summary>Surely worse in at least one metric.</summary>
    Regressed,

    /// <summary>Surely within the margin in every metric that decides.</summary>
    Equivalent,

    /// <summary>These runs can't tell; more of them could.</summary>
    Inconclusive,

    /// <summary>The runs were made under different conditions.</summary>
    NotComparable,
}

/// <summary>The words that files, tables and gates use.</summary>
public static class VerdictText
{
    public static string Word(this Verdict verdict) => verdict switch
    {
        Verdict.Improved => "improved",
        Verdict.Regressed => "regressed",
        Verdict.Equivalent => "equivalent",
        Verdict.Inconclusive => "inconclusive",
        _ => "not_comparable",
    };
}
