namespace LatencyLab.Samplers;

/// <summary>
/// The low and high times that sampler and host compute alike from a seed (docs/protocol.md section 4). xorshift32 is Marsaglia's
/// generator (Journal of Statistical Software 8/14, 2003) with the shifts 13, 17, 5.
/// </summary>
public static class StimulusTable
{
    /// <summary>Most pairs a table holds; more pulses replay it.</summary>
    public const int MaxPairs = 2048;

    /// <summary>Cycles that the <c>stim</c> program adds to x: low time = x + 6.</summary>
    public const int LowOverheadCycles = 6;

    /// <summary>Cycles that the <c>stim</c> program adds to y: high time = y + 2.</summary>
    public const int HighOverheadCycles = 2;

    /// <summary>A generator state is never 0.</summary>
    public const uint SeedInsteadOfZero = 0x9E3779B9;

    /// <summary>Low and high times in system clock cycles, one pair a pulse of the table.</summary>
    /// <param name="seed">Where the generator begins.</param>
    /// <param name="pulses">Pulses of the capture.</param>
    /// <param name="low">Low time before a pulse; with trains, before the first of one.</param>
    /// <param name="high">Length of a pulse.</param>
    /// <param name="train">Pulses that come close together; null for single ones.</param>
    public static (uint LowCycles, uint HighCycles)[] Create(uint seed, int pulses, CycleRange low, CycleRange high, TrainCycles? train = null)
    {
        var state = StateOf(seed);
        var table = new (uint, uint)[Math.Min(pulses, MaxPairs)];
        for (var k = 0; k < table.Length; k++)
        {
            state = Next(state);
            var lowCycles = train is { } close && k % close.Pulses != 0 ? close.LowCycles : low.Scale(state);
            state = Next(state);
            table[k] = (lowCycles, high.Scale(state));
        }

        return table;
    }

    /// <summary>The state in which the generator begins.</summary>
    public static uint StateOf(uint seed) => seed == 0 ? SeedInsteadOfZero : seed;

    /// <summary>The generator's next state. Overflow is meant: the arithmetic is modulo 2^32.</summary>
    public static uint Next(uint state)
    {
        state ^= unchecked(state << 13);
        state ^= state >> 17;
        return state ^ unchecked(state << 5);
    }
}

/// <summary>Pulses in trains (docs/protocol.md section 4).</summary>
/// <param name="Pulses">Pulses of a train, from 2.</param>
/// <param name="LowCycles">Low time between two of them, in system clock cycles.</param>
public readonly record struct TrainCycles(int Pulses, uint LowCycles);

/// <summary>A time of <paramref name="Min"/> cycles plus a uniform random part in [0, <paramref name="Width"/>).</summary>
public readonly record struct CycleRange(uint Min, uint Width)
{
    /// <summary>The time for one state of the generator, from its 24 upper bits.</summary>
    public uint Scale(uint state) => Min + (uint)(((ulong)(state >> 8) * Width) >> 24);
}
