using LatencyLab.Analysis;
using LatencyLab.Signals;

namespace LatencyLab.Tests.Analysis;

/// <summary>The pairing rule of the contracts written down a second time: per stimulus, over plain lists, without any state.</summary>
internal static class BruteForcePairing
{
    public sealed record Outcome(IReadOnlyList<(long Stimulus, long? Response, PairStatus Status)> Rows, long Extra, long Spurious);

    public static Outcome Pair(IReadOnlyList<long> stimuli, IReadOnlyList<long> responses, long? window, long minLatency, IReadOnlyList<Gap> gaps, long endTick)
    {
        var rows = new List<(long, long?, PairStatus)>();
        var used = new HashSet<long>();
        long extra = 0;
        for (var i = 0; i < stimuli.Count; i++)
        {
            var s = stimuli[i];
            var next = i + 1 < stimuli.Count ? stimuli[i + 1] : long.MaxValue;
            var windowEnd = window is { } w ? Math.Min(s + w, next) : next;
            var doubt = gaps.Where(g => g.FromTick < next && g.ToTick >= s).ToArray();
            var inWindow = doubt.Any(g => g.FromTick < windowEnd);
            var answers = responses.Where(r => r >= s && r < next).ToArray();
            var firstDoubt = doubt.Length == 0 ? long.MaxValue : doubt.Min(g => g.FromTick);
            long? first = answers.Where(r => r - s >= minLatency && r < firstDoubt).Select(r => (long?)r).FirstOrDefault();
            var status = first is { } answer
                ? answer < windowEnd ? PairStatus.Matched : PairStatus.Late
                : PairStatus.Missed;
            if (inWindow || (doubt.Length > 0 && status != PairStatus.Matched && !(window is { } lw && status == PairStatus.Late && firstDoubt >= s + lw)))
            {
                status = PairStatus.Excluded;
            }
            else if (first is null && next == long.MaxValue && (window is null || s + window > endTick))
            {
                status = PairStatus.Excluded;
            }

            rows.Add((s, first, status));
            foreach (var r in answers.Where(r => r >= firstDoubt))
            {
                used.Add(r);
            }

            if (first is { } paired)
            {
                used.Add(paired);
                if (paired < windowEnd)
                {
                    foreach (var r in answers.Where(r => r > paired && r < windowEnd && r < firstDoubt))
                    {
                        extra++;
                        used.Add(r);
                    }
                }
            }
        }

        bool InDoubtBeforeStimulus(long r) => gaps.Any(g => g.FromTick <= r && !stimuli.Any(s => s > g.ToTick && s <= r));
        var spurious = responses.Count(r => !used.Contains(r) && !InDoubtBeforeStimulus(r));
        return new Outcome(rows, extra, spurious);
    }
}
