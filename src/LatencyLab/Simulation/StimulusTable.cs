namespace LatencyLab.Simulation;

/// <summary>
/// Low and high times of the pulses in cycles, from a seed: docs/protocol.md section 4. Written from that page, as the board's script is; shared with the
/// host's table of the same name it would share its faults.
/// </summary>
internal sealed class StimulusTable
{
    /// <summary>Pairs that fit the board's table; more pulses replay it.</summary>
    public const int MaxPairs = 2048;

    private readonly (long LowCycles, long HighCycles)[] _pairs;

    /// <param name="seed">Seed of xorshift32.</param>
    /// <param name="pulses">Pulses of the capture.</param>
    /// <param name="gapMin">Least low time in cycles.</param>
    /// <param name="gapWidth">The low time is less than least plus width.</param>
    /// <param name="highMin">Least high time in cycles.</param>
    /// <param name="highWidth">The high time is less than least plus width.</param>
    /// <param name="train">Pulses of a train, and low cycles between two of them; null for single pulses.</param>
    public StimulusTable(uint seed, long pulses, uint gapMin, uint gapWidth, uint highMin, uint highWidth, (int Pulses, uint LowCycles)? train = null)
    {
        var state = seed == 0 ? 0x9E3779B9u : seed;
        _pairs = new (long, long)[Math.Min(pulses, MaxPairs)];
        for (var i = 0; i < _pairs.Length; i++)
        {
            state = Next(state);
            var low = gapMin + (((ulong)(state >> 8) * gapWidth) >> 24);
            state = Next(state);
            var high = highMin + (((ulong)(state >> 8) * highWidth) >> 24);
            _pairs[i] = (train is { } close && i % close.Pulses > 0 ? close.LowCycles : (long)low, (long)high);
        }
    }

    public (long LowCycles, long HighCycles) this[long pulse] => _pairs[pulse % _pairs.Length];

    // Marsaglia, Xorshift RNGs, 2003; shifts drop what doesn't fit 32 bits.
    private static uint Next(uint s)
    {
        s ^= s << 13;
        s ^= s >> 17;
        return s ^ (s << 5);
    }
}
