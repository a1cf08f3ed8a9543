using System.Globalization;
using LatencyLab.Analysis;
using LatencyLab.Runs.Documents;
using LatencyLab.Samplers;
using LatencyLab.Signals;
using LatencyLab.Targets;
using LatencyLab.Units;
using static LatencyLab.Runs.PlanCheck;

namespace LatencyLab.Runs;

/// <summary>A time of <paramref name="Min"/> plus a uniform random part below <paramref name="Width"/>.</summary>
public readonly record struct RandomTime(Duration Min, Duration Width)
{
    /// <summary>Reads "10ms+10ms" or "10ms" (no random part).</summary>
    /// <exception cref="LatencyLabException">Not of that form (kind usage).</exception>
    public static RandomTime Parse(string text)
    {
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        return plus < 0
            ? new RandomTime(Duration.Parse(text), Duration.Zero)
            : new RandomTime(Duration.Parse(text[..plus]), Duration.Parse(text[(plus + 1)..]));
    }

    /// <summary>The same in cycles of a clock; at least <paramref name="atLeast"/> cycles.</summary>
    /// <exception cref="LatencyLabException">Longer than the stimulus table can hold (kind usage).</exception>
    public CycleRange ToCycles(long hz, uint atLeast)
    {
        var clock = new TimeBase(hz);
        var (min, width) = (clock.ToTicks(Min), clock.ToTicks(Width));
        return min >= 0 && width >= 0 && min + width <= uint.MaxValue
            ? new CycleRange((uint)Math.Max(min, atLeast), (uint)width)
            : throw new LatencyLabException(FaultKind.Usage, $"{this} can't be made with a clock of {UnitText.Frequency(hz)}.", "--gap", $"Keep the sum below {UnitText.Time(uint.MaxValue * 1e9 / hz)}.");
    }

    public override string ToString() => Width == Duration.Zero ? Min.ToString() : $"{Min}+{Width}";
}

/// <summary>Tests in which the target answers stimuli.</summary>
public enum StimulusTest
{
    /// <summary>An interrupt's handler answers.</summary>
    Irq,

    /// <summary>A loop that looks at the pin answers.</summary>
    Poll,

    /// <summary>An interrupt's handler raises the response and schedules the function that lowers it: the response is both stimulus and answer.</summary>
    Schedule,
}

/// <summary>Stimuli in trains, to find how many interrupts can wait.</summary>
/// <param name="Length">Stimuli of a train.</param>
/// <param name="Gap">Time between two pulses of a train; the pulses are as long.</param>
public sealed record BurstPlan(int Length, Duration Gap)
{
    /// <summary>Gap where nobody names one.</summary>
    public static Duration DefaultGap { get; } = Duration.FromMicroseconds(5);

    /// <summary>Longest train: its stamps fit the sampler's rings many times over.</summary>
    public const int MaxLength = 512;
}

/// <summary>One measurement as it was asked for, defaults filled in.</summary>
public sealed record RunPlan
{
    public StimulusTest Test { get; init; } = StimulusTest.Irq;

    /// <summary>The user named no handler, so that the schedule test takes what the board has.</summary>
    public bool HandlerByBoard { get; init; }

    /// <summary>GPIO of the target with the interrupt, or that is polled; <see cref="UnknownPin"/> where the target runs firmware of its own.</summary>
    public required int Pin { get; init; }

    /// <summary>GPIO of the target that answers; in a self-timed run, in which none does, the same as <see cref="StimulusPin"/>.</summary>
    public required int ResponsePin { get; init; }

    /// <summary>GPIO of the target that fires at <see cref="Pin"/>; null where a sampler fires.</summary>
    public int? StimulusPin { get; init; }

    /// <summary>Stands for a pin of a target that can't be asked.</summary>
    public const int UnknownPin = -1;

    /// <summary>True where the target runs firmware of its own and is neither asked nor told anything.</summary>
    public bool FreeRunning { get; init; }

