namespace LatencyLab.Simulation;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014): small, seeded, the same on every system.
/// Each purpose draws from its own generator, so that one more draw for one purpose doesn't move all others.
/// </summary>
internal sealed class SimulationRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator for one purpose of one simulation.</summary>
    public static SimulationRandom For(ulong seed, string purpose) => new(Mix(seed, purpose));

    /// <summary>A seed that depends on a seed and a text: 64-bit FNV-1a, then one SplitMix64 step.</summary>
    public static ulong Mix(ulong seed, string text)
    {
        unchecked
        {
            // Hashes are arithmetic modulo 2^64.
            var hash = 0xCBF29CE484222325UL ^ seed;
            foreach (var c in text)
            {
                hash = (hash ^ c) * 0x100000001B3UL;
            }

            return new SimulationRandom(hash).NextUInt64();
        }
    }

    public ulong NextUInt64()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15UL;
            var z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double NextUnit() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    public double NextBetween(double low, double high) => low + ((high - low) * NextUnit());

    public bool NextBool(double probability) => NextUnit() < probability;

    /// <summary>
    /// Nearly standard normal: the sum of twelve uniforms minus six. Sums and products give the same bits on every system, which logarithms don't.
    /// </summary>
    public double NextNormal()
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++)
        {
            sum += NextUnit();
        }

        return sum;
    }
}
