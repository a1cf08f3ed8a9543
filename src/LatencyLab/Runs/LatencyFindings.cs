using System.Globalization;
using LatencyLab.Analysis;

namespace LatencyLab.Runs;

/// <summary>What the counts of any measurement with stimuli say against it.</summary>
internal static class LatencyFindings
{
    /// <summary>Adds why the measurement is invalid where nothing was answered.</summary>
    public static bool AddNothingMatched(PairCounts counts, List<string> reasons)
    {
        if (counts.Matched > 0)
        {
            return false;
        }

        reasons.Add("Nothing matched: no stimulus was answered in its window.");
        return true;
    }

    /// <summary>Adds why the measurement is invalid where too many stimuli are excluded.</summary>
    /// <param name="counts">Stimuli by status.</param>
    /// <param name="cut">Stimuli whose windows the end cuts, which says nothing about the link.</param>
    /// <param name="mostPercent">Share that may be excluded.</param>
    /// <param name="reasons">Gets the sentence.</param>
    public static void AddTooManyExcluded(PairCounts counts, int cut, double mostPercent, List<string> reasons)
    {
        var excluded = Math.Max(0, counts.Excluded - cut);
        var percent = counts.Stimuli == 0 ? 0 : 100.0 * excluded / counts.Stimuli;
        if (percent > mostPercent)
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{excluded} of {counts.Stimuli} stimuli are excluded ({percent:0.##} %), more than {mostPercent:0.##} %."));
        }
    }
}
