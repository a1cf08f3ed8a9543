using LatencyLab.Analysis;
using LatencyLab.Units;

namespace LatencyLab.Runs.Live;

/// <summary>A stimulus whose answer took longer than the limit, or never came in its window.</summary>
/// <param name="Sequence">Its number in the session.</param>
/// <param name="StimulusTick">When it came, in ticks of the session.</param>
/// <param name="ResponseTick">When the answer came; null where none did.</param>
/// <param name="Status">Matched, late or missed.</param>
public sealed record LiveEvent(long Sequence, long StimulusTick, long? ResponseTick, PairStatus Status)
{
    /// <summary>How long it took; null where no answer came.</summary>
    public long? LatencyTicks => ResponseTick - StimulusTick;
}

/// <summary>Looks for the first stimulus whose answer took longer than a limit. What is excluded or may be shifted proves nothing and is passed over.</summary>
internal sealed class BreakWatch(Duration? limit, TimeBase timeBase, long tickOffset, long sequenceOffset) : IPairSink
{
    private readonly long _limitTicks = limit is { } longest ? timeBase.ToTicks(longest) : long.MaxValue;

    public LiveEvent? First { get; private set; }

    public void Pairs(ReadOnlySpan<Pair> pairs)
    {
        if (First is not null || _limitTicks == long.MaxValue)
        {
            return;
        }

        foreach (ref readonly var pair in pairs)
        {
            if (pair.Sequence >= 0 && IsAbove(pair))
            {
                First = new LiveEvent(
                    pair.Sequence + sequenceOffset, pair.StimulusTick + tickOffset,
                    (pair.Flags & PairFlags.NoResponse) == PairFlags.None ? pair.ResponseTick + tickOffset : null, pair.Status);
                return;
            }
        }
    }

    private bool IsAbove(in Pair pair) => pair.Status switch
    {
        PairStatus.Matched => (pair.Flags & PairFlags.MaybeShifted) == PairFlags.None && pair.ResponseTick - pair.StimulusTick > _limitTicks,
        PairStatus.Late or PairStatus.Missed => true,
        _ => false,
    };
}
