using System.CommandLine;
using LatencyLab.Runs;
using LatencyLab.Runs.Periodic;

namespace LatencyLab.Cli.Commands;

/// <summary>One of the tests of <c>run --test</c>, and which options mean something to it.</summary>
/// <param name="Name">As typed.</param>
/// <param name="Stimulus">The test with stimuli that it is; null for one without.</param>
/// <param name="Signal">The test without stimuli that it is; null for one with.</param>
/// <param name="Own">Options beside those that every test knows; null: all but those of the tests without stimuli.</param>
internal sealed record RunTest(string Name, StimulusTest? Stimulus, SignalTest? Signal, IReadOnlyList<string>? Own)
{
    private static readonly string[] Common =
    [
        "--test", "--response-pin", "--samples", "--warmup", "--seed", "--repeat", "--label", "--rig", "--target", "--sampler", "--timeout", "--wait", "--out", "--keep-log",
        "--force-pin",
    ];

    private static readonly string[] Stimuli =
    [
        "--pin", "--irq", "--handler", "--gap", "--window", "--min-latency", "--csv", "--sim-truth", "--max-excluded", "--fail-on", "--baseline", "--limit",
    ];

    private static readonly string[] Signals = ["--variant", "--period"];

    public static IReadOnlyList<RunTest> All { get; } =
    [
        new("irq", StimulusTest.Irq, null, null),
        new("poll", StimulusTest.Poll, null, [.. Stimuli, "--cpu-freq"]),
        new("schedule", StimulusTest.Schedule, null, [.. Stimuli, "--idle", "--load", "--cpu-freq"]),
        new("toggle", null, SignalTest.Toggle, ["--variant", "--cpu-freq"]),
        new("timer", null, SignalTest.Timer, ["--period", "--handler", "--idle", "--load", "--cpu-freq"]),
    ];

    /// <summary>Refuses options that were given and mean nothing here: a user who gave one expects something of it.</summary>
    /// <exception cref="LatencyLabException">There is one (kind usage).</exception>
    public void Check(ParseResult parsed, IEnumerable<Option> options)
    {
        foreach (var option in options.Where(o => parsed.GetResult(o) is { Implicit: false }))
        {
            var known = Common.Contains(option.Name) || (Own is null ? !Signals.Contains(option.Name) : Own.Contains(option.Name));
            if (!known)
            {
                throw new LatencyLabException(FaultKind.Usage, $"The test {Name} knows no {option.Name}.", option.Name, Remedy(option.Name));
            }
        }
    }

    private string Remedy(string option) => option switch
    {
        "--pin" => "Leave it out: nothing is stimulated, and --response-pin names the pin that moves.",
        "--handler" when Signal == SignalTest.Toggle => "Choose with --variant.",
        "--load" => $"A load has its turns in the main loop, {(Stimulus == StimulusTest.Poll ? "which is what this test measures" : "and a burst leaves it none")}; use --test irq, schedule or timer.",
        "--script" => "A script answers interrupts: use --test irq.",
        _ => All.Where(t => t.Own is { } own ? own.Contains(option) : !Signals.Contains(option)).Select(t => t.Name).ToArray() is { Length: > 0 } others
            ? $"Leave it out, or use --test {string.Join(" or ", others)}."
            : "Leave it out.",
    };
}
