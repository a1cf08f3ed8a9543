using System.Globalization;
using LatencyLab.Boards;
using LatencyLab.Runs.Documents;
using LatencyLab.Targets;
using LatencyLab.Units;
using static LatencyLab.Runs.PlanCheck;

namespace LatencyLab.Runs.Periodic;

/// <summary>Tests in which the target moves its response pin by itself and no stimulus is needed.</summary>
public enum SignalTest
{
    /// <summary>Bursts of writes, as fast as each variant goes.</summary>
    Toggle,

    /// <summary>A periodic machine.Timer.</summary>
    Timer,
}

/// <summary>One measurement of a signal as it was asked for, defaults filled in.</summary>
public sealed record SignalPlan
{
    public required SignalTest Test { get; init; }

    /// <summary>GPIO of the target whose signal is measured.</summary>
    public required int ResponsePin { get; init; }

    /// <summary>Ways to toggle, some of <see cref="ToggleTest.Variants"/>; null means all that the board can.</summary>
    public IReadOnlyList<string>? Variants { get; init; }

    /// <summary>What the timer's callback is.</summary>
    public IrqHandler Handler { get; init; } = IrqHandler.Bytecode;

    public IdleLoop Idle { get; init; } = IdleLoop.Sleep;

    /// <summary>What keeps the target busy beside its timer: "none", or some of <see cref="TargetLoads.Names"/> with commas.</summary>
    public string Load { get; init; } = TargetLoads.None;

    /// <summary>The target's clock for the time of the measurement; null leaves it alone.</summary>
    public long? CpuHz { get; init; }

    /// <summary>The timer's period.</summary>
    public Duration Period { get; init; } = Duration.FromMilliseconds(1);

    /// <summary>Periods that count, of each variant.</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>Periods before them: caches are cold, the first turn is another one.</summary>
    public int Warmup { get; init; } = 50;

    public required uint Seed { get; init; }

    public int Repeat { get; init; } = 1;

    public int RepeatIndex { get; init; } = 1;

    public string? Label { get; init; }

    // Two edges a period at the 25,000 stamps a second that the sampler's USB surely carries.
    private static readonly Duration ShortestPeriod = Duration.FromMicroseconds(100);
    private static readonly Duration LongestPeriod = Duration.FromMilliseconds(60_000);
    private const int MaxTimerPeriods = 1_000_000;
    private const long DaySeconds = 86_400;

    /// <summary>Periods of one capture: the warm-up, those that count, and for a timer the one that the last rising edge closes.</summary>
    public int Periods => Samples + Warmup + 1;

    /// <summary>How long a capture is planned to take. A burst's speed isn't known before: no board needs a quarter of a millisecond a period.</summary>
    public double Seconds => Test == SignalTest.Timer ? Math.Ceiling(Periods * Period.Seconds) + 5 : Math.Ceiling(Periods * 250e-6) + 2;

    /// <summary>The plan with what can't be measured refused.</summary>
    /// <exception cref="LatencyLabException">A value that can't be (kind usage), with the option that set it.</exception>
    public SignalPlan Checked()
    {
        var most = Test == SignalTest.Toggle ? ToggleTest.MaxPeriods : MaxTimerPeriods;
        Require(Warmup >= 0, "The warm-up is negative.", "--warmup", "Use 0 or more.");
        Require(
            Samples >= 1 && (long)Samples + Warmup < most, $"{Samples} periods can't be measured{(Test == SignalTest.Toggle ? " in one burst" : "")}.", "--samples",
            string.Create(CultureInfo.InvariantCulture, $"Use 1 to {most - 1} periods, warm-up included."));
        if (Test == SignalTest.Timer)
        {
            Require(
                Period >= ShortestPeriod && Period <= LongestPeriod && Period.Picoseconds % 1_000_000 == 0, $"A timer can't be measured at a period of {Period}.", "--period",
                $"Use {ShortestPeriod} to {LongestPeriod} in whole microseconds, such as --period 1ms.");
            Require(Periods * Period.Seconds <= DaySeconds, "The measurement would take more than a day.", "--samples", "Use fewer samples or a shorter --period.");
        }

        TargetClock.Check(CpuHz);
        Require(Repeat is >= 1 and <= 10_000, $"{Repeat} repeats can't be made.", "--repeat", "Use 1 to 10000.");
        return this;
    }

    /// <summary>The SET register for code that writes it.</summary>
    /// <exception cref="LatencyLabException">The pin has none (kind usage).</exception>
    public SetRegister RegisterOn(Chip chip) => chip.SetRegisterOf(ResponsePin)
        ?? throw new LatencyLabException(FaultKind.Usage, $"GPIO{ResponsePin} has no SET register that viper code could write.", "--response-pin", "Choose another response pin, or leave out viper.");

    /// <summary>The plan as run.json holds it.</summary>
    public PlanDocument ToDocument() => new()
    {
        Test = Test == SignalTest.Toggle ? "toggle" : "timer",
        ResponsePin = ResponsePin,
        Variants = Variants,
        Handler = Test == SignalTest.Timer ? Handler.ToString().ToLowerInvariant() : null,
        Idle = Test == SignalTest.Timer ? Idle.ToString().ToLowerInvariant() : null,
        Load = Test == SignalTest.Timer ? Load : null,
        CpuHz = CpuHz,
        PeriodNs = Test == SignalTest.Timer ? Period.Nanoseconds : null,
        Samples = Samples,
        Warmup = Warmup,
        Seed = Seed,
        Repeat = Repeat,
        RepeatIndex = RepeatIndex,
        Label = Label,
    };
}
