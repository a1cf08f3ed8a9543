using System.CommandLine;
using LatencyLab.Cli.Live;
using LatencyLab.Runs.Live;
using LatencyLab.Units;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab live --pin N --until-stop</c>: measures until it is stopped, and keeps the end of it.</summary>
public static class LiveCommand
{
    // What a session without a planned end has no use for.
    private static readonly HashSet<string> OfRunOnly = ["--samples", "--repeat", "--csv", "--keep-log", "--fail-on", "--baseline", "--limit", "--variant", "--period", "--stimulus-pin", "--pair", "--edge", "--duration", "--burst", "--burst-gap"];

    private static readonly Duration DefaultKeep = Duration.Parse("10s");

    public static Command Create(Output output)
    {
        var options = new RunOptions();
        var untilStop = new Option<bool>("--until-stop") { Description = "Measure until Ctrl-C (the default without --duration)." };
        var duration = new Option<Duration?>("--duration") { Description = "Measure for so long.", HelpName = "TIME", CustomParser = OptionText.Duration };
        var breakOn = new Option<Duration?>("--break-on") { Description = "Stop at the first latency above this, or answer that doesn't come, with exit code 5.", HelpName = "TIME", CustomParser = OptionText.Duration };
        var keep = new Option<Duration?>("--keep") { Description = "Edges kept before the end (default 10s), and a tenth of that after a break.", HelpName = "TIME", CustomParser = OptionText.Duration };
        var command = new Command("live", "Measure until stopped, in constant memory, and watch.") { untilStop, duration, breakOn, keep };
        foreach (var option in options.All.Where(o => !OfRunOnly.Contains(o.Name)))
        {
            command.Options.Add(option);
        }

        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(untilStop) && parsed.GetValue(duration) is not null)
            {
                parsed.AddError("--until-stop and --duration contradict each other: leave one out.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = (options.Read(parsed) with { Samples = 1, Repeat = 1 }).WithRigFile();
            if (request.IsSelfTimed)
            {
                throw new LatencyLabException(FaultKind.Usage, "A target that times itself can't be watched: it keeps its times until its end.", "--sampler", "Name a Pico as sampler, or use 'latencylab run'.");
            }

            if (request.FreeRunning)
            {
                throw new LatencyLabException(FaultKind.Usage, "A free-running target isn't watched: its interrupts are counted by nobody.", "--target", "Name a board that LatencyLab's script runs on, or use 'latencylab run --target none'.");
            }

            if (request.Test.Signal is not null)
            {
                throw new LatencyLabException(FaultKind.Usage, $"The test {request.Test.Name} has no stimuli whose answers could be watched.", "--test", $"Use 'latencylab run --test {request.Test.Name}'.");
            }

            var ends = new LiveEnds(parsed.GetValue(duration), parsed.GetValue(breakOn), parsed.GetValue(keep) ?? DefaultKeep);
            return (int)await new LiveExecution(request.WithPin(), ends, ["latencylab", .. parsed.Tokens.Select(t => t.Value)], output).RunAsync(cancellationToken);
        });
        return command;
    }
}

/// <summary>What ends a live session, and what it keeps.</summary>
/// <param name="Duration">Captured time; null for none.</param>
/// <param name="BreakOn">The limit; null for none.</param>
/// <param name="Keep">Edges before the end.</param>
internal sealed record LiveEnds(Duration? Duration, Duration? BreakOn, Duration Keep)
{
    public LivePlan Of(Runs.RunPlan plan) => new LivePlan(plan, Duration, BreakOn, Keep).Checked();
}