    /// <summary>True where a stimulus line that doesn't follow the sampler's weak pulls is driven all the same; for free-running targets only.</summary>
    public bool DriveHeldLine { get; init; }

    public EdgeKind Irq { get; init; } = EdgeKind.Rising;

    public IrqHandler Handler { get; init; } = IrqHandler.Bytecode;

    public IdleLoop Idle { get; init; } = IdleLoop.Sleep;

    /// <summary>What keeps the target busy: "none", or some of <see cref="TargetLoads.Names"/> with commas.</summary>
    public string Load { get; init; } = TargetLoads.None;

    /// <summary>The target's clock for the time of the run; null leaves it alone.</summary>
    public long? CpuHz { get; init; }

    /// <summary>The user's own handler; null for one of LatencyLab's.</summary>
    public HandlerScript? Script { get; init; }

    /// <summary>Stimuli in trains; null for single ones.</summary>
    public BurstPlan? Burst { get; init; }

    /// <summary>Stimuli that count.</summary>
    public int Samples { get; init; } = DefaultSamples;

    /// <summary>Samples where nobody says how many.</summary>
    public const int DefaultSamples = 1000;

    /// <summary>Stimuli before them.</summary>
    public int Warmup { get; init; } = DefaultWarmup;

    /// <summary>Warm-up where nobody says how much.</summary>
    public const int DefaultWarmup = 50;

    /// <summary>Time between the end of one pulse and the begin of the next.</summary>
    public RandomTime Gap { get; init; } = DefaultGap;

    /// <summary>Gap where nobody names one.</summary>
    public static RandomTime DefaultGap { get; } = new(Duration.FromMilliseconds(10), Duration.FromMilliseconds(10));

    /// <summary>Length of a pulse where only one of its edges is a stimulus.</summary>
    public Duration Pulse { get; init; } = DefaultPulse;

    /// <summary>Pulse for an interrupt.</summary>
    public static Duration DefaultPulse { get; } = Duration.FromMicroseconds(50);

    /// <summary>A later answer is late.</summary>
    public required Duration Window { get; init; }

    public Duration MinLatency { get; init; } = Duration.Zero;

    /// <summary>A latency whose exceedances are counted; null for none.</summary>
    public Duration? Limit { get; init; }

    public required uint Seed { get; init; }

    public int Repeat { get; init; } = 1;

    /// <summary>Which of the repeats this is, from 1.</summary>
    public int RepeatIndex { get; init; } = 1;

    public string? Label { get; init; }

    /// <summary>Share of excluded stimuli above which the run is invalid.</summary>
    public double MaxExcludedPercent { get; init; } = DefaultMaxExcludedPercent;

    /// <summary>That share where nobody names one.</summary>
    public const double DefaultMaxExcludedPercent = 1;

    /// <summary>Most pulses that one capture can count: two words of the sampler's 28-bit transfer counter each.</summary>
    public const int MaxStimuli = 100_000_000;

    // A delay is a 32-bit count of the sampler's system clock, 150 MHz at the fastest: 28.6 s.
    private const int LongestGapSeconds = 28;

    /// <summary>Stimuli a pulse carries.</summary>
    public int StimuliPerPulse => Irq == EdgeKind.Both ? 2 : 1;

    /// <summary>Pulses to fire, warm-up included.</summary>
    public int Pulses => (Samples + Warmup) / StimuliPerPulse;

    /// <summary>Seconds from the first to the last stimulus, at most.</summary>
    public double LongestSeconds
    {
        get
        {
            var low = Gap.Min.Seconds + Gap.Width.Seconds;
            if (Burst is { } burst)
            {
                return (Pulses / burst.Length * low) + (2 * Pulses * burst.Gap.Seconds);
            }

            return Pulses * (low + (Irq == EdgeKind.Both ? low : Pulse.Seconds));
        }
    }

