using LatencyLab.Comparison;
using LatencyLab.Statistics;
using LatencyLab.Units;

namespace LatencyLab.Tests.Comparison;

/// <summary>
/// Runs drawn from a known law: a bell of sd 4 ticks at 1000 with a tail of 2 %, moved by an offset of its own for each run. What is true is known,
/// so how often a comparison is wrong can be counted.
/// </summary>
public static class SimulatedRuns
{
    /// <summary>Runs of one firmware.</summary>
    /// <param name="random">Where the draws come from.</param>
    /// <param name="firmware">Its name.</param>
    /// <param name="count">How many runs.</param>
    /// <param name="samples">Stimuli a run.</param>
    /// <param name="runSd">Standard deviation of the run offsets in ticks.</param>
    /// <param name="shift">What the firmware adds to every latency.</param>
    /// <param name="first">Place of the first run in time; runs of a side lie two places apart, so that sides can be interleaved.</param>
    public static ComparedRun[] Draw(SplitMix64 random, string firmware, int count, int samples, double runSd, double shift, int first = 0) =>
        [.. Enumerable.Range(0, count).Select(i => Run(firmware, Sample(random, samples, shift + (runSd * Normal(random))), first + (2 * i)))];

    public static ComparedRun Run(string firmware, long[] latencies, int place, long missed = 0) => new()
    {
        RunId = $"{firmware}-{place}",
        Firmware = firmware,
        CreatedUtc = DateTimeOffset.UnixEpoch.AddMinutes(place),
        TimeBase = new TimeBase(62_500_000),
        Latencies = SortedCounts.Of(latencies),
        Late = 0,
        Missed = missed,
    };

    /// <summary>A standard normal number (Box-Muller).</summary>
    public static double Normal(SplitMix64 random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static long[] Sample(SplitMix64 random, int count, double offset)
    {
        var sample = new long[count];
        for (var i = 0; i < count; i++)
        {
            var value = 1000 + offset + (4 * Normal(random));
            sample[i] = (long)Math.Round(value) + (random.Below(50) == 0 ? 40 + random.Below(200) : 0);
        }

        return sample;
    }
}
