using LatencyLab.Units;
using static LatencyLab.Runs.PlanCheck;

namespace LatencyLab.Runs.Live;

/// <summary>What a live session measures and when it ends.</summary>
/// <param name="Plan">As of a run; how many samples it has doesn't matter here.</param>
/// <param name="Duration">Captured time after which it ends; null: when it is stopped.</param>
/// <param name="BreakOn">It ends at the first latency above this; null: none ends it.</param>
/// <param name="Keep">Edges of so long are kept before its end, and of a tenth of that after what broke it.</param>
public sealed record LivePlan(RunPlan Plan, Duration? Duration, Duration? BreakOn, Duration Keep)
{
    // A capture counts pulses in 28 bits and microseconds in 30, and the dead men on the boards wait as long as it is planned to take. Ten minutes are far
    // from every bound, even at 100,000 pulses a second; at their end callbacks and answers are held against each other and the board collects its garbage.
    private const double SegmentSeconds = 600;
    private const int LeastSamples = 1000;
    private const int MostSamples = RunPlan.MaxStimuli / 2;

    /// <summary>The plan with what can't be measured refused.</summary>
    /// <exception cref="LatencyLabException">A value that can't be (kind usage), with the option that set it.</exception>
    public LivePlan Checked()
    {
        Require(Duration is not { Picoseconds: <= 0 }, "A session of no time measures nothing.", "--duration", "Use some time, such as --duration 10m.");
        Require(BreakOn is not { Picoseconds: <= 0 }, "Every latency is above that.", "--break-on", "Use some time, such as --break-on 2ms.");
        Require(
            BreakOn is null || BreakOn.Value <= Plan.Window,
            $"No answer is awaited for longer than {Plan.Window}, so none can be told to be above {BreakOn}.", "--break-on", $"Use at most {Plan.Window}, or a longer --gap.");
        Require(Keep.Picoseconds > 0 && Keep.Seconds <= 3600, $"Edges of {Keep} can't be kept.", "--keep", "Use up to 1h.");
        return this with { Plan = Segment(Plan.Seed) };
    }

    /// <summary>The plan of one capture of the session.</summary>
    /// <exception cref="LatencyLabException">A value that can't be (kind usage).</exception>
    public RunPlan Segment(uint seed)
    {
        var mean = Plan.Gap.Min.Seconds + (Plan.Gap.Width.Seconds / 2) + (Plan.StimuliPerPulse == 2 ? 0 : Plan.Pulse.Seconds);
        return (Plan with { Seed = seed, Samples = (int)Math.Clamp(SegmentSeconds / Math.Max(mean, 1e-6), LeastSamples, MostSamples) }).Checked();
    }
}
