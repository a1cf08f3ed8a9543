using System.Runtime.Intrinsics;

namespace LatencyLab.Analysis;

/// <summary>Finds stretches in which each stimulus has exactly one answer in its window, four at a time and without a branch for each.</summary>
internal static class OrdinaryPairs
{
    private const int Lanes = 4;

    /// <summary>
    /// How many stimuli from the first on are ordinary: a multiple of four, fewer where something needs a closer look. <c>answers[i]</c> is then the one
    /// answer of <c>stimuli[i]</c>.
    /// </summary>
    /// <param name="stimuli">Rising ticks; the first has no answer yet, and behind each that is counted stands the next one.</param>
    /// <param name="answers">Rising ticks of the answers not given to anybody yet.</param>
    /// <param name="minLatency">An earlier answer is none; 0 or more.</param>
    /// <param name="window">A later answer is late.</param>
    /// <param name="limitTick">Stimuli from here on don't count.</param>
    /// <param name="most">No more than this.</param>
    public static int Count(ReadOnlySpan<long> stimuli, ReadOnlySpan<long> answers, long minLatency, long window, long limitTick, int most)
    {
        // Ticks are far from the ends of their range, and the indices are bounded by the length.
        unchecked
        {
            var length = Math.Min(Math.Min(stimuli.Length - 1, answers.Length), most) & -Lanes;
            var shortest = Vector256.Create(minLatency);
            var longest = Vector256.Create(window);
            var count = 0;
            for (; count < length && stimuli[count + Lanes] < limitTick; count += Lanes)
            {
                var answer = Vector256.Create(answers[count..]);
                var latency = answer - Vector256.Create(stimuli[count..]);
                var ordinary = Vector256.GreaterThanOrEqual(latency, shortest) & Vector256.LessThan(latency, longest) &
                    Vector256.LessThan(answer, Vector256.Create(stimuli[(count + 1)..]));
                if (ordinary != Vector256<long>.AllBitsSet)
                {
                    break;
                }
            }

            // A second answer of the last one of a group shows as an answer before the next stimulus.
            return count > 0 && count < answers.Length && answers[count] < stimuli[count] ? count - Lanes : count;
        }
    }
}
