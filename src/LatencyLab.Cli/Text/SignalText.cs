using System.Globalization;
using LatencyLab.Cli.Screen;
using LatencyLab.Reports;
using LatencyLab.Runs.Documents;
using LatencyLab.Units;

namespace LatencyLab.Cli.Text;

/// <summary>Signals of a run as text: one line each, and what is said about all of them.</summary>
internal static class SignalText
{
    /// <summary>Heading, table, uncertainty, warnings; the closing line is the caller's.</summary>
    public static void Write(RunDocument run, TextWriter writer)
    {
        var plan = run.Plan;
        // A burst follows no clock, so that nothing is due: what counts there is that every period was seen.
        var isTimer = plan.Test == "timer";
        var tickNs = 1e9 / run.Sampler!.TickHz;
        if (run.Simulated)
        {
            writer.WriteLine("SIMULATED: synthetic signals, no board was measured.");
        }

        writer.WriteLine(TerminalText.Clean(string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Test}   GPIO{plan.ResponsePin}   {Condition(plan)}{plan.Samples} periods after {plan.Warmup}   {run.Target?.Machine}, MicroPython {run.Target?.Micropython}, {UnitText.Frequency(run.Target?.CpuHz ?? 0)}")));
        writer.WriteLine();
        writer.WriteLine($"  {"",-10} {"frequency",14} {"period p50",12} {"min",12} {"max",12} {"jitter rms",12} {"high",12} {"low",12} {"duty",8}  {(isTimer ? "missing doubled" : "   made    seen")}");
        foreach (var signal in run.Signals!)
        {
            writer.WriteLine(TerminalText.Clean(string.Create(
                CultureInfo.InvariantCulture,
                $"  {signal.Name,-10} {(signal.FrequencyHz is { } hz ? UnitText.Frequency(hz, ReportWords.MeasuredDigits) : "-"),14} {Ticks(signal.PeriodNs.P50),12} {Ticks(signal.PeriodNs.Min),12} {Ticks(signal.PeriodNs.Max),12} {Fine(signal.PeriodJitterRmsNs),12} {Ticks(signal.HighNs.P50),12} {Ticks(signal.LowNs.P50),12} {(signal.Duty is { } duty ? (duty * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "-"),8}  {(isTimer ? signal.MissingPulses : signal.PeriodsMade),7} {(isTimer ? signal.DoubledPulses : signal.PeriodsSeen),7}")));
        }

        foreach (var signal in run.Signals.Where(s => s.FrequencyErrorPpm is not null))
        {
            writer.WriteLine();
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  planned {UnitText.Time(plan.PeriodNs ?? 0)}   period off by {signal.FrequencyErrorPpm:+0.###;-0.###;0} ppm   jitter {Fine(signal.PeriodJitterPpNs)} peak to peak, cycle to cycle {Fine(signal.C2cRmsNs)} rms   time error {Fine(signal.TieRmsNs)} rms"));
        }

        foreach (var signal in run.Signals.Take(1).Where(s => s.PeriodNs.Mean > 0))
        {
            var ppm = 2e6 * signal.UncertaintyNs.Systematic / (signal.PeriodNs.P50 ?? signal.PeriodNs.Mean!.Value);
            writer.WriteLine();
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"uncertainty (k = 2)   one period ± {UnitText.Time(2 * signal.UncertaintyNs.Single)}   common to all ± {ppm:0.#} ppm   tick {UnitText.Time(tickNs)}"));
        }

        writer.WriteLine(ClockText.Line(run.Sampler, run.CreatedUtc));
        foreach (var warning in run.Warnings)
        {
            writer.WriteLine(TerminalText.Clean($"warning: {warning}"));
        }

        foreach (var reason in run.Reasons)
        {
            writer.WriteLine(TerminalText.Clean($"{(run.Status == RunStatus.Invalid ? "INVALID" : "partial")}: {reason}"));
        }

        string Ticks(double? ns) => ns is { } value ? UnitText.Time(value, tickNs) : "-";
    }

    /// <summary>How a variant is written in Python; the timer's name as it is.</summary>
    public static string Code(string name) => name switch
    {
        "value" => "pin.value(1)",
        "call" => "pin(1)",
        "on-off" => "pin.on()",
        "toggle" => "pin.toggle()",
        "native" => "pin.value(1), native",
        "viper" => "GPIO registers, viper",
        _ => name,
    };

    private static string Condition(PlanDocument plan) => plan.PeriodNs is { } period ? $"machine.Timer {UnitText.Time(period)}   handler {plan.Handler}   idle {plan.Idle}   load {plan.Load}   " : "";

    private static string Fine(double? ns) => ns is { } value ? UnitText.Time(value) : "-";
}