    /// <summary>The plan with what can't be measured refused and odd counts of both-edge stimuli made even by one more of warm-up.</summary>
    /// <exception cref="LatencyLabException">A value that can't be (kind usage), with the option that set it.</exception>
    public RunPlan Checked()
    {
        Require(Samples >= 1 && (long)Samples + Warmup <= MaxStimuli, $"{Samples} samples can't be measured.", "--samples", $"Use 1 to {MaxStimuli} samples, warm-up included.");
        Require(Warmup >= 0, "The warm-up is negative.", "--warmup", "Use 0 or more.");
        Require(Gap.Min >= Duration.FromMicroseconds(10) && Gap.Width >= Duration.Zero, $"A gap of {Gap} is too short.", "--gap", "Use at least 10us, such as --gap 10ms+10ms.");
        Require(Gap.Min.Seconds + Gap.Width.Seconds <= LongestGapSeconds, $"A gap of {Gap} is too long.", "--gap", $"Use at most {LongestGapSeconds}s.");
        Require(Window > Duration.Zero, "In a window of no time nothing is answered.", "--window", $"Use up to {Gap.Min}, or leave it out.");
        Require(Window <= Gap.Min, $"The window of {Window} is longer than the smallest gap of {Gap.Min}: an answer could not be told from that to the next stimulus.", "--window", $"Use at most {Gap.Min}, or a longer --gap.");
        Require(MinLatency >= Duration.Zero && MinLatency < Window, "The least latency isn't shorter than the window.", "--min-latency", $"Use less than {Window}.");
        Require(Limit is null || Limit > Duration.Zero, "The limit isn't above 0.", "--limit", "Use a latency such as 200us.");
        Require(MaxExcludedPercent is >= 0 and <= 100, $"{MaxExcludedPercent.ToString(CultureInfo.InvariantCulture)} is no percentage.", "--max-excluded", "Use 0 to 100.");
        TargetClock.Check(CpuHz);
        Require(Repeat is >= 1 and <= 10_000, $"{Repeat} repeats can't be made.", "--repeat", "Use 1 to 10000.");
        Require(Test != StimulusTest.Poll || Handler != IrqHandler.Hard, "A loop that polls has no hard handler.", "--handler", "Use bytecode, native or viper.");
        Require(Test != StimulusTest.Schedule || Handler is IrqHandler.Hard or IrqHandler.Bytecode, "Machine code can't schedule.", "--handler", "Use bytecode or hard.");
        Require(FreeRunning || Pin != ResponsePin, $"GPIO{Pin} can't be interrupt and response at once.", "--response-pin", "Choose another response pin.");
        if (Burst is { } burst)
        {
            return InWholeTrains(burst);
        }

        return Irq == EdgeKind.Both && ((Samples + Warmup) & 1) == 1 ? this with { Warmup = Warmup + 1 } : this;
    }

    private RunPlan InWholeTrains(BurstPlan burst)
    {
        Require(burst.Length is >= 2 and <= BurstPlan.MaxLength, $"A train of {burst.Length} stimuli can't be made.", "--burst", $"Use 2 to {BurstPlan.MaxLength}.");
        Require(Irq != EdgeKind.Both, "A train of pulses has its edges too close together for both of them to count.", "--burst", "Use --irq rising or --irq falling.");
        Require(burst.Gap >= Duration.FromMicroseconds(1) && burst.Gap < Gap.Min, $"A gap of {burst.Gap} inside a train doesn't fit.", "--burst-gap", $"Use 1us to less than the {Gap.Min} between trains.");
        var whole = this with { Samples = RoundUp(Samples, burst.Length), Warmup = RoundUp(Warmup, burst.Length) };
        var most = StimulusTable.MaxPairs / burst.Length * burst.Length;
        Require(
            whole.Pulses <= most || StimulusTable.MaxPairs % burst.Length == 0, $"The sampler's table holds {most} stimuli in trains of {burst.Length}, warm-up included, and can't be replayed.", "--samples",
            $"Use at most {most - whole.Warmup} samples, more runs with --repeat, or trains of 8, 16, 32 or 64.");
        return whole;

        static int RoundUp(int count, int step) => (count + step - 1) / step * step;
    }

