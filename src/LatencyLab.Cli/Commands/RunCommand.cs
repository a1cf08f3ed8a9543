using System.CommandLine;
using LatencyLab.Cli.Measuring;

namespace LatencyLab.Cli.Commands;

/// <summary><c>latencylab run --pin N --irq rising</c>: measures interrupt latency pin to pin, or what another <c>--test</c> is about.</summary>
public static class RunCommand
{
    public static Command Create(Output output)
    {
        var options = new RunOptions();
        var command = new Command("run", "Measure a board, pin to pin: interrupt latency, or what --test names.");
        foreach (var option in options.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = options.Read(parsed).WithRigFile().WithWires().Checked().Suited();
            string[] argv = ["latencylab", .. parsed.Tokens.Select(t => t.Value)];
            return (int)(request.Test.Signal is { } signal
                ? await new SignalRunExecution(request, signal, argv, output).RunAsync(cancellationToken)
                : await new RunExecution(request.WithPin(), argv, output).RunAsync(cancellationToken));
        });
        return command;
    }
}
