using LatencyLab.MicroPython;
using LatencyLab.Signals;

namespace LatencyLab.Samplers;

/// <summary>
/// The sampler tests itself without a target: it fires a known table of pulses, and two channels listen to the same pin. Equal stamps
/// show that the channels agree, intervals equal to the table show that stimulus and stamps count the same clock.
/// </summary>
/// <param name="Pulses">Pulses fired.</param>
/// <param name="WorstIntervalTicks">Largest difference between an interval and the table, in ticks; rounding alone makes one.</param>
/// <param name="WorstChannelTicks">Largest difference between the two channels' stamps of one edge, in ticks.</param>
/// <param name="Wraps">How often the 32-bit counter wrapped between the first and the last stamp.</param>
/// <param name="Faults">What is wrong, one sentence each; empty when the sampler can be trusted.</param>
public sealed record SamplerSelfTest(int Pulses, long WorstIntervalTicks, long WorstChannelTicks, long Wraps, IReadOnlyList<string> Faults)
{
    private const long CounterTicks = 1L << 32;
    private const long UsualClockHz = 125_000_000;
    private const int TestPulses = 512;
    private const uint TestSeed = 20_260_101;

    // 100 to 300 us low and 50 to 150 us high at 125 MHz; about 150 ms in all.
    private static readonly CycleRange Low = new(12_500, 25_000);
    private static readonly CycleRange High = new(6_250, 12_500);

    /// <summary>Runs the test; the sampler's stimulus pin moves meanwhile.</summary>
    /// <param name="board">The sampler in the raw REPL.</param>
    /// <param name="nonce">Number of the capture.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    /// <exception cref="LatencyLabException">The board is gone, or its script fails.</exception>
    public static async Task<SamplerSelfTest> RunAsync(ScriptedBoard board, uint nonce, CancellationToken cancellationToken)
    {
        var request = new CaptureRequest(nonce, [PicoSampler.StimulusGpio, PicoSampler.StimulusGpio], ["first", "second"], PicoSampler.StimulusGpio, TestPulses, TestSeed, Low, High, Seconds: 5);
        var collector = new CaptureCollector();
        var outcome = await PicoSampler.CaptureAsync(board, request, collector, null, cancellationToken, call: "selftest");
        return Judge(collector.ToCapture(), StimulusTable.Create(TestSeed, TestPulses, Low, High), outcome.Health);
    }

    /// <summary>
    /// The same with a pulse about each second, for as long as the counter takes to wrap (68.7 s at 125 MHz) and a little more, or longer: intervals across the wrap must
    /// be those of the table.
    /// </summary>
    /// <param name="board">The sampler in the raw REPL.</param>
    /// <param name="nonce">Number of the capture.</param>
    /// <param name="atLeast">How long it takes at least.</param>
    /// <param name="onProgress">Called after each piece of the stream.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    /// <exception cref="LatencyLabException">The board is gone, or its script fails.</exception>
    public static async Task<SamplerSelfTest> RunAcrossWrapAsync(ScriptedBoard board, uint nonce, TimeSpan atLeast, Action<PicoFrameReader>? onProgress, CancellationToken cancellationToken)
    {
        var hz = board.Identity.CpuHz is >= 10_000_000 and <= 400_000_000 ? board.Identity.CpuHz.Value : UsualClockHz;
        var seconds = Math.Max(atLeast.TotalSeconds, 2.0 * CounterTicks / hz) + 2;
        // A second from pulse to pulse, within two percent.
        var low = new CycleRange((uint)(hz / 50 * 49), (uint)(hz / 25));
        var pulses = (int)Math.Ceiling(seconds / 0.98);
        var request = new CaptureRequest(
            nonce, [PicoSampler.StimulusGpio, PicoSampler.StimulusGpio], ["first", "second"], PicoSampler.StimulusGpio, pulses, TestSeed, low, High, Seconds: pulses * 1.2);
        var collector = new CaptureCollector();
        var outcome = await PicoSampler.CaptureAsync(board, request, collector, onProgress, cancellationToken, call: "selftest");
        var test = Judge(collector.ToCapture(), StimulusTable.Create(TestSeed, pulses, low, High), outcome.Health);
        return test.Wraps > 0 ? test : test with { Faults = [.. test.Faults, "The counter did not wrap in the time that it should take."] };
    }

    /// <summary>Compares a capture of both channels with the table.</summary>
    public static SamplerSelfTest Judge(Capture capture, (uint LowCycles, uint HighCycles)[] table, StreamHealth health)
    {
        var faults = new List<string>();
        if (capture.Gaps.Count > 0 || health != new StreamHealth { StrayBytes = health.StrayBytes })
        {
            faults.Add("Frames were lost or damaged on the way to the host.");
        }

        var (first, second) = (capture.Traces[0].Ticks, capture.Traces[1].Ticks);
        if (first.Length != table.Length * 2 || second.Length != table.Length * 2)
        {
            faults.Add($"{table.Length} pulses have {table.Length * 2} edges, but {first.Length} and {second.Length} were stamped.");
        }

        var (worstInterval, worstChannel) = (0L, 0L);
        for (var i = 0; i < Math.Min(first.Length, second.Length); i++)
        {
            worstChannel = Math.Max(worstChannel, Math.Abs(first[i] - second[i]));
            if (i > 0 && i / 2 < table.Length)
            {
                // Edge 2k rises after the low time of pulse k, edge 2k+1 falls after its high time; a tick is two cycles.
                var cycles = i % 2 == 0 ? table[i / 2].LowCycles : table[i / 2].HighCycles;
                worstInterval = Math.Max(worstInterval, (Math.Abs(((first[i] - first[i - 1]) * 2) - cycles) + 1) / 2);
            }
        }

        if (worstChannel > 0)
        {
            faults.Add($"Two channels on one pin differ by up to {worstChannel} ticks.");
        }

        if (worstInterval > 1)
        {
            faults.Add($"Intervals differ from the stimulus table by up to {worstInterval} ticks.");
        }

        var wraps = first.Length == 0 ? 0 : (first[^1] / CounterTicks) - (first[0] / CounterTicks);
        return new SamplerSelfTest(table.Length, worstInterval, worstChannel, wraps, faults);
    }
}
