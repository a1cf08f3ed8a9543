namespace LatencyLab.Statistics;

/// <summary>One value of a series and when it happened.</summary>
/// <param name="Value">The value in ticks.</param>
/// <param name="AtTick">Where in the capture: the tick of the stimulus.</param>
/// <param name="Sequence">Number of the stimulus.</param>
public readonly record struct TimedValue(long Value, long AtTick, long Sequence);

/// <summary>Keeps the largest values of a series with their times; of equal ones the earliest. Bounded, mergeable and order-free.</summary>
public sealed class WorstSamples(int capacity = WorstSamples.Usual)
{
    /// <summary>So many are kept where nobody says otherwise.</summary>
    public const int Usual = 10;

    private readonly TimedValue[] _worst = new TimedValue[capacity];
    private int _count;

    /// <summary>The worst so far, the largest first.</summary>
    public ReadOnlySpan<TimedValue> Values => _worst.AsSpan(0, _count);

    public void Add(TimedValue sample)
    {
        if (_count == _worst.Length && (_count == 0 || !IsWorse(in sample, in _worst[_count - 1])))
        {
            return;
        }

        Insert(in sample);
    }

    private void Insert(in TimedValue sample)
    {
        var at = _count < _worst.Length ? _count++ : _count - 1;
        while (at > 0 && IsWorse(in sample, in _worst[at - 1]))
        {
            _worst[at] = _worst[at - 1];
            at--;
        }

        _worst[at] = sample;
    }

    public void Merge(WorstSamples other) => Merge(other, 0, 0);

    /// <summary>Adds the worst of a series that began later: its ticks and numbers count from there.</summary>
    public void Merge(WorstSamples other, long tickOffset, long sequenceOffset)
    {
        foreach (var sample in other.Values)
        {
            Add(sample with { AtTick = sample.AtTick + tickOffset, Sequence = sample.Sequence + sequenceOffset });
        }
    }

    private static bool IsWorse(in TimedValue left, in TimedValue right) =>
        left.Value != right.Value ? left.Value > right.Value
        : left.AtTick != right.AtTick ? left.AtTick < right.AtTick
        : left.Sequence < right.Sequence;
}