    /// <summary>Low and high times of the stimulus for a sampler with this system clock.</summary>
    public (CycleRange Low, CycleRange High) Cycles(long samplerHz)
    {
        var gap = Gap.ToCycles(samplerHz, StimulusTable.LowOverheadCycles);
        return (gap, Irq == EdgeKind.Both ? gap : new RandomTime(Burst?.Gap ?? Pulse, Duration.Zero).ToCycles(samplerHz, StimulusTable.HighOverheadCycles));
    }

    /// <summary>The trains for a sampler with this system clock; null for single stimuli.</summary>
    public TrainCycles? Train(long samplerHz) => Burst is { } burst
        ? new TrainCycles(burst.Length, new RandomTime(burst.Gap, Duration.Zero).ToCycles(samplerHz, StimulusTable.LowOverheadCycles).Min)
        : null;

    // The scheduled function answers the handler, on one wire: up when it is scheduled, down when it runs.
    private int AskingChannel => Test == StimulusTest.Schedule ? 1 : 0;

    private EdgeKind AskingEdge => Test == StimulusTest.Schedule ? EdgeKind.Rising : Irq;

    // A handler that is called changes the level of the line that a self-timed run has in place of a response.
    private EdgeKind AnsweringEdge => StimulusPin is not null ? EdgeKind.Both : Test == StimulusTest.Schedule ? EdgeKind.Falling : EdgeKind.Rising;

    /// <summary>How its edges are paired.</summary>
    public PairingRules Rules(TimeBase timeBase) => new(
        StimulusChannel: AskingChannel, ResponseChannel: 1, StimulusEdge: AskingEdge, ResponseEdge: AnsweringEdge,
        WindowTicks: timeBase.ToTicks(Window), MinLatencyTicks: timeBase.ToTicks(MinLatency), Warmup: Warmup, TrainLength: Burst?.Length);

    /// <summary>The plan as run.json holds it.</summary>
    public PlanDocument ToDocument(TimeBase timeBase) => new()
    {
        Test = Test.ToString().ToLowerInvariant(),
        Pin = Pin == UnknownPin ? null : Pin,
        Irq = EdgeWords.Of(Irq),
        ResponsePin = StimulusPin is not null || ResponsePin == UnknownPin ? null : ResponsePin,
        StimulusPin = StimulusPin,
        Handler = FreeRunning ? null : Handler.ToString().ToLowerInvariant(),
        Idle = FreeRunning || Test == StimulusTest.Poll ? null : Idle.ToString().ToLowerInvariant(),
        Load = FreeRunning ? null : Load,
        CpuHz = CpuHz,
        Script = Script?.Name,
        Burst = Burst?.Length,
        BurstGapNs = Burst?.Gap.Nanoseconds,
        Samples = Samples,
        Warmup = Warmup,
        Seed = Seed,
        GapMinNs = Gap.Min.Nanoseconds,
        GapWidthNs = Gap.Width.Nanoseconds,
        PulseNs = Irq == EdgeKind.Both ? null : (Burst?.Gap ?? Pulse).Nanoseconds,
        WindowNs = Window.Nanoseconds,
        WindowTicks = timeBase.ToTicks(Window),
        MinLatencyNs = MinLatency.Nanoseconds,
        MinLatencyTicks = timeBase.ToTicks(MinLatency),
        LimitNs = Limit?.Nanoseconds,
        StimulusChannel = AskingChannel,
        StimulusEdge = EdgeWords.Of(AskingEdge),
        ResponseChannel = 1,
        ResponseEdge = EdgeWords.Of(AnsweringEdge),
        Repeat = Repeat,
        RepeatIndex = RepeatIndex,
        Label = Label,
        MaxExcludedPercent = MaxExcludedPercent,
    };
}
